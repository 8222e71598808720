package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.router.enforcement.StatedIntent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the human wanted, as the host or the model states it. MCP carries no prompt, so every listed tool
 * gets an optional argument {@code _intent} that the tool itself never sees.
 */
final class IntentArgument {
    static final String NAME = "_intent";

    /** A paragraph; in characters. */
    static final int MAX_TEXT = 2_000;

    private static final Set<String> FIELDS = Set.of("request", "reason");

    private IntentArgument() {}

    /**
     * Either an intent or what is wrong with it.
     *
     * @param path JSON pointer into {@code params}, null when nothing is wrong
     */
    record Read(StatedIntent intent, @Nullable String path, String rule) {
        static Read stated(StatedIntent intent) {
            return new Read(intent, null, "");
        }

        static Read wrong(String path, String rule) {
            return new Read(StatedIntent.NONE, path, rule);
        }
    }

    /** A copy of {@code inputSchema} with the argument. */
    static ObjectNode addTo(ObjectNode inputSchema) {
        var schema = inputSchema.deepCopy();
        var properties =
                schema.path("properties") instanceof ObjectNode present
                        ? present
                        : schema.putObject("properties");
        var intent = JsonNodeFactory.instance.objectNode();
        intent.put("type", "object");
        intent.put(
                "description",
                "Optional, for the audit trail: what the person asked for and why this call serves it."
                        + " Never part of what the tool does.");
        var fields = intent.putObject("properties");
        text(fields, "request", "What the person asked for, in their words");
        text(fields, "reason", "Why this call is needed for it");
        intent.put("additionalProperties", false);
        properties.set(NAME, intent);
        return schema;
    }

    private static void text(ObjectNode fields, String name, String description) {
        fields.putObject(name)
                .put("type", "string")
                .put("maxLength", MAX_TEXT)
                .put("description", description);
    }

    /** Takes {@code _intent} out of {@code arguments}; the model wrote it. */
    static Read strip(ObjectNode arguments) {
        var stated = arguments.remove(NAME);
        if (stated == null || stated.isNull()) {
            return Read.stated(StatedIntent.NONE);
        }
        var at = "/" + NAME;
        if (!stated.isObject()) {
            return Read.wrong(at, "type");
        }
        var text = new StringBuilder();
        for (var field : stated.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                return Read.wrong(at, "additionalProperties");
            }
            var value = field.getValue();
            if (!value.isTextual()) {
                return Read.wrong(at + "/" + field.getKey(), "type");
            }
            if (value.textValue().length() > MAX_TEXT) {
                return Read.wrong(at + "/" + field.getKey(), "maxLength");
            }
            text.append(text.isEmpty() ? "" : "\n")
                    .append(field.getKey())
                    .append(": ")
                    .append(value.textValue());
        }
        return text.isEmpty()
                ? Read.stated(StatedIntent.NONE)
                : Read.stated(new StatedIntent(StatedIntent.Source.MODEL_STATED, text.toString()));
    }

    /** What the host put into {@code _meta}: a text, or an object with a {@code text}. */
    static Read ofHost(ObjectNode meta) {
        var stated = meta.path(Product.META_INTENT);
        if (stated.isMissingNode() || stated.isNull()) {
            return Read.stated(StatedIntent.NONE);
        }
        var at = "/_meta/" + Product.META_INTENT.replace("/", "~1");
        JsonNode text = stated.isObject() ? stated.path("text") : stated;
        if (!text.isTextual()) {
            return Read.wrong(at, "is neither a text nor an object with a `text`");
        }
        if (text.textValue().length() > MAX_TEXT) {
            return Read.wrong(at, "is longer than " + MAX_TEXT + " characters");
        }
        return Read.stated(new StatedIntent(StatedIntent.Source.CLIENT_META, text.textValue()));
    }
}
