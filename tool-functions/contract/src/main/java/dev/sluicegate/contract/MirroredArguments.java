package dev.sluicegate.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules for {@code x-mcp-header}, by which a tool has clients repeat an argument in a header. Clients drop
 * a tool that breaks them, so such a manifest is refused.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http">Streamable HTTP</a>
 */
final class MirroredArguments {
    private static final String KEYWORD = "x-mcp-header";

    /** RFC 9110, section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final Set<String> TYPES = Set.of("string", "integer", "boolean");

    private MirroredArguments() {}

    /**
     * @throws IllegalArgumentException if a mark breaks a rule; the message names it
     */
    static void check(JsonNode inputSchema) {
        var seen = new HashSet<String>();
        properties(inputSchema, seen);
        if (inputSchema.findValues(KEYWORD).size() != seen.size()) {
            throw new IllegalArgumentException(
                    KEYWORD
                            + ": only a property, reached by `properties` alone, can be in a header");
        }
    }

    private static void properties(JsonNode schema, Set<String> seen) {
        for (var property : schema.path("properties").properties()) {
            var mark = property.getValue().path(KEYWORD);
            if (!mark.isMissingNode()) {
                mark(property.getKey(), property.getValue(), mark, seen);
            }
            properties(property.getValue(), seen);
        }
    }

    private static void mark(String name, JsonNode property, JsonNode mark, Set<String> seen) {
        if (!mark.isTextual() || !TOKEN.matcher(mark.textValue()).matches()) {
            throw new IllegalArgumentException(
                    KEYWORD + " of `" + name + "` is not the token of a header");
        }
        if (!TYPES.contains(property.path("type").asText())) {
            throw new IllegalArgumentException(
                    KEYWORD
                            + " of `"
                            + name
                            + "`: only string, integer or boolean can be in a header");
        }
        if (!seen.add(mark.textValue().toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    KEYWORD + " `" + mark.textValue() + "` is there twice, in whatever case");
        }
    }
}
