package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code tools/call} as a modern client sends it.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28">MCP 2026-07-28</a>
 */
final class McpCall {
    private static final String VERSION = "2026-07-28";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String PREFIX = "io.modelcontextprotocol/";

    private McpCall() {}

    /**
     * @param received the bytes of {@code result} or {@code error} as they came
     * @param isProtocolError whether they are an {@code error}
     */
    record Answer(String received, JsonNode value, boolean isProtocolError) {
        /** Whether the tool ran and its answer is not an error. */
        boolean isOk() {
            return !isProtocolError && !value.path("isError").asBoolean();
        }

        @Nullable String callId() {
            var data = value.path("data");
            for (var place : List.of(value.path("_meta"), data.path("_meta"), data)) {
                if (place.path(Product.META_CALL_ID).isTextual()) {
                    return place.path(Product.META_CALL_ID).asText();
                }
            }
            return null;
        }
    }

    /**
     * @throws CommandFailedException if there is no answer, or none in JSON-RPC
     */
    static Answer send(URI mcp, String token, String tool, JsonNode arguments) {
        var body = OutputFormat.JSON.createObjectNode();
        body.put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call");
        var params = body.putObject("params").put("name", tool);
        params.set("arguments", arguments);
        meta(params);
        var request =
                HttpRequest.newBuilder(mcp)
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .header("MCP-Protocol-Version", VERSION)
                        .header("Mcp-Method", "tools/call")
                        .header("Mcp-Name", headerValue(tool))
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofByteArray());
            return read(answer.statusCode(), answer.body());
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "`" + mcp + "` does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(ExitCode.UNREACHABLE, "interrupted", e);
        }
    }

    private static void meta(ObjectNode params) {
        var meta = params.putObject("_meta");
        meta.put(PREFIX + "protocolVersion", VERSION);
        meta.putObject(PREFIX + "clientCapabilities");
        meta.putObject(PREFIX + "clientInfo")
                .put("name", Product.NAME + "-cli")
                .put("version", Product.VERSION);
    }

    /** Names that no header can carry go in the sentinel form of the specification. */
    static String headerValue(String name) {
        var plain =
                name.matches("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?")
                        && !name.startsWith("=?");
        return plain
                ? name
                : "=?base64?"
                        + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8))
                        + "?=";
    }

    static Answer read(int status, byte[] body) {
        try (var parser = OutputFormat.JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    var from = (int) parser.currentTokenLocation().getByteOffset();
                    parser.skipChildren();
                    var to = (int) parser.currentLocation().getByteOffset();
                    if (name.equals("result") || name.equals("error")) {
                        var bytes = Arrays.copyOfRange(body, from, to);
                        var value = OutputFormat.JSON.readTree(bytes);
                        if (value.isObject()) {
                            return new Answer(
                                    new String(bytes, StandardCharsets.UTF_8),
                                    value,
                                    name.equals("error"));
                        }
                        break; // the error of an OAuth answer is a string
                    }
                }
            }
        } catch (IOException e) {
            // not JSON: said below
        }
        throw new CommandFailedException(
                status == 401 || status == 403 ? ExitCode.NO : ExitCode.UNREACHABLE,
                status == 401
                        ? "the gateway does not accept this token (401)"
                        : status == 403
                                ? "the token does not have the scope this tool needs (403)"
                                : "the gateway answered " + status + " and no JSON-RPC");
    }
}
