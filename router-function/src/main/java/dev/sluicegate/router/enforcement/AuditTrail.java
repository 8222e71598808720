package dev.sluicegate.router.enforcement;

import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.chain.Learned;
import dev.sluicegate.router.screening.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Append-only. An {@link AuditUnavailableException} from a method means the record is not durable and
 * nothing that depends on it may happen.
 */
public interface AuditTrail {
    /**
     * Writes INTENT with what was decided from, encrypted, and reserves the quota of the day in one
     * transaction.
     *
     * @throws StaleChainException if another call of this principal changed the counters the decision
     *     was made from; the caller reads them again and decides again
     */
    Intent intent(AuthorizedCall call);

    /** Writes OUTCOME and what the chain learned in one transaction. */
    void outcome(RecordedCall call, Result result, Learned learned);

    /**
     * Writes DENIED.
     *
     * @param decided null when policy was not asked
     */
    void refusal(
            InboundCall call,
            @Nullable ChainState chain,
            @Nullable Decided decided,
            List<Finding> findings,
            String stage,
            Outcome.Refused refused);

    /** Writes DENIED of a request that names no call. */
    void refusal(RefusedRequest request);

    /**
     * @param id of the record
     * @param sha {@code sha256:<hex>} of the record
     */
    record Intent(String id, String sha) {}

    /**
     * @param status as in {@link dev.sluicegate.record.AuditRecord.Outcome}
     * @param code refusal code when the caller gets an error of ours, else null
     * @param invocation what the tool function answered
     */
    record Result(
            String status,
            @Nullable RefusalCode code,
            Outcome.ScreenedResult screened,
            List<Finding> findings,
            ToolInvoker.Invocation invocation) {
        public Result {
            findings = List.copyOf(findings);
        }
    }
}
