package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever event arrives, the answer is one that API Gateway understands, and it repeats no token. */
class EdgeFuzzTest {
    private static final String SECRET = "fuzzed-bearer-token";

    private static Gateway gateway;

    @BeforeAll
    static void open() {
        gateway = new Gateway();
    }

    @AfterAll
    static void close() {
        gateway.close();
    }

    @FuzzTest(maxDuration = "2m")
    void anyJsonIsAnswered(byte[] event) throws JsonProcessingException {
        JsonNode json;
        try {
            json = Gateway.JSON.readTree(new String(event, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            return; // Lambda hands over JSON only
        }
        check(json, false);
    }

    @FuzzTest(maxDuration = "2m")
    void anyRequestIsAnswered(FuzzedDataProvider data) throws JsonProcessingException {
        var rest = data.consumeBoolean();
        var method = data.pickValue(List.of("POST", "GET", "DELETE", "OPTIONS", "", "post"));
        var path =
                data.consumeBoolean()
                        ? "/mcp"
                        : data.pickValue(
                                List.of("/healthz", "/sts/jwks.json", "/", "//mcp", "/mcp/", ""));
        var base64 = data.consumeBoolean();
        var query = data.consumeString(30);
        var host = data.consumeBoolean() ? "127.0.0.1:8080" : data.consumeString(20);
        var origin = data.consumeBoolean() ? null : data.consumeString(30);
        var known = data.consumeBoolean(); // then all that is behind the door is reached as well
        var authorization =
                known
                        ? "Bearer " + gateway.token()
                        : data.pickValue(
                                List.of("Bearer " + SECRET, "bearer  " + SECRET, SECRET, "Bearer"));
        var name = data.consumeString(10);
        var value = data.consumeString(20);
        var body = data.consumeRemainingAsString();

        var event = Gateway.JSON.createObjectNode();
        event.put("body", body).put("isBase64Encoded", base64);
        var headers = event.putObject("headers");
        headers.put("Host", host).put("Authorization", authorization).put(name, value);
        if (origin != null) {
            headers.put("Origin", origin);
        }
        if (rest) {
            event.put("httpMethod", method).put("path", path);
            event.putObject("queryStringParameters").put(query, "x");
            event.putObject("requestContext").putObject("identity").put("sourceIp", value);
        } else {
            event.put("version", "2.0").put("rawPath", path).put("rawQueryString", query);
            event.putObject("requestContext")
                    .putObject("http")
                    .put("method", method)
                    .put("sourceIp", value);
        }
        check(event, known);
    }

    private static void check(JsonNode event, boolean known) throws JsonProcessingException {
        gateway.refusals.clear();
        gateway.gate.enforced.clear();

        ObjectNode answer = gateway.handle(event);

        var text = new String(Gateway.JSON.writeValueAsBytes(answer), StandardCharsets.UTF_8);
        assertThat(answer.path("statusCode").asInt()).isBetween(200, 503).isNotEqualTo(500);
        var body = answer.path("body").asText();
        if (!body.isEmpty()) {
            assertThat(StrictJson.read(body.getBytes(StandardCharsets.UTF_8)).isObject()).isTrue();
        }
        assertThat(text).doesNotContain(SECRET, "dev.sluicegate.router");
        if (!known) {
            assertThat(gateway.gate.enforced).isEmpty(); // nobody was let in
        }
    }
}
