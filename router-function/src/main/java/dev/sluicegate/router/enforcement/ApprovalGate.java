package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.router.chain.ChainState;

/** Asks for approval of one exact operation; the same operation asked again is the same request. */
public interface ApprovalGate {
    Outcome.ApprovalRequest request(
            InboundCall call, ChainState chain, Decision.NeedsApproval need);
}
