package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** How a tool ended. */
public sealed interface ToolResult {
    /**
     * It did what it was asked.
     *
     * @param structured matches the manifest's output schema
     * @param content MCP content blocks (images, resources and the like) beside it, or null
     */
    record Done(ObjectNode structured, @Nullable ArrayNode content) implements ToolResult {
        public Done(ObjectNode structured) {
            this(structured, null);
        }
    }

    /**
     * The business said no.
     *
     * @param reason for the caller; never the value of an argument or of stored data
     */
    record Failed(String reason) implements ToolResult {}
}
