package dev.sluicegate.policy;

import dev.sluicegate.policy.CompiledSlice.Ruling;
import dev.sluicegate.policy.Decision.ApprovalRule;
import dev.sluicegate.policy.Decision.Basis;
import dev.sluicegate.policy.cedar.Answer;
import dev.sluicegate.policy.cedar.Entities;
import dev.sluicegate.policy.cedar.Entity;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.Matching;
import dev.sluicegate.policy.cedar.NearMiss;
import dev.sluicegate.policy.cedar.RecordValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides calls by one policy set. Default deny; a forbid beats every permit; a policy that fails to
 * evaluate makes the answer deny, unlike in Cedar, where a failing forbid is skipped.
 *
 * <p>When the facts are not enough, the remedies are granted in thought, in the order fresh
 * multi-factor authentication, approval, both: the first that would permit is the answer. So a policy
 * never says "permit with approval", which every other engine would read as permit.
 *
 * <p>Safe for concurrent use. Slices are loaded when first asked for and kept.
 */
public final class PolicyEngine {
    private final String set;
    private final long version;
    private final Function<String, Optional<Slice>> slices;
    private final Gateway gateway;
    private final Map<String, CompiledSlice> compiled = new ConcurrentHashMap<>();
    private volatile @Nullable Known lastCaller;

    private record Known(DecisionRequest.Caller caller, Entity principal) {}

    /** An engine over a set in memory. */
    public PolicyEngine(PolicySet policies, Gateway gateway) {
        this(
                policies.id(),
                policies.version(),
                tool -> Optional.ofNullable(policies.slices().get(tool)),
                gateway);
    }

    /**
     * An engine that loads its slices.
     *
     * @param set {@code sha256:<hex>} of the policy set
     * @param slices the slice of a tool, empty when the set knows no such tool; may throw, which is not
     *     remembered
     */
    public PolicyEngine(
            String set, long version, Function<String, Optional<Slice>> slices, Gateway gateway) {
        this.set = set;
        this.version = version;
        this.slices = slices;
        this.gateway = gateway;
    }

    /** {@code sha256:<hex>} of the set in force. */
    public String set() {
        return set;
    }

    public long version() {
        return version;
    }

    /**
     * Never throws for a "no".
     *
     * @throws UnrepresentableInputException if the arguments cannot be looked at exactly
     * @throws PolicyEngineException if the engine failed; nothing may run
     */
    public Decision decide(DecisionRequest request) {
        return decide(request, true);
    }

    /**
     * @param hashed false to leave the hash of the input empty, which costs more than the decision: for who
     *     records nothing
     */
    Decision decide(DecisionRequest request, boolean hashed) {
        DecisionInput.check(request.input());
        var sha = hashed ? DecisionInput.sha(request) : "";
        var slice = compiled(request.tool());
        if (slice == null) {
            return new Decision.Deny(basis(List.of(), List.of(), null, sha));
        }
        var input = DecisionInput.of(request, slice.inputType());
        return new Deciding(request, slice, input, sha).decide();
    }

    /**
     * Whether a tool is worth listing to a caller: whether some arguments, in some state of session, chain
     * and quota and with some remedy, would be permitted. What the arguments' JSON Schema says beyond types,
     * presence and closed lists of words is not known here, nor is whether the policies that ask for an
     * approval agree on the approver.
     *
     * @see dev.sluicegate.policy.cedar.Listing for where this is exact
     */
    public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
        var slice = compiled(tool);
        if (slice == null) {
            return false;
        }
        var principal = principal(caller);
        return slice.listing()
                .mayPermit(
                        slice.request(principal, RecordValue.EMPTY),
                        uid -> slice.entity(uid, principal, caller.env()));
    }

    /** A listing asks for the same caller once a tool. */
    @SuppressWarnings("ReferenceEquality") // another object may be equal; then it is made again
    private Entity principal(DecisionRequest.Caller caller) {
        var last = lastCaller;
        if (last != null && last.caller() == caller) {
            return last.principal();
        }
        var fresh = new Known(caller, CompiledSlice.principal(caller));
        lastCaller = fresh;
        return fresh.principal();
    }

    private @Nullable CompiledSlice compiled(String tool) {
        var known = compiled.get(tool);
        if (known != null) {
            return known;
        }
        // outside of computeIfAbsent: loading may block and may fail
        var slice = slices.apply(tool);
        if (slice.isEmpty()) {
            return null;
        }
        var fresh = new CompiledSlice(slice.get(), gateway);
        var other = compiled.putIfAbsent(tool, fresh);
        return other == null ? fresh : other;
    }

    private Basis basis(
            List<Ruling> rulings, List<String> errors, @Nullable String role, String sha) {
        if (rulings.isEmpty()) {
            return new Basis(List.of(), List.of(), errors, role, set, version, sha);
        }
        if (rulings.size() == 1) {
            var ruling = rulings.getFirst();
            return new Basis(ruling.ids(), ruling.reasons(), errors, role, set, version, sha);
        }
        var ids = new ArrayList<String>(rulings.size());
        var reasons = new ArrayList<String>(rulings.size());
        for (var ruling : rulings) {
            ids.add(ruling.id());
            reasons.addAll(ruling.reasons());
        }
        return new Basis(ids, reasons, errors, role, set, version, sha);
    }

    /** One request on its way to one decision. */
    private final class Deciding implements Entities {
        private final DecisionRequest request;
        private final CompiledSlice slice;
        private final DecisionInput input;
        private final String sha;
        private final Entity principal;
        private final RecordValue facts;
        private final Matching matching;

        Deciding(DecisionRequest request, CompiledSlice slice, DecisionInput input, String sha) {
            this.request = request;
            this.slice = slice;
            this.input = input;
            this.sha = sha;
            principal = CompiledSlice.principal(request.caller());
            var session = request.session();
            facts = input.context(request.approved(), session.mfa(), session.authAgeSec());
            matching = slice.policies().matching(slice.request(principal, facts), this);
        }

        @Override
        public @Nullable Entity find(EntityUid uid) {
            return slice.entity(uid, principal, request.caller().env());
        }

        Decision decide() {
            var session = request.session();
            var real = matching.authorize(facts);
            if (!real.failures().isEmpty()) {
                return new Decision.Deny(basis(rulings(real), errors(real), null, sha));
            }
            if (real.allowed()) {
                var permits = rulings(real);
                return new Decision.Permit(basis(permits, List.of(), role(permits), sha));
            }
            var fresh = session.mfa() && session.authAgeSec() <= 0;
            var stepUpHelps = !fresh && slice.dependsOnStepUp();
            var approvalHelps = !request.approved() && slice.dependsOnApproval();
            for (var remedy : Remedy.ALL) {
                if ((remedy.stepUp && !stepUpHelps) || (remedy.approval && !approvalHelps)) {
                    continue;
                }
                var granted = evaluate(remedy);
                if (!granted.failures().isEmpty()) {
                    return new Decision.Deny(basis(rulings(real), errors(granted), null, sha));
                }
                if (granted.allowed()) {
                    return needs(remedy, rulings(real), rulings(granted));
                }
            }
            return new Decision.Deny(
                    basis(rulings(real), List.of(), null, sha),
                    real.determining().isEmpty() ? nearMisses() : List.of());
        }

        private Decision needs(Remedy remedy, List<Ruling> forbids, List<Ruling> permits) {
            var both = permits;
            if (!forbids.isEmpty()) {
                both = new ArrayList<>(forbids);
                both.addAll(permits);
                both.sort(Comparator.comparing(Ruling::id));
            }
            var basis = basis(both, List.of(), role(permits), sha);
            if (!remedy.approval) {
                return new Decision.NeedsStepUp(basis, maxAge(false));
            }
            var rule = approvalRule(forbids, permits);
            if (rule == null) {
                return new Decision.Deny(basis(both, List.of(), null, sha));
            }
            return remedy.stepUp
                    ? new Decision.NeedsStepUpAndApproval(basis, rule, maxAge(true))
                    : new Decision.NeedsApproval(basis, rule);
        }

        /** Seen with every remedy granted: what a remedy mends is not why the answer is no. */
        private List<NearMiss> nearMisses() {
            return matching.nearMisses(
                    input.context(true, true, Math.min(0, request.session().authAgeSec())));
        }

        private Answer evaluate(Remedy remedy) {
            return evaluate(
                    remedy.approval || request.approved(),
                    remedy.stepUp || request.session().mfa(),
                    remedy.stepUp ? 0 : request.session().authAgeSec());
        }

        private Answer evaluate(boolean approved, boolean mfa, long authAgeSec) {
            return matching.authorize(input.context(approved, mfa, authAgeSec));
        }

        private boolean permits(boolean approved, long authAgeSec) {
            var answer = evaluate(approved, true, authAgeSec);
            return answer.allowed() && answer.failures().isEmpty();
        }

        /**
         * Null when multi-factor authentication of any age would do; else the greatest age that would,
         * among those the policies name.
         */
        private @Nullable Long maxAge(boolean withApproval) {
            var approved = withApproval || request.approved();
            if (permits(approved, request.session().authAgeSec())) {
                return null;
            }
            for (var age : slice.authAges()) {
                if (age > 0 && permits(approved, age)) {
                    return age;
                }
            }
            return 0L;
        }

        /** In id order: the policies of a slice are. */
        private List<Ruling> rulings(Answer answer) {
            var determining = answer.determining();
            if (determining.isEmpty()) {
                return List.of();
            }
            if (determining.size() == 1) {
                return List.of(slice.ruling(determining.getFirst()));
            }
            var rulings = new ArrayList<Ruling>(determining.size());
            for (var policy : determining) {
                rulings.add(slice.ruling(policy));
            }
            return rulings;
        }

        private List<String> errors(Answer answer) {
            return answer.failures().stream().map(failure -> failure.policy().id()).toList();
        }

        /** The caller's role in the scope of the first determining permit that names one. */
        private @Nullable String role(List<Ruling> permits) {
            for (var i = 0; i < permits.size(); i++) {
                var permit = permits.get(i);
                if (permit.role() != null && request.caller().roles().contains(permit.role())) {
                    return permit.role();
                }
            }
            return null;
        }
    }

    /**
     * Who approves: every forbid that an approval lifts has its say, and of the permits one is enough, so
     * they count only when all of them wait for an approval. Null when this names nobody or two different
     * roles: no single vote would satisfy both, so such a call stays denied until the policies agree.
     */
    private static @Nullable ApprovalRule approvalRule(List<Ruling> forbids, List<Ruling> permits) {
        @Nullable ApprovalRule asked = null;
        for (var forbid : forbids) {
            var approval = forbid.approval();
            if (approval != null) {
                if (asked != null && !asked.approver().equals(approval.approver())) {
                    return null;
                }
                asked = asked == null ? approval : stricter(asked, approval);
            }
        }
        var alternative = alternative(permits, asked);
        if (alternative == null || asked == null) {
            return asked == null ? alternative : asked;
        }
        return asked.approver().equals(alternative.approver())
                ? stricter(asked, alternative)
                : null;
    }

    /** Of permits that all wait for an approval: the first by the role that is asked anyway, else the first. */
    private static @Nullable ApprovalRule alternative(
            List<Ruling> permits, @Nullable ApprovalRule asked) {
        @Nullable ApprovalRule first = null;
        @Nullable ApprovalRule same = null;
        for (var permit : permits) {
            var approval = permit.approval();
            if (approval == null) {
                return null;
            }
            if (first == null) {
                first = approval;
            }
            if (same == null && asked != null && asked.approver().equals(approval.approver())) {
                same = approval;
            }
        }
        return same == null ? first : same;
    }

    private static ApprovalRule stricter(ApprovalRule one, ApprovalRule other) {
        return new ApprovalRule(
                one.approver(),
                one.ttl().compareTo(other.ttl()) <= 0 ? one.ttl() : other.ttl(),
                Math.max(one.quorum(), other.quorum()));
    }

    /** In the order in which they are tried: what the caller can do alone first. */
    private enum Remedy {
        STEP_UP(true, false),
        APPROVAL(false, true),
        BOTH(true, true);

        /** Not a fresh array for each decision. */
        private static final List<Remedy> ALL = List.of(values());

        private final boolean stepUp;
        private final boolean approval;

        Remedy(boolean stepUp, boolean approval) {
            this.stepUp = stepUp;
            this.approval = approval;
        }
    }
}
