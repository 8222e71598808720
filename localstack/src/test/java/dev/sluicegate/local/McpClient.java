package dev.sluicegate.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client of the 2026-07-28 era in a few lines, so that a test sees every byte. */
final class McpClient {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final String VERSION = "2026-07-28";

    private final URI mcp;
    private final String token;
    private final AtomicInteger ids = new AtomicInteger();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    McpClient(URI mcp, String token) {
        this.mcp = mcp;
        this.token = token;
    }

    /** One call of a tool, as it came back. */
    record Answer(int status, JsonNode body, String text) {
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
        var params = JSON.createObjectNode();
        params.put("name", tool);
        params.set("arguments", read(arguments));
        return send("tools/call", tool, params);
    }

    Answer list() {
        return send("tools/list", null, JSON.createObjectNode());
    }

    private Answer send(String method, @Nullable String name, ObjectNode params) {
        var meta = params.putObject("_meta");
        meta.put("io.modelcontextprotocol/protocolVersion", VERSION);
        meta.putObject("io.modelcontextprotocol/clientCapabilities");
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
                        .header("Accept", "application/json, text/event-stream")
                        .header("MCP-Protocol-Version", VERSION)
                        .header("Mcp-Method", method)
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (name != null) {
            request.header("Mcp-Name", name);
        }
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), read(response.body()), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
