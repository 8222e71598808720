package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;

/** Decides; never throws for a "no". */
public interface PolicyDecisionPoint {
    /**
     * @throws PolicyUnavailableException if no policy set can be read
     */
    Decision decide(DecisionRequest request);

    /** Whether some arguments and some remedy could permit the tool to this caller: for listings. */
    boolean mayPermit(DecisionRequest.Caller caller, String tool);
}
