package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** How a tool ended. */
public sealed interface ToolResult {
    /** It did what it was asked; the result matches the manifest's output schema. */
    record Done(ObjectNode structured) implements ToolResult {}

    /**
     * The business said no.
     *
     * @param reason for the caller; never the value of an argument or of stored data
     */
    record Failed(String reason) implements ToolResult {}
}
