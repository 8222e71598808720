package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Headers that mirror the body, so that front doors can route on them: each must say what the body says.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http">Streamable HTTP</a>
 */
final class HeaderAgreement {
    static final String VERSION = "MCP-Protocol-Version";
    static final String METHOD = "Mcp-Method";
    static final String NAME = "Mcp-Name";

    private static final String PREFIX = "=?base64?";
    private static final String SUFFIX = "?=";

    private HeaderAgreement() {}

    /** Null when {@code Mcp-Method} and, where it is due, {@code Mcp-Name} agree with the body. */
    static @Nullable Problem methodAndName(McpRequest http, RpcMessage.Request request) {
        var problem = same(http, METHOD, request.method());
        if (problem != null) {
            return problem;
        }
        var mirrored =
                switch (request.method()) {
                    case "tools/call", "prompts/get" -> "name";
                    case "resources/read" -> "uri";
                    case "tasks/get", "tasks/update", "tasks/cancel" -> "taskId";
                    default -> null;
                };
        if (mirrored == null) {
            return null;
        }
        var value = request.params().path(mirrored).textValue();
        return value == null
                ? new Problem.MalformedParams("/" + mirrored, "is not a string")
                : same(http, NAME, value);
    }

    /** Null when the header is there and, decoded, equals {@code expected}. */
    static @Nullable Problem same(McpRequest http, String header, String expected) {
        var value = http.header(header);
        if (value == null) {
            return missing(header);
        }
        var decoded = decode(value);
        if (decoded.isEmpty()) {
            return notBase64(header);
        }
        return decoded.get().equals(expected)
                ? null
                : new Problem.HeaderMismatch("header " + header + " does not match the body");
    }

    /** Null when every argument that a tool mirrors into a header agrees with it. */
    static @Nullable Problem parameters(
            McpRequest http, List<MirroredParameter> mirrored, JsonNode arguments) {
        for (var parameter : mirrored) {
            var header = "Mcp-Param-" + parameter.header();
            var argument = parameter.in(arguments);
            if (argument.isMissingNode() || argument.isNull()) {
                if (http.header(header) != null) {
                    return new Problem.HeaderMismatch("header " + header + " has no argument");
                }
                continue;
            }
            var value = http.header(header);
            if (value == null) {
                return missing(header);
            }
            var decoded = decode(value);
            if (decoded.isEmpty()) {
                return notBase64(header);
            }
            if (!agrees(decoded.get(), argument)) {
                return new Problem.HeaderMismatch(
                        "header " + header + " does not match its argument");
            }
        }
        return null;
    }

    private static Problem missing(String header) {
        return new Problem.HeaderMismatch("header " + header + " is missing");
    }

    private static Problem notBase64(String header) {
        return new Problem.HeaderMismatch("header " + header + " is not valid base64 of UTF-8");
    }

    private static boolean agrees(String header, JsonNode argument) {
        if (argument.isNumber()) {
            try {
                return header.length() <= 32
                        && new BigDecimal(header).compareTo(argument.decimalValue()) == 0;
            } catch (NumberFormatException e) {
                return false;
            }
        }
        return argument.isValueNode() && header.equals(argument.asText());
    }

    /**
     * The value itself, or what stands in {@code =?base64?…?=}; empty when that is not strict base64 of
     * UTF-8. The JDK's decoder accepts missing padding, so the length is checked too.
     */
    static Optional<String> decode(String value) {
        if (!value.startsWith(PREFIX)
                || !value.endsWith(SUFFIX)
                || value.length() < PREFIX.length() + SUFFIX.length()) {
            return Optional.of(value);
        }
        var encoded = value.substring(PREFIX.length(), value.length() - SUFFIX.length());
        if (encoded.length() % 4 != 0) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getDecoder().decode(encoded);
            if (!Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
                return Optional.empty(); // bits left over that two decoders could read differently
            }
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
