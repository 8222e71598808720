package dev.sluicegate.router.mcp;

import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;

/** Where every well-formed, authenticated call goes: the enforcement point. */
public interface CallGate {
    /** Decides, records, runs. Never throws for a "no". */
    Outcome enforce(InboundCall call);

    /**
     * Records a refusal that was found before the call could be enforced, and answers it.
     *
     * @param stage as in {@link dev.sluicegate.record.AuditRecord.Refusal}
     * @param message goes into the record: nothing in it may come from the caller
     */
    Outcome refuse(InboundCall call, String stage, RefusalCode code, String message);

    /** Records that a request was refused before it was a call. Never throws. */
    void refuse(RefusedRequest request);
}
