package dev.sluicegate.router.enforcement;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.screening.Finding;
import java.util.List;
import java.util.Map;

/** Proof that policy (and, where asked, a human) let this call through. Only this package makes one. */
public sealed interface AuthorizedCall permits Authorized {
    InboundCall call();

    Decision decision();

    /** What the decision was made from: the screened arguments among it, never the caller's own. */
    DecisionRequest request();

    /** The chain as it was when the decision was made. */
    ChainState chain();

    /** Findings in the arguments. */
    List<Finding> findings();

    /** Session tags that bind the call to resources, from the manifest's {@code bind}. */
    Map<String, String> bound();

    default String chainId() {
        return chain().chainId();
    }
}
