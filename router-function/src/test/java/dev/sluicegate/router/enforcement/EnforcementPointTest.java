package dev.sluicegate.router.enforcement;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.router.approval.ApprovalUnavailableException;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.chain.ChainUnavailableException;
import dev.sluicegate.router.chain.Learned;
import dev.sluicegate.router.enforcement.ToolInvoker.Invocation;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.policy.CataloguedTool;
import dev.sluicegate.router.screening.Finding;
import dev.sluicegate.router.screening.Screening;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EnforcementPointTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Decision.Basis BASIS =
            new Decision.Basis(
                    List.of("p1"),
                    List.of("because"),
                    List.of(),
                    "support",
                    "sha256:s",
                    7,
                    "sha256:i");

    private final List<String> trail = new ArrayList<>();
    private Decision decision = new Decision.Permit(BASIS);
    private String result = "{\"text\":\"hello\"}";
    private int stale;
    private boolean intentFails;
    private boolean outcomeFails;
    private boolean refusalFails;
    private boolean chainFails;
    private boolean policyFails;
    private boolean approvalFails;
    private boolean invokerFails;
    private boolean outcomeIsImpossible;
    private boolean outcomeIsStale;
    private boolean policyIsBroken;
    private ChainState.Rate rate = new ChainState.Rate(0, 0, Duration.ZERO, false);
    private @Nullable Invocation invocation;
    private @Nullable Learned learned;
    private @Nullable DecisionRequest input;
    private @Nullable String clientInfo;
    private @Nullable String client;

    @Test
    void everyStageHappensInOrder() {
        var outcome = enforce("{\"text\":\"hi\"}");

        assertThat(outcome).isInstanceOf(Outcome.Released.class);
        assertThat(trail).containsExactly("chain", "decide", "intent", "invoke", "outcome ok");
    }

    @Test
    void whatScreeningTookOutIsNotInTheInputThatIsKept() {
        enforce("{\"text\":\"key " + "AKIA" + "Q3EGTTBX7WNC5HUD" + "\"}");

        assertThat(requireNonNull(input).input().toString())
                .contains("[REDACTED:")
                .doesNotContain("Q3EGTTBX7WNC5HUD");
    }

    @Test
    void aDeniedCallKeepsItsInput() {
        decision = new Decision.Deny(BASIS);

        enforce("{\"text\":\"hi\"}");

        assertThat(requireNonNull(input).input()).hasToString("{\"text\":\"hi\"}");
    }

    @Test
    void whatAClientSaysOfItselfIsRecordedUnlessItHoldsASecret() {
        decision = new Decision.Deny(BASIS);

        clientInfo = "Inspector 2.12.0";
        enforce("{}");
        assertThat(client).isEqualTo("Inspector 2.12.0");
        for (var said :
                List.of(
                        "x ghp_" + "A1b2C3d4E5f6".repeat(3),
                        "AKIA" + "Q3EGTTBX7WNC5HUD 1",
                        "Inspector\u202e")) {
            clientInfo = said;
            enforce("{}");
            assertThat(client).as(said).isNull();
        }
    }

    @Test
    void aRefusedRequestThatCannotBeRecordedIsStillOnlyRefused() {
        var request =
                new RefusedRequest(
                        "01J00000000000000000000000",
                        call("{}").identity(),
                        RefusalCode.DENIED,
                        "unknown_tool");

        point().refuse(request);
        refusalFails = true;
        point().refuse(request);

        assertThat(trail).containsExactly("refusal of a request unknown_tool");
    }

    @Test
    void aDeniedCallReachesNoTool() {
        decision = new Decision.Deny(BASIS);

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.DENIED);
        assertThat(trail).containsExactly("chain", "decide", "refusal policy denied");
    }

    @Test
    void aResultThatTheManifestExcludesLeavesAsAFailureAndTeachesItsLabels() {
        result = "{\"text\":7}";

        var outcome = enforce("{\"text\":\"hi\"}");

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Released.class,
                        released -> {
                            var mcp = released.result().result().mcp();
                            assertThat(mcp.path("isError").asBoolean()).isTrue();
                            assertThat(mcp.path("structuredContent").path("message").asText())
                                    .isEqualTo("the tool answered what its manifest excludes");
                        });
        assertThat(trail).endsWith("outcome failed");
        assertThat(learned).isEqualTo(new Learned(Set.of(Label.PII), 0, false));
    }

    @Test
    void whoCallsTooOftenIsToldWhenToTryAgainAndNothingRuns() {
        rate = new ChainState.Rate(0, 0, Duration.ofMillis(2_001), false);

        var refused = refused(enforce("{}"));

        assertThat(refused.code()).isEqualTo(RefusalCode.RATE_LIMITED);
        assertThat(refused.message()).isEqualTo("too many calls of yours; try again in 3 s");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(trail).containsExactly("chain", "refusal chain rate_limited");
    }

    @Test
    void aToolThatIsCalledTooOftenIsNamed() {
        rate = new ChainState.Rate(0, 0, Duration.ofNanos(1), true);

        assertThat(refused(enforce("{}")).message())
                .isEqualTo("too many calls of yours of `echo___write`; try again in 1 s");
    }

    @Test
    void whereNoRulePermitsTheRolesAreTheReason() {
        decision =
                new Decision.Deny(
                        new Decision.Basis(
                                List.of(), List.of(), List.of(), null, "sha256:s", 7, "sha256:i"));

        assertThat(refused(enforce("{}")).message())
                .isEqualTo(
                        "no policy permits this call of `echo___write` with these arguments to the"
                                + " role `support`");
    }

    @Test
    void aPolicyThatFailsDeniesAndSaysSo() {
        decision =
                new Decision.Deny(
                        new Decision.Basis(
                                List.of(),
                                List.of(),
                                List.of("p9"),
                                null,
                                "sha256:s",
                                7,
                                "sha256:i"));

        assertThat(refused(enforce("{}")).message()).contains("could not be evaluated");
    }

    @Test
    void aCallThatNeedsApprovalAsksForItAndReachesNoTool() {
        decision =
                new Decision.NeedsApproval(
                        BASIS, new Decision.ApprovalRule("leads", Duration.ofMinutes(15), 1));

        var refused = refused(enforce("{}"));

        assertThat(refused.code()).isEqualTo(RefusalCode.APPROVAL_REQUIRED);
        assertThat(refused.approval()).isNotNull();
        assertThat(trail).doesNotContain("invoke").contains("approval");
    }

    @Test
    void whenAnApprovalCannotBeAskedForTheAnswerIsNo() {
        decision =
                new Decision.NeedsApproval(
                        BASIS, new Decision.ApprovalRule("leads", Duration.ofMinutes(15), 1));
        approvalFails = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.DENIED);
        assertThat(trail).doesNotContain("invoke");
    }

    @Test
    void stepUpIsAskedForBeforeApproval() {
        decision =
                new Decision.NeedsStepUpAndApproval(
                        BASIS, new Decision.ApprovalRule("leads", Duration.ofMinutes(15), 1), 900L);

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.STEP_UP_REQUIRED);
        assertThat(trail).doesNotContain("invoke");
    }

    @Test
    void withoutADurableIntentNoToolRuns() {
        intentFails = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.AUDIT_UNAVAILABLE);
        assertThat(trail).doesNotContain("invoke");
    }

    @Test
    void withoutADurableOutcomeNoResultLeaves() {
        outcomeFails = true;
        result = "{\"text\":\"do not leak\"}";

        var refused = refused(enforce("{}"));

        assertThat(refused.code()).isEqualTo(RefusalCode.EXECUTED_UNRECORDED);
        assertThat(refused.toString()).doesNotContain("do not leak");
    }

    @Test
    void aRefusalThatCannotBeRecordedIsStillARefusal() {
        decision = new Decision.Deny(BASIS);
        refusalFails = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.DENIED);
    }

    @Test
    void withoutChainStateTheAnswerIsNo() {
        chainFails = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.POLICY_UNAVAILABLE);
        assertThat(trail).doesNotContain("decide", "invoke");
    }

    @Test
    void withoutPolicyTheAnswerIsNo() {
        policyFails = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.POLICY_UNAVAILABLE);
        assertThat(trail).doesNotContain("intent", "invoke");
    }

    @Test
    void aCounterThatChangedMeansDecidingAgain() {
        stale = 2;

        assertThat(enforce("{}")).isInstanceOf(Outcome.Released.class);
        assertThat(trail.stream().filter("decide"::equals)).hasSize(3);
        assertThat(trail.stream().filter("invoke"::equals)).hasSize(1);
    }

    @Test
    void aCounterThatNeverStandsStillEndsInANo() {
        stale = Integer.MAX_VALUE;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.RATE_LIMITED);
        assertThat(trail).doesNotContain("invoke");
    }

    @Test
    void aToolThatDidNotRunGivesItsReservationBack() {
        invocation = new Invocation.NotInvoked("no key");

        var released = (Outcome.Released) enforce("{}");

        assertThat(released.result().result().isError()).isTrue();
        assertThat(requireNonNull(learned).refundQuota()).isTrue();
    }

    @Test
    void aToolThatMayHaveRunKeepsItsReservationAndTeachesTheChain() {
        invocation = new Invocation.TimedOut();

        enforce("{}");

        assertThat(requireNonNull(learned).refundQuota()).isFalse();
        assertThat(requireNonNull(learned).labels()).containsExactly(Label.PII);
        assertThat(trail).contains("outcome timeout");
    }

    @Test
    void aToolThatSaysItDidNotRunGetsNoQuotaBackOnItsWord() {
        for (var status :
                List.of(
                        ToolOutcome.Status.GRANT_REFUSED,
                        ToolOutcome.Status.CLAIM_REFUSED,
                        ToolOutcome.Status.CREDENTIALS_REFUSED)) {
            invocation =
                    new Invocation.Answered(
                            new ToolOutcome(status, null, null, "executed before", null), 1, "r");

            enforce("{}");

            assertThat(requireNonNull(learned).refundQuota()).as(status.name()).isFalse();
        }
    }

    @Test
    void theTextOfAFailureTeachesTheChainWhatAResultWould() {
        invocation =
                new Invocation.Answered(
                        new ToolOutcome(
                                ToolOutcome.Status.FAILED, null, null, "Ada Lovelace owes", null),
                        1,
                        "r");

        enforce("{}");

        assertThat(requireNonNull(learned).labels()).containsExactly(Label.PII);
    }

    @Test
    void anInvokerThatFailsUnexpectedlyLeavesAnOutcomeOfACallThatMayHaveRun() {
        invokerFails = true;

        var released = (Outcome.Released) enforce("{}");

        assertThat(released.result().result().isError()).isTrue();
        assertThat(trail).endsWith("invoke", "outcome failed");
        assertThat(requireNonNull(learned).refundQuota()).isFalse();
    }

    @Test
    void anOutcomeThatCannotEvenBeFormedWithholdsTheResultAndSaysThatItRan() {
        outcomeIsImpossible = true;
        result = "{\"text\":\"do not leak\"}";

        var refused = refused(enforce("{}"));

        assertThat(refused.code()).isEqualTo(RefusalCode.EXECUTED_UNRECORDED);
        assertThat(refused.toString()).doesNotContain("do not leak");
        assertThat(trail.stream().filter("invoke"::equals)).hasSize(1);
    }

    @Test
    void aStaleChainAfterTheToolRanNeverRunsItAgain() {
        outcomeIsStale = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.EXECUTED_UNRECORDED);
        assertThat(trail.stream().filter("invoke"::equals)).hasSize(1);
    }

    @Test
    void aFaultBeforeTheIntentIsARecordedNo() {
        policyIsBroken = true;

        assertThat(refused(enforce("{}")).code()).isEqualTo(RefusalCode.POLICY_UNAVAILABLE);
        assertThat(trail).containsExactly("chain", "refusal screening policy_unavailable");
    }

    @Test
    void aSecretInAResultLeavesRedacted() {
        result = "{\"text\":\"key AKIAQ3EGTTBX7WNC5HUD here\"}";

        var released = (Outcome.Released) enforce("{}");

        assertThat(released.result().result().mcp().toString())
                .doesNotContain("AKIAQ3EGTTBX7WNC5HUD")
                .contains("[REDACTED:");
    }

    @Test
    void aRefusalFoundEarlierIsRecorded() {
        var outcome =
                point().refuse(
                                call("{}"),
                                "mcp",
                                RefusalCode.INVALID_ARGUMENTS,
                                "`/text` is too long");

        assertThat(refused(outcome).message()).isEqualTo("`/text` is too long");
        assertThat(trail).containsExactly("refusal mcp invalid_arguments");
    }

    private static Outcome.Refused refused(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return (Outcome.Refused) outcome;
    }

    private Outcome enforce(String arguments) {
        return point().enforce(call(arguments));
    }

    private EnforcementPoint point() {
        return new EnforcementPoint(
                new Screening(KeyedDigest.ofSecret("test")),
                (_, _) -> {
                    if (chainFails) {
                        throw new ChainUnavailableException(
                                "no table", new IllegalStateException("gone"));
                    }
                    trail.add("chain");
                    return new ChainState(
                            "chain-1",
                            true,
                            0,
                            Set.of(),
                            Set.of(),
                            false,
                            new ChainState.Quota("2026-11-23", 0, 0, BigDecimal.ZERO),
                            rate);
                },
                new FixedPolicy(),
                (_, _, _) -> {
                    if (approvalFails) {
                        throw new ApprovalUnavailableException(
                                "no table", new IllegalStateException("gone"));
                    }
                    trail.add("approval");
                    return new Outcome.ApprovalRequest("a1", "sha256:b", null, NOW);
                },
                new ListTrail(),
                _ -> {
                    trail.add("invoke");
                    if (invokerFails) {
                        throw new IllegalStateException("pool shut down");
                    }
                    return invocation == null ? answered() : invocation;
                },
                new DecisionInput(CLOCK, ZoneOffset.UTC));
    }

    private Invocation answered() {
        try {
            return new Invocation.Answered(
                    new ToolOutcome(ToolOutcome.Status.OK, null, JSON.readTree(result), null, null),
                    10,
                    "r1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private InboundCall call(String arguments) {
        var manifest =
                ToolManifest.read(
                        new ByteArrayInputStream(
                                """
                                {"name":"echo___write","version":"1","owner":"test","title":"Echo",
                                 "description":"Echoes","effect":"write","risk":"low","scopes":[],
                                 "inputSchema":{"type":"object","additionalProperties":false},"outputSchema":{"type":"object","properties":{"text":{"type":"string"}}},
                                 "out":{"labels":["pii"],"fields":{}}}
                                """
                                        .getBytes(StandardCharsets.UTF_8)));
        try {
            return new InboundCall(
                    "01J00000000000000000000000",
                    new EffectiveIdentity(
                            "demo",
                            "ada",
                            "https://issuer.example",
                            true,
                            Set.of("support"),
                            Set.of("tools:write"),
                            "inspector",
                            "known",
                            "dev",
                            false,
                            null,
                            null,
                            null,
                            NOW.plusSeconds(60)),
                    new CataloguedTool(manifest, "arn:f", null, "grant", "sha256:c"),
                    (ObjectNode) JSON.readTree(arguments),
                    StatedIntent.NONE,
                    "1",
                    "2026-07-28",
                    null,
                    clientInfo,
                    NOW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class FixedPolicy implements PolicyDecisionPoint {
        @Override
        public Decision decide(DecisionRequest request) {
            if (policyFails) {
                throw new PolicyUnavailableException("no table", new IllegalStateException("gone"));
            }
            if (policyIsBroken) {
                throw new IllegalArgumentException("arguments quoted here");
            }
            trail.add("decide");
            return decision;
        }

        @Override
        public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
            return true;
        }
    }

    private final class ListTrail implements AuditTrail {
        @Override
        public Intent intent(AuthorizedCall call) {
            if (intentFails) {
                throw new AuditUnavailableException("full", new IllegalStateException("gone"));
            }
            if (stale > 0) {
                stale--;
                throw new StaleChainException(new IllegalStateException("changed"));
            }
            trail.add("intent");
            input = call.request();
            return new Intent("i1", "sha256:i1");
        }

        @Override
        public void outcome(RecordedCall call, Result ended, Learned lesson) {
            if (outcomeFails) {
                throw new AuditUnavailableException("full", new IllegalStateException("gone"));
            }
            if (outcomeIsImpossible) {
                throw new IllegalArgumentException("record has 20000 bytes");
            }
            if (outcomeIsStale) {
                throw new StaleChainException(new IllegalStateException("changed"));
            }
            learned = lesson;
            trail.add("outcome " + ended.status());
        }

        @Override
        public void refusal(
                InboundCall call,
                @Nullable ChainState chain,
                @Nullable Decided made,
                List<Finding> findings,
                String stage,
                Outcome.Refused refused) {
            if (refusalFails) {
                throw new AuditUnavailableException("full", new IllegalStateException("gone"));
            }
            input = made == null ? null : made.request();
            client = call.clientInfo();
            trail.add("refusal " + stage + " " + refused.code().word());
        }

        @Override
        public void refusal(RefusedRequest request) {
            if (refusalFails) {
                throw new AuditUnavailableException("full", new IllegalStateException("gone"));
            }
            trail.add("refusal of a request " + request.reason());
        }
    }
}
