package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The output schema as clients see it. The protocol wants every structured result to conform to it, and some
 * clients check even those that are errors: so a listed schema admits what a refusal looks like, or a
 * person would read of a broken schema instead of why the answer is no.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28/server/tools#output-schema">Output
 *     schema</a>
 */
final class ListedOutput {
    private static final String DIALECT = "$schema";
    private static final String REFERENCE = "$ref";

    /** Where the tool's own schema ends up, for references from its root. */
    private static final String OWN = "#/anyOf/0";

    private ListedOutput() {}

    /** What the tool returns, or what {@link Results#refusal} and a failure do. */
    static ObjectNode of(ObjectNode outputSchema) {
        var own = outputSchema.deepCopy();
        var dialect = own.remove(DIALECT);
        rebase(own);
        var listed = JsonNodeFactory.instance.objectNode();
        if (dialect != null) {
            listed.set(DIALECT, dialect);
        }
        listed.put("type", "object");
        listed.putArray("anyOf").add(own).add(refusal());
        return listed;
    }

    private static ObjectNode refusal() {
        var refusal = JsonNodeFactory.instance.objectNode();
        refusal.put("description", "Why there is no result").put("type", "object");
        var properties = refusal.putObject("properties");
        var required = refusal.putArray("required");
        for (var name : new String[] {"code", "message", "callId"}) {
            properties.putObject(name).put("type", "string");
            required.add(name);
        }
        return refusal;
    }

    private static void rebase(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            var reference = object.path(REFERENCE).textValue();
            if (reference != null && (reference.equals("#") || reference.startsWith("#/"))) {
                object.put(REFERENCE, OWN + reference.substring(1));
            }
        }
        if (schema instanceof ObjectNode || schema instanceof ArrayNode) {
            schema.forEach(ListedOutput::rebase);
        }
    }
}
