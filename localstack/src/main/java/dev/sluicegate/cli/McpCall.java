package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request as a modern client sends it.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28">MCP 2026-07-28</a>
 */
final class McpCall {
    private static final String VERSION = "2026-07-28";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final int MAX_PAGES = 100;

    /** Of the specification: a header disagrees with the body, or is missing. */
    private static final int HEADER_MISMATCH = -32020;

    private static final String PREFIX = "io.modelcontextprotocol/";

    private McpCall() {}

    /**
     * @param received the bytes of {@code result} or {@code error} as they came
     * @param isProtocolError whether they are an {@code error}
     * @param status of HTTP
     */
    record Answer(String received, JsonNode value, boolean isProtocolError, int status) {
        /** Whether the gateway knew who called: only then a refusal has a record that names the call. */
        boolean isOfSomebody() {
            var data = value.path("data");
            return switch (status) {
                case 401 ->
                        data.has("code"); // a call that was decided, and that wants more of a login
                case 403 ->
                        data.has("challenge"); // a scope is missing; else it is the origin or the
                // host
                case 503 -> false;
                default -> true;
            };
        }

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
     * {@code tools/call}.
     *
     * @throws CommandFailedException if there is no answer, or none in JSON-RPC
     */
    static Answer send(URI mcp, String token, String tool, JsonNode arguments) {
        var answer = call(mcp, token, tool, arguments, Map.of());
        if (answer.value().path("code").asInt() != HEADER_MISMATCH || !answer.isProtocolError()) {
            return answer;
        }
        // few tools want arguments in headers too, so only then the list of tools is asked for them
        var headers =
                tools(mcp, token).stream()
                        .filter(listed -> listed.path("name").asText().equals(tool))
                        .findFirst()
                        .map(listed -> mirrored(listed.path("inputSchema"), arguments))
                        .orElse(Map.of());
        return headers.isEmpty() ? answer : call(mcp, token, tool, arguments, headers);
    }

    private static Answer call(
            URI mcp, String token, String tool, JsonNode arguments, Map<String, String> headers) {
        var params = OutputFormat.JSON.createObjectNode().put("name", tool);
        params.set("arguments", arguments);
        return send(mcp, token, "tools/call", tool, params, headers);
    }

    /** The headers {@code Mcp-Param-*} that a schema asks for by {@code x-mcp-header}. */
    static Map<String, String> mirrored(JsonNode schema, JsonNode arguments) {
        var headers = new LinkedHashMap<String, String>();
        for (var property : schema.path("properties").properties()) {
            var argument = arguments.path(property.getKey());
            var name = property.getValue().path("x-mcp-header");
            if (name.isTextual() && argument.isValueNode() && !argument.isNull()) {
                headers.put("Mcp-Param-" + name.asText(), headerValue(argument.asText()));
            }
            headers.putAll(mirrored(property.getValue(), argument));
        }
        return headers;
    }

    /**
     * The tools that are listed for the caller, all pages of them.
     *
     * @throws CommandFailedException if there is no such answer
     */
    static List<JsonNode> tools(URI mcp, String token) {
        var tools = new ArrayList<JsonNode>();
        var params = OutputFormat.JSON.createObjectNode();
        for (var page = 0; page < MAX_PAGES; page++) {
            var answer = send(mcp, token, "tools/list", null, params, Map.of());
            if (answer.isProtocolError()) {
                throw new CommandFailedException(
                        ExitCode.NO,
                        "the gateway lists no tools: " + answer.value().path("message").asText());
            }
            answer.value().path("tools").forEach(tools::add);
            var next = answer.value().path("nextCursor");
            if (!next.isTextual()) {
                return List.copyOf(tools);
            }
            params = OutputFormat.JSON.createObjectNode().put("cursor", next.asText());
        }
        throw new CommandFailedException(
                ExitCode.UNREACHABLE, "the list of tools has more than " + MAX_PAGES + " pages");
    }

    private static Answer send(
            URI mcp,
            String token,
            String method,
            @Nullable String name,
            ObjectNode params,
            Map<String, String> headers) {
        var body = OutputFormat.JSON.createObjectNode();
        body.put("jsonrpc", "2.0").put("id", 1).put("method", method).set("params", params);
        meta(params);
        var request =
                HttpRequest.newBuilder(mcp)
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .header("MCP-Protocol-Version", VERSION)
                        .header("Mcp-Method", method)
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (name != null) {
            request.header("Mcp-Name", headerValue(name));
        }
        headers.forEach(request::header);
        var answer = exchange(request.build());
        return read(answer.statusCode(), answer.body());
    }

    /**
     * Whom the gateway takes the caller for, from {@code GET /whoami} beside the MCP endpoint.
     *
     * @throws CommandFailedException if there is no such answer
     */
    static JsonNode whoAmI(URI mcp, String token) {
        var answer =
                exchange(
                        HttpRequest.newBuilder(mcp.resolve("/whoami"))
                                .timeout(TIMEOUT)
                                .header("Authorization", "Bearer " + token)
                                .build());
        if (answer.statusCode() == 200) {
            try {
                return OutputFormat.JSON.readTree(answer.body());
            } catch (IOException e) {
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE, "`" + mcp + "` does not answer in JSON", e);
            }
        }
        var said = read(answer.statusCode(), answer.body());
        throw new CommandFailedException(
                answer.statusCode() == 401 || answer.statusCode() == 403
                        ? ExitCode.NO
                        : ExitCode.UNREACHABLE,
                CallStory.printable(said.value().path("message").asText())
                        + " ("
                        + answer.statusCode()
                        + ")");
    }

    private static HttpResponse<byte[]> exchange(HttpRequest request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "`" + request.uri() + "` does not answer", e);
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
                                    name.equals("error"),
                                    status);
                        }
                        break; // the error of an OAuth answer is a string
                    }
                }
            }
        } catch (IOException e) {
            // not JSON: said below
        }
        throw refused(status);
    }

    private static CommandFailedException refused(int status) {
        return new CommandFailedException(
                status == 401 || status == 403 ? ExitCode.NO : ExitCode.UNREACHABLE,
                status == 401
                        ? "the gateway does not accept this token (401)"
                        : status == 403
                                ? "the gateway does not let this request in (403)"
                                : "the gateway answered " + status + " and no JSON-RPC");
    }
}
