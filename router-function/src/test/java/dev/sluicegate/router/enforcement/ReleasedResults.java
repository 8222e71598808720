package dev.sluicegate.router.enforcement;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.router.chain.ChainState;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Results as the enforcement point releases them, for tests of what comes after it. */
public final class ReleasedResults {
    public static final String CHAIN = "01JDCHAIN00000000000000000";

    private ReleasedResults() {}

    public static Outcome of(InboundCall call, ObjectNode mcp) {
        return of(call, mcp, List.of());
    }

    public static Outcome of(
            InboundCall call, ObjectNode mcp, List<ToolOutcome.Progress> progress) {
        var basis =
                new Decision.Basis(
                        List.of("allow"), List.of(), List.of(), null, "sha256:00", 1, "sha256:00");
        var chain =
                new ChainState(
                        CHAIN,
                        false,
                        0,
                        Set.of(),
                        Set.of(),
                        false,
                        new ChainState.Quota("2026-11-23", 0, 0, BigDecimal.ZERO));
        var authorized =
                new Authorized(
                        call,
                        RecordedCalls.input(call, chain),
                        new Decision.Permit(basis),
                        chain,
                        List.of(),
                        Map.of());
        return new Outcome.Released(
                new Released(
                        new Recorded(authorized, "intent", "sha256:00"),
                        new Outcome.ScreenedResult(
                                mcp, mcp.path("isError").asBoolean(), progress)));
    }
}
