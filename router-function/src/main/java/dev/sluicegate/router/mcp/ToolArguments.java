package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;

/** Arguments as a call would have them: with the schema's defaults, or the rule they break. */
public sealed interface ToolArguments {
    record Valid(ObjectNode arguments) implements ToolArguments {
        @Override
        public String toString() {
            return "Valid"; // arguments are not for logs
        }
    }

    /**
     * @param path JSON pointer
     */
    record Invalid(String path, String message) implements ToolArguments {}

    static ToolArguments of(ToolManifest manifest, ObjectNode arguments) {
        var schema = new ToolSchemas().of(manifest);
        var complete = schema.withDefaults(arguments);
        return schema.violation(complete)
                .<ToolArguments>map(broken -> new Invalid(broken.path(), broken.message()))
                .orElseGet(() -> new Valid(complete));
    }
}
