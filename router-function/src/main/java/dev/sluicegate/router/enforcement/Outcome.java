package dev.sluicegate.router.enforcement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the caller is told. Everything that may leave the boundary is one of these. */
public sealed interface Outcome {
    String callId();

    String chainId();

    /** The tool ran (or failed) and its screened, recorded output may leave. */
    record Released(ReleasedResult result) implements Outcome {
        @Override
        public String callId() {
            return result.call().authorized().call().callId();
        }

        @Override
        public String chainId() {
            return result.call().authorized().chainId();
        }
    }

    /**
     * The answer is no.
     *
     * @param reasons of the rules that decided, never their text
     * @param approval where and until when this can be approved, when an approval would help
     * @param retryAfter when the same call may pass, when waiting would help
     * @param stepUp which authentication would help, when one would
     */
    record Refused(
            String callId,
            String chainId,
            RefusalCode code,
            String message,
            List<String> reasons,
            @Nullable ApprovalRequest approval,
            @Nullable Duration retryAfter,
            @Nullable StepUp stepUp)
            implements Outcome {
        public Refused {
            reasons = List.copyOf(reasons);
        }

        /** Where no other authentication helps. */
        public Refused(
                String callId,
                String chainId,
                RefusalCode code,
                String message,
                List<String> reasons,
                @Nullable ApprovalRequest approval,
                @Nullable Duration retryAfter) {
            this(callId, chainId, code, message, reasons, approval, retryAfter, null);
        }

        /** Where waiting alone does not help. */
        public Refused(
                String callId,
                String chainId,
                RefusalCode code,
                String message,
                List<String> reasons,
                @Nullable ApprovalRequest approval) {
            this(callId, chainId, code, message, reasons, approval, null);
        }
    }

    /**
     * @param maxAgeSeconds how old an authentication with more than one factor may be, or null for any age
     */
    record StepUp(@Nullable Long maxAgeSeconds) {}

    /**
     * @param bind {@code sha256:<hex>} of the exact operation
     * @param url where an approver may look at it, or null while there is no such page
     */
    record ApprovalRequest(String approvalId, String bind, @Nullable String url, Instant expires) {}

    /**
     * Screened result of a tool as MCP will carry it: {@code content}, {@code structuredContent}, {@code
     * isError}.
     *
     * @param progress what the tool reported on its way: numbers, which hold nothing to screen
     */
    record ScreenedResult(ObjectNode mcp, boolean isError, List<ToolOutcome.Progress> progress) {
        public ScreenedResult {
            progress = List.copyOf(progress);
        }

        public ScreenedResult(ObjectNode mcp, boolean isError) {
            this(mcp, isError, List.of());
        }
    }
}
