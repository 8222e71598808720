package dev.sluicegate.router.enforcement;

import dev.sluicegate.contract.ToolOutcome;
import org.jspecify.annotations.Nullable;

/** Runs the tool with credentials cut for this call. */
public interface ToolInvoker {
    /** Never throws for what a tool did; only for what should not be possible. */
    Invocation invoke(RecordedCall call);

    /** How an invocation ended. */
    sealed interface Invocation {
        /** The function answered. */
        record Answered(ToolOutcome outcome, long bytes, @Nullable String requestId)
                implements Invocation {}

        /** The function crashed or answered something that is not an outcome. It may have run. */
        record Crashed(String reason, @Nullable String requestId) implements Invocation {}

        /** No answer in time. It may have run. */
        record TimedOut() implements Invocation {}

        /** The answer is larger than the manifest allows. It ran. */
        record TooLarge(long bytes) implements Invocation {}

        /** Nothing was invoked: no key, no signature, no function. */
        record NotInvoked(String reason) implements Invocation {}
    }
}
