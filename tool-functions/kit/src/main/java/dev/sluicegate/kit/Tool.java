package dev.sluicegate.kit;

/** What one tool does, once the kit has established that it may. */
@FunctionalInterface
public interface Tool {
    /**
     * Runs once per call. Whatever it throws becomes a failure without details; what the caller may
     * know is a {@link ToolResult.Failed}.
     */
    ToolResult run(ToolCall call);
}
