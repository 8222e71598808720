package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.screening.Finding;
import java.util.List;
import java.util.Map;

record Authorized(
        InboundCall call,
        DecisionRequest request,
        Decision.Permit decision,
        ChainState chain,
        List<Finding> findings,
        Map<String, String> bound)
        implements AuthorizedCall {
    Authorized {
        findings = List.copyOf(findings);
        bound = Map.copyOf(bound);
    }
}
