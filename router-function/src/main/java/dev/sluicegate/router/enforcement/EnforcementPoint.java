package dev.sluicegate.router.enforcement;

import static dev.sluicegate.router.enforcement.RefusalCode.APPROVAL_REQUIRED;
import static dev.sluicegate.router.enforcement.RefusalCode.AUDIT_UNAVAILABLE;
import static dev.sluicegate.router.enforcement.RefusalCode.DENIED;
import static dev.sluicegate.router.enforcement.RefusalCode.EXECUTED_UNRECORDED;
import static dev.sluicegate.router.enforcement.RefusalCode.INVALID_ARGUMENTS;
import static dev.sluicegate.router.enforcement.RefusalCode.POLICY_UNAVAILABLE;
import static dev.sluicegate.router.enforcement.RefusalCode.RATE_LIMITED;
import static dev.sluicegate.router.enforcement.RefusalCode.SCREENING_BLOCKED;
import static dev.sluicegate.router.enforcement.RefusalCode.STEP_UP_REQUIRED;

import dev.sluicegate.contract.Effect;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.UnrepresentableInputException;
import dev.sluicegate.router.approval.ApprovalUnavailableException;
import dev.sluicegate.router.chain.BoundTags;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.chain.ChainUnavailableException;
import dev.sluicegate.router.screening.Finding;
import dev.sluicegate.router.screening.Receivers;
import dev.sluicegate.router.screening.ScreenedArguments;
import dev.sluicegate.router.screening.Screening;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Screen, decide, record, run, screen, record again: in that order and no other. */
public final class EnforcementPoint {
    private static final Logger LOG = LoggerFactory.getLogger(EnforcementPoint.class);

    /**
     * How often a call is decided anew because another call of the same principal changed the counters
     * in between. A burst of n equal calls needs at most n rounds.
     */
    private static final int MAX_ROUNDS = 40;

    private static final long BACKOFF_NANOS = 4_000_000;

    private final Screening screening;
    private final ChainReader chains;
    private final PolicyDecisionPoint policy;
    private final ApprovalGate approvals;
    private final AuditTrail audit;
    private final ToolInvoker tools;
    private final DecisionInput input;
    private final Release release;

    public EnforcementPoint(
            Screening screening,
            ChainReader chains,
            PolicyDecisionPoint policy,
            ApprovalGate approvals,
            AuditTrail audit,
            ToolInvoker tools,
            DecisionInput input) {
        this.screening = screening;
        this.chains = chains;
        this.policy = policy;
        this.approvals = approvals;
        this.audit = audit;
        this.tools = tools;
        this.input = input;
        this.release = new Release(screening);
    }

    /** Carries one call from request to answer. Never throws for a "no". */
    public Outcome enforce(InboundCall asked) {
        var inbound = presentable(asked);
        RecordedCall recorded;
        try {
            switch (admit(inbound)) {
                case Admission.Refused(var refused) -> {
                    return refused;
                }
                case Admission.Admitted(var admitted) -> recorded = admitted;
            }
        } catch (RuntimeException e) {
            // a fault of ours before anything ran: the answer is no, and it is recorded as one
            LOG.error("call {} failed before its intent: {}", inbound.callId(), fault(e));
            return refuse(
                    inbound,
                    null,
                    null,
                    List.of(),
                    "screening",
                    no(inbound, null, POLICY_UNAVAILABLE, "the call cannot be decided right now"));
        }
        return run(recorded);
    }

    /** What the stages before the tool end in. */
    private sealed interface Admission {
        record Refused(Outcome outcome) implements Admission {}

        record Admitted(RecordedCall call) implements Admission {}
    }

    private Admission admit(InboundCall inbound) {
        return switch (screening.screenArguments(inbound.tool().manifest(), inbound.arguments())) {
            case ScreenedArguments.Blocked(var findings, var message) ->
                    refused(inbound, findings, "screening", SCREENING_BLOCKED, message);
            case ScreenedArguments.Passed(var arguments, var findings) ->
                    decide(inbound.withArguments(arguments), findings);
        };
    }

    /** Records and answers a refusal that was found before the call came here. */
    public Outcome refuse(InboundCall asked, String stage, RefusalCode code, String message) {
        var call = presentable(asked);
        return refuse(call, null, null, List.of(), stage, no(call, null, code, message));
    }

    /** What a client says of itself goes into records, which hold no secret and nobody's details. */
    private InboundCall presentable(InboundCall call) {
        var said = call.clientInfo();
        return said == null || screening.isPlain(said) ? call : call.withoutClientInfo();
    }

    /** Records a refusal of a request that never was a call; whoever refuses it answers it. */
    public void refuse(RefusedRequest request) {
        try {
            audit.refusal(request);
        } catch (AuditUnavailableException e) {
            LOG.error("refusal of request {} cannot be recorded", request.callId(), e);
        } catch (RuntimeException e) {
            LOG.error("refusal of request {} cannot be recorded: {}", request.callId(), fault(e));
        }
    }

    /** A refusal before anything of the chain or of policy is known. */
    private Admission refused(
            InboundCall call,
            List<Finding> findings,
            String stage,
            RefusalCode code,
            String message) {
        return new Admission.Refused(
                refuse(call, null, null, findings, stage, no(call, null, code, message)));
    }

    private Admission decide(InboundCall call, List<Finding> findings) {
        var manifest = call.tool().manifest();
        if (!(Receivers.parse(manifest, call.arguments()) instanceof Receivers.Parsed receivers)) {
            return refused(
                    call,
                    findings,
                    "screening",
                    INVALID_ARGUMENTS,
                    "a receiver is not exactly one plain address");
        }
        if (!(BoundTags.of(manifest, call.arguments()) instanceof BoundTags.Bound bound)) {
            return refused(
                    call,
                    findings,
                    "screening",
                    INVALID_ARGUMENTS,
                    "a bound argument cannot be a session tag");
        }
        for (var round = 0; round < MAX_ROUNDS; round++) {
            ChainState chain;
            Decided decided;
            try {
                chain = chains.read(call.identity(), call.tool().name());
                if (!chain.rate().delay().isZero()) {
                    return tooManyCalls(call, chain, findings);
                }
                var request = input.of(call, chain, receivers.egress(), findings);
                decided = new Decided(request, policy.decide(request));
            } catch (ChainUnavailableException | PolicyUnavailableException e) {
                LOG.error("call {} cannot be decided", call.callId(), e);
                return refused(
                        call,
                        findings,
                        "policy",
                        POLICY_UNAVAILABLE,
                        "the call cannot be decided right now");
            } catch (UnrepresentableInputException e) {
                return refused(
                        call,
                        findings,
                        "policy",
                        INVALID_ARGUMENTS,
                        String.valueOf(e.getMessage()));
            }
            if (!(decided.decision() instanceof Decision.Permit permit)) {
                return new Admission.Refused(refuseByPolicy(call, chain, decided, findings));
            }
            var authorized =
                    new Authorized(call, decided.request(), permit, chain, findings, bound.tags());
            try {
                var intent = audit.intent(authorized);
                return new Admission.Admitted(new Recorded(authorized, intent.id(), intent.sha()));
            } catch (StaleChainException e) {
                // jitter, so that a burst of equal calls does not collide in step again
                LockSupport.parkNanos(
                        ThreadLocalRandom.current().nextLong(BACKOFF_NANOS, 4 * BACKOFF_NANOS));
            } catch (AuditUnavailableException e) {
                LOG.error("call {} cannot be recorded, so it does not happen", call.callId(), e);
                return new Admission.Refused(
                        refuse(
                                call,
                                chain,
                                decided,
                                findings,
                                "audit",
                                no(
                                        call,
                                        chain,
                                        AUDIT_UNAVAILABLE,
                                        "the call cannot be recorded right now")));
            }
        }
        return new Admission.Refused(
                refuse(
                        call,
                        null,
                        null,
                        findings,
                        "chain",
                        new Outcome.Refused(
                                call.callId(),
                                "",
                                RATE_LIMITED,
                                "too many calls of yours at once; try again in 1 s",
                                List.of(),
                                null,
                                Duration.ofSeconds(1))));
    }

    /** Before policy is asked: who calls too often learns nothing more, and costs nothing more. */
    private Admission tooManyCalls(InboundCall call, ChainState chain, List<Finding> findings) {
        var wait = chain.rate().delay();
        var seconds = wait.plusSeconds(1).minusNanos(1).toSeconds(); // up: not a moment too early
        return new Admission.Refused(
                refuse(
                        call,
                        chain,
                        null,
                        findings,
                        "chain",
                        new Outcome.Refused(
                                call.callId(),
                                chain.chainId(),
                                RATE_LIMITED,
                                "too many calls of yours"
                                        + (chain.rate().toolIsEmpty()
                                                ? " of `" + call.tool().name() + "`"
                                                : "")
                                        + "; try again in "
                                        + seconds
                                        + " s",
                                List.of(),
                                null,
                                Duration.ofSeconds(seconds))));
    }

    private Outcome refuseByPolicy(
            InboundCall call, ChainState chain, Decided decided, List<Finding> findings) {
        var decision = decided.decision();
        var refused =
                switch (decision) {
                    case Decision.Permit _ ->
                            throw new IllegalStateException("a permit is no refusal");
                    case Decision.Deny _ ->
                            policyNo(
                                    call,
                                    chain,
                                    decision,
                                    DENIED,
                                    whyDenied(call, decision.basis()));
                    case Decision.NeedsStepUp(_, var maxAge) ->
                            stepUp(
                                    call,
                                    chain,
                                    decision,
                                    "a fresh, stronger authentication is needed",
                                    maxAge);
                    case Decision.NeedsStepUpAndApproval(_, _, var maxAge) ->
                            stepUp(
                                    call,
                                    chain,
                                    decision,
                                    "a fresh, stronger authentication is needed, then an approval",
                                    maxAge);
                    case Decision.NeedsApproval needed -> askForApproval(call, chain, needed);
                };
        return refuse(call, chain, decided, findings, "policy", refused);
    }

    /** A rule that forbids brings its own reason; where no rule permits, the caller's roles are the reason. */
    private static String whyDenied(InboundCall call, Decision.Basis basis) {
        if (!basis.errors().isEmpty()) {
            return "a policy could not be evaluated, and what cannot be decided is denied";
        }
        var external = basis.external();
        if (external != null) {
            return external.outcome().equals("deny")
                    ? "the decision service does not permit this call"
                    : "the decision service cannot be asked, and what cannot be decided is denied";
        }
        if (!basis.policies().isEmpty()) {
            return basis.reasons().isEmpty()
                    ? "a policy that states no reason forbids this call; its record names the policy"
                    : "policy does not permit this call";
        }
        var roles = call.identity().roles().stream().sorted().toList();
        return roles.isEmpty()
                ? "no policy permits `" + call.tool().name() + "` to a caller without a role"
                : "no policy permits this call of `"
                        + call.tool().name()
                        + "` with these arguments to "
                        + (roles.size() == 1 ? "the role `" : "the roles `")
                        + String.join("`, `", roles)
                        + "`";
    }

    private Outcome.Refused askForApproval(
            InboundCall call, ChainState chain, Decision.NeedsApproval needed) {
        try {
            var request = approvals.request(call, chain, needed);
            return new Outcome.Refused(
                    call.callId(),
                    chain.chainId(),
                    APPROVAL_REQUIRED,
                    "needs approval by `" + needed.rule().approver() + "`",
                    needed.basis().reasons(),
                    request);
        } catch (ApprovalUnavailableException e) {
            LOG.error("call {} needs an approval that cannot be asked for", call.callId(), e);
            return policyNo(
                    call,
                    chain,
                    needed,
                    DENIED,
                    "needs approval, which cannot be asked for right now");
        }
    }

    /** From here on the tool may have run, so whatever fails ends in an OUTCOME or in a word of warning. */
    private Outcome run(RecordedCall recorded) {
        var call = recorded.authorized().call();
        var invocation = invoke(recorded);
        Release.Answer answer;
        try {
            answer = release.answer(recorded, invocation);
        } catch (RuntimeException e) {
            LOG.error("result of call {} cannot be screened: {}", call.callId(), fault(e));
            answer = release.unscreened(recorded, invocation);
        }
        try {
            audit.outcome(recorded, answer.result(), answer.learned());
        } catch (AuditUnavailableException e) {
            LOG.error(
                    "outcome of call {} cannot be recorded, so no result leaves", call.callId(), e);
            return withheld(recorded, invocation);
        } catch (RuntimeException e) {
            LOG.error("outcome of call {} cannot be recorded: {}", call.callId(), fault(e));
            return withheld(recorded, invocation);
        }
        return new Outcome.Released(new Released(recorded, answer.result().screened()));
    }

    private ToolInvoker.Invocation invoke(RecordedCall recorded) {
        try {
            return tools.invoke(recorded);
        } catch (RuntimeException e) {
            LOG.error(
                    "invocation of call {} failed: {}",
                    recorded.authorized().call().callId(),
                    fault(e));
            return new ToolInvoker.Invocation.Crashed("the invocation failed", null);
        }
    }

    private static Outcome withheld(RecordedCall recorded, ToolInvoker.Invocation invocation) {
        var call = recorded.authorized().call();
        var ran = !(invocation instanceof ToolInvoker.Invocation.NotInvoked);
        var write = call.tool().manifest().effect() != Effect.READ;
        return no(
                call,
                recorded.authorized().chain(),
                ran && write ? EXECUTED_UNRECORDED : AUDIT_UNAVAILABLE,
                ran && write
                        ? "the tool may have run, but its outcome cannot be recorded; do not repeat"
                        : "the outcome cannot be recorded, so the result is withheld");
    }

    /** Class and place of a fault; its message may quote what was called with. */
    private static String fault(RuntimeException e) {
        var frames = e.getStackTrace();
        return e.getClass().getName() + (frames.length == 0 ? "" : " at " + frames[0]);
    }

    private Outcome refuse(
            InboundCall call,
            @Nullable ChainState chain,
            @Nullable Decided decided,
            List<Finding> findings,
            String stage,
            Outcome.Refused refused) {
        try {
            audit.refusal(call, chain, decided, findings, stage, refused);
        } catch (AuditUnavailableException e) {
            // the answer is no either way; the trail has written its fallback line
            LOG.error("refusal of call {} cannot be recorded", call.callId(), e);
        } catch (RuntimeException e) {
            LOG.error("refusal of call {} cannot be recorded: {}", call.callId(), fault(e));
        }
        return refused;
    }

    private static Outcome.Refused stepUp(
            InboundCall call,
            ChainState chain,
            Decision decision,
            String message,
            @Nullable Long maxAgeSeconds) {
        return new Outcome.Refused(
                call.callId(),
                chain.chainId(),
                STEP_UP_REQUIRED,
                message,
                decision.basis().reasons(),
                null,
                null,
                new Outcome.StepUp(maxAgeSeconds));
    }

    private static Outcome.Refused policyNo(
            InboundCall call,
            ChainState chain,
            Decision decision,
            RefusalCode code,
            String message) {
        return new Outcome.Refused(
                call.callId(), chain.chainId(), code, message, decision.basis().reasons(), null);
    }

    private static Outcome.Refused no(
            InboundCall call, @Nullable ChainState chain, RefusalCode code, String message) {
        return new Outcome.Refused(
                call.callId(),
                chain == null ? "" : chain.chainId(),
                code,
                message,
                List.of(),
                null);
    }
}
