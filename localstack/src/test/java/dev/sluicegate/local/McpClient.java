package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.specification.SpecificationSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client in a few lines, so that a test sees every byte: of the 2026-07-28 era, or of one that begins with
 * {@code initialize}. Every message it gets is held against the specification's schema of its version.
 */
final class McpClient {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Pattern METHOD = Pattern.compile("\"method\":\"([a-z/]+)\"");

    private final URI mcp;
    private final String token;
    private final String version;
    private final AtomicInteger ids = new AtomicInteger();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private @Nullable String session;

    McpClient(URI mcp, String token) {
        this(mcp, token, SpecificationSchemas.MODERN);
    }

    private McpClient(URI mcp, String token, String version) {
        this.mcp = mcp;
        this.token = token;
        this.version = version;
    }

    /** Initialized already when it is not of the modern era. */
    static McpClient of(URI mcp, String token, String version) {
        var client = new McpClient(mcp, token, version);
        if (!client.modern()) {
            var params = JSON.createObjectNode();
            params.put("protocolVersion", version);
            params.putObject("capabilities");
            params.putObject("clientInfo").put("name", "test").put("version", "1");
            client.send("initialize", null, params);
        }
        return client;
    }

    private boolean modern() {
        return version.equals(SpecificationSchemas.MODERN);
    }

    /**
     * One answer, as it came back.
     *
     * @param messages those of an event stream in order, or the only one
     * @param body the last of them, which is the response
     */
    record Answer(int status, JsonNode body, String text, List<JsonNode> messages) {
        JsonNode result() {
            return body.path("result");
        }

        boolean isError() {
            return result().path("isError").asBoolean();
        }

        String code() {
            return result().path("structuredContent").path("code").asText();
        }

        JsonNode structured() {
            return result().path("structuredContent");
        }

        String callId() {
            return result().path("_meta").path(Product.META_CALL_ID).asText();
        }
    }

    Answer call(String tool, String arguments) {
        return call(tool, arguments, null);
    }

    /**
     * @param progressToken null when nobody wants to hear of progress
     */
    Answer call(String tool, String arguments, @Nullable String progressToken) {
        var params = JSON.createObjectNode();
        params.put("name", tool);
        params.set("arguments", read(arguments));
        if (progressToken != null) {
            params.putObject("_meta").put("progressToken", progressToken);
        }
        return send("tools/call", tool, params);
    }

    Answer list() {
        return send("tools/list", null, JSON.createObjectNode());
    }

    private Answer send(String method, @Nullable String name, ObjectNode params) {
        var body = JSON.createObjectNode();
        body.put("jsonrpc", "2.0");
        body.put("id", ids.incrementAndGet());
        body.put("method", method);
        body.set("params", params);
        var request =
                HttpRequest.newBuilder(mcp)
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream");
        if (modern()) {
            var meta = params.withObjectProperty("_meta");
            meta.put("io.modelcontextprotocol/protocolVersion", version);
            meta.putObject("io.modelcontextprotocol/clientCapabilities");
            request.header("Mcp-Method", method);
            if (name != null) {
                request.header("Mcp-Name", name);
            }
        }
        if (!method.equals("initialize")) {
            request.header("MCP-Protocol-Version", version);
        }
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        request.POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            session = response.headers().firstValue("Mcp-Session-Id").orElse(session);
            var messages = messages(response);
            messages.forEach(message -> check(method, message));
            return new Answer(response.statusCode(), messages.getLast(), response.body(), messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<JsonNode> messages(HttpResponse<String> response) {
        var type = response.headers().firstValue("Content-Type").orElse("");
        if (!type.equals("text/event-stream")) {
            return List.of(read(response.body()));
        }
        return response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> read(line.substring("data: ".length())))
                .toList();
    }

    private void check(String method, JsonNode message) {
        // what answers no request in particular is of the newest version
        var of = message.has("id") || message.has("method") ? version : SpecificationSchemas.MODERN;
        SpecificationSchemas.installed()
                .ifPresent(schemas ->
                        assertThat(schemas.objections(of, method, message))
                                .as("%s to `%s`: %s", of, method, message)
                                .isEmpty());
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
