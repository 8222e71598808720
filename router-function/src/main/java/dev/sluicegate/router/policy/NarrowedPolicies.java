package dev.sluicegate.router.policy;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import java.util.ArrayList;

/**
 * The policies in force, and another decision service that has to agree. It is asked only about what the
 * policies permit, so all it can do is take a permit away: whoever runs or breaks it gains nothing.
 */
public final class NarrowedPolicies implements PolicyDecisionPoint {
    private final PolicyDecisionPoint policies;
    private final DecisionService service;

    public NarrowedPolicies(PolicyDecisionPoint policies, DecisionService service) {
        this.policies = policies;
        this.service = service;
    }

    @Override
    public Decision decide(DecisionRequest request) {
        var decision = policies.decide(request);
        if (!(decision instanceof Decision.Permit)) {
            return decision;
        }
        var said = service.decide(request.toJson());
        var basis = decision.basis().withExternal(said);
        if (said.outcome().equals("allow")) {
            return new Decision.Permit(basis);
        }
        var reasons = new ArrayList<String>();
        if (said.outcome().equals("deny") && said.reason() != null && !said.reason().isBlank()) {
            reasons.add(said.reason());
        }
        return new Decision.Deny(basis.withReasons(reasons));
    }

    /** By the policies alone: another service cannot be asked about calls that nobody makes. */
    @Override
    public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
        return policies.mayPermit(caller, tool);
    }
}
