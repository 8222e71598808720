package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * An argument that a tool's schema marks with {@code x-mcp-header}.
 *
 * @param header the part after {@code Mcp-Param-}
 * @param path names of nested properties
 */
record MirroredParameter(String header, List<String> path) {
    static final String KEYWORD = "x-mcp-header";

    MirroredParameter {
        path = List.copyOf(path);
    }

    JsonNode in(JsonNode arguments) {
        var node = arguments;
        for (var name : path) {
            node = node.path(name);
        }
        return node;
    }

    /** All of a schema, reached by {@code properties} only, as the protocol wants it. */
    static List<MirroredParameter> of(JsonNode schema) {
        var found = new ArrayList<MirroredParameter>();
        collect(schema, List.of(), found);
        return List.copyOf(found);
    }

    private static void collect(JsonNode schema, List<String> path, List<MirroredParameter> found) {
        for (var property : schema.path("properties").properties()) {
            var here = new ArrayList<>(path);
            here.add(property.getKey());
            var header = property.getValue().path(KEYWORD).textValue();
            if (header != null) {
                found.add(new MirroredParameter(header, here));
            }
            collect(property.getValue(), here, found);
        }
    }
}
