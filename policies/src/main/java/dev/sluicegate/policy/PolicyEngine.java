package dev.sluicegate.policy;

import dev.sluicegate.policy.Decision.ApprovalRule;
import dev.sluicegate.policy.Decision.Basis;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
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
        var slice = compiled(request.tool());
        if (slice == null) {
            var sha = DecisionInput.of(request, new InputType.Fields(new TreeMap<>())).sha();
            return new Decision.Deny(basis(List.of(), List.of(), null, sha));
        }
        return new Deciding(request, slice).decide();
    }

    /**
     * Whether a tool is worth listing to a caller. An over-approximation until policies are evaluated with
     * unknown input: a permit's principal and resource scope match and no unconditional forbid does;
     * conditions are not looked at.
     */
    public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
        var slice = compiled(tool);
        if (slice == null) {
            return false;
        }
        var permitted = false;
        for (var rule : slice.rules()) {
            if (Scopes.principal(rule, caller)
                    && Scopes.resource(rule, gateway.id(), caller.env())) {
                if (rule.permits()) {
                    permitted = true;
                } else if (rule.json().path("conditions").isEmpty()) {
                    return false;
                }
            }
        }
        return permitted;
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
            Collection<Rule> rules, Collection<String> errors, @Nullable String role, String sha) {
        var sorted = rules.stream().distinct().sorted(Comparator.comparing(Rule::id)).toList();
        return new Basis(
                sorted.stream().map(Rule::id).toList(),
                sorted.stream().map(Rule::reason).filter(Objects::nonNull).toList(),
                errors.stream().sorted().toList(),
                role,
                set,
                version,
                sha);
    }

    /** One request on its way to one decision. */
    private final class Deciding {
        private final DecisionRequest request;
        private final CompiledSlice slice;
        private final DecisionInput input;

        Deciding(DecisionRequest request, CompiledSlice slice) {
            this.request = request;
            this.slice = slice;
            this.input = DecisionInput.of(request, slice.inputType());
        }

        Decision decide() {
            var session = request.session();
            var real = evaluate(request.approved(), session.mfa(), session.authAgeSec());
            if (!real.errors().isEmpty()) {
                return new Decision.Deny(basis(real.rules(), real.errors(), null, input.sha()));
            }
            if (real.allowed()) {
                return new Decision.Permit(
                        basis(real.rules(), List.of(), role(real.rules()), input.sha()));
            }
            var fresh = session.mfa() && session.authAgeSec() <= 0;
            var stepUpHelps = !fresh && slice.dependsOnStepUp();
            var approvalHelps = !request.approved() && slice.dependsOnApproval();
            for (var remedy : Remedy.values()) {
                if ((remedy.stepUp && !stepUpHelps) || (remedy.approval && !approvalHelps)) {
                    continue;
                }
                var granted = evaluate(remedy);
                if (!granted.errors().isEmpty()) {
                    return new Decision.Deny(
                            basis(real.rules(), granted.errors(), null, input.sha()));
                }
                if (granted.allowed()) {
                    return needs(remedy, real, granted);
                }
            }
            return new Decision.Deny(basis(real.rules(), List.of(), null, input.sha()));
        }

        private Decision needs(
                Remedy remedy, CompiledSlice.Answer real, CompiledSlice.Answer granted) {
            var both = new ArrayList<>(real.rules());
            both.addAll(granted.rules());
            var basis = basis(both, List.of(), role(granted.rules()), input.sha());
            if (!remedy.approval) {
                return new Decision.NeedsStepUp(basis, maxAge(false));
            }
            var rule = approvalRule(real.rules(), granted.rules());
            if (rule == null) {
                return new Decision.Deny(basis(both, List.of(), null, input.sha()));
            }
            return remedy.stepUp
                    ? new Decision.NeedsStepUpAndApproval(basis, rule, maxAge(true))
                    : new Decision.NeedsApproval(basis, rule);
        }

        private CompiledSlice.Answer evaluate(Remedy remedy) {
            return evaluate(
                    remedy.approval || request.approved(),
                    remedy.stepUp || request.session().mfa(),
                    remedy.stepUp ? 0 : request.session().authAgeSec());
        }

        private CompiledSlice.Answer evaluate(boolean approved, boolean mfa, long authAgeSec) {
            return slice.evaluate(request.caller(), input.context(approved, mfa, authAgeSec));
        }

        /**
         * Null when multi-factor authentication of any age would do; else the greatest age that would,
         * among those the policies name.
         */
        private @Nullable Long maxAge(boolean withApproval) {
            var approved = withApproval || request.approved();
            if (evaluate(approved, true, request.session().authAgeSec()).permits()) {
                return null;
            }
            for (var age : slice.authAges()) {
                if (age > 0 && evaluate(approved, true, age).permits()) {
                    return age;
                }
            }
            return 0L;
        }

        /** The caller's role in the scope of the first determining permit that names one. */
        private @Nullable String role(List<Rule> permits) {
            return permits.stream()
                    .sorted(Comparator.comparing(Rule::id))
                    .map(Scopes::role)
                    .filter(role -> role != null && request.caller().roles().contains(role))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Who approves: every forbid that an approval lifts has its say, and of the permits one is enough, so
     * they count only when all of them wait for an approval. Null when this names nobody or two different
     * roles: no single vote would satisfy both, so such a call stays denied until the policies agree.
     */
    private static @Nullable ApprovalRule approvalRule(List<Rule> forbids, List<Rule> permits) {
        var asked = new ArrayList<ApprovalRule>();
        for (var rule : forbids) {
            var approval = rule.approval();
            if (approval != null) {
                asked.add(approval);
            }
        }
        var alternatives = permits.stream().map(Rule::approval).toList();
        if (!alternatives.isEmpty() && alternatives.stream().allMatch(Objects::nonNull)) {
            var roles = new TreeSet<String>();
            asked.forEach(rule -> roles.add(rule.approver()));
            alternatives.stream()
                    .filter(Objects::nonNull)
                    .filter(rule -> roles.isEmpty() || roles.contains(rule.approver()))
                    .findFirst()
                    .or(() -> Optional.ofNullable(alternatives.getFirst()))
                    .ifPresent(asked::add);
        }
        if (asked.stream().map(ApprovalRule::approver).distinct().count() != 1) {
            return null;
        }
        return new ApprovalRule(
                asked.getFirst().approver(),
                asked.stream().map(ApprovalRule::ttl).min(Comparator.naturalOrder()).orElseThrow(),
                asked.stream().mapToInt(ApprovalRule::quorum).max().orElseThrow());
    }

    /** In the order in which they are tried: what the caller can do alone first. */
    private enum Remedy {
        STEP_UP(true, false),
        APPROVAL(false, true),
        BOTH(true, true);

        private final boolean stepUp;
        private final boolean approval;

        Remedy(boolean stepUp, boolean approval) {
            this.stepUp = stepUp;
            this.approval = approval;
        }
    }
}
