package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Manifests and JSON for tests of screening. */
final class Manifests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    /** A reading tool without labels of its own. */
    static ToolManifest reading() {
        return with("");
    }

    /** A tool that sends to {@code /to} and {@code /cc}. */
    static ToolManifest sending() {
        return with(",\"egress\":true,\"receivers\":[\"/to\",\"/cc\"]");
    }

    /**
     * @param more members of the manifest, each with a comma before it
     */
    static ToolManifest with(String more) {
        var json =
                """
                {"name":"test___tool","version":"1","owner":"test","title":"t","description":"d",
                 "effect":"read","risk":"low",
                 "inputSchema":{"type":"object","additionalProperties":false,
                  "properties":{"to":{},"cc":{}}},
                 "outputSchema":{"type":"object"}%s}
                """
                        .formatted(more);
        return ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    /** {@code value} as a JSON string. */
    static String quoted(String value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
