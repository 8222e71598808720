package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Fills in what a schema gives a {@code default} for, so that policy, approval, grant and tool all see
 * the arguments that will be used.
 */
final class SchemaDefaults {
    /** References may lead round in a circle without going down into the value. */
    private static final int MAX_REFERENCES = 32;

    private final JsonNode root;

    SchemaDefaults(JsonNode root) {
        this.root = root;
    }

    /** Changes {@code arguments}. */
    void apply(ObjectNode arguments) {
        apply(root, arguments, 0);
    }

    private void apply(JsonNode schema, JsonNode value, int references) {
        var reference = schema.path("$ref").textValue();
        if (reference != null && reference.startsWith("#/") && references < MAX_REFERENCES) {
            apply(root.at(reference.substring(1)), value, references + 1);
        }
        for (var part : schema.path("allOf")) {
            apply(part, value, references);
        }
        if (value instanceof ObjectNode object) {
            for (var property : schema.path("properties").properties()) {
                var name = property.getKey();
                var otherwise = property.getValue().path("default");
                if (!object.has(name) && !otherwise.isMissingNode()) {
                    object.set(name, otherwise.deepCopy());
                }
                if (object.path(name).isContainerNode()) {
                    apply(property.getValue(), object.path(name), 0);
                }
            }
        }
        if (value.isArray() && schema.path("items").isObject()) {
            for (var item : value) {
                apply(schema.path("items"), item, 0);
            }
        }
    }
}
