package dev.sluicegate.policy;

import dev.sluicegate.policy.cedar.NearMiss;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What policy says about one call. A new answer breaks every switch that forgot it. */
public sealed interface Decision {
    Basis basis();

    /** The word in records and on the command line. */
    default String word() {
        return switch (this) {
            case Permit _ -> "permit";
            case NeedsStepUp _ -> "needs_step_up";
            case NeedsApproval _ -> "needs_approval";
            case NeedsStepUpAndApproval _ -> "needs_step_up_and_approval";
            case Deny _ -> "deny";
        };
    }

    record Permit(Basis basis) implements Decision {}

    /**
     * @param maxAgeSeconds how fresh the authentication must be, or null when only its strength matters
     */
    record NeedsStepUp(Basis basis, @Nullable Long maxAgeSeconds) implements Decision {}

    record NeedsApproval(Basis basis, ApprovalRule rule) implements Decision {}

    record NeedsStepUpAndApproval(Basis basis, ApprovalRule rule, @Nullable Long maxAgeSeconds)
            implements Decision {}

    /**
     * @param nearMisses when nothing permitted and nothing forbade: the permits that were about this call,
     *     each with the first condition that no remedy would make true. For operators; the text of a
     *     policy is not for callers.
     */
    record Deny(Basis basis, List<NearMiss> nearMisses) implements Decision {
        public Deny {
            nearMisses = List.copyOf(nearMisses);
        }

        public Deny(Basis basis) {
            this(basis, List.of());
        }
    }

    /**
     * What the decision stands on.
     *
     * @param policies ids of the determining policies, sorted; for a remedy outcome, those that decided
     *     with the remedy granted and those that stood in the way without it
     * @param reasons their {@code @reason} annotations, same order, without blanks
     * @param errors ids of policies that failed to evaluate; not empty means deny
     * @param role the caller's role in the scope of the first determining permit, or null
     * @param set {@code sha256:<hex>} of the policy set
     * @param version number of the policy set
     * @param inputSha {@code sha256:<hex>} of the canonical decision input
     * @param shadows what would have been decided otherwise, by policies in shadow and by a set in shadow;
     *     none of it is in this decision
     * @param external what another decision service said, or null when it was not asked
     */
    record Basis(
            List<String> policies,
            List<String> reasons,
            List<String> errors,
            @Nullable String role,
            String set,
            long version,
            String inputSha,
            List<Shadow> shadows,
            @Nullable External external) {
        public Basis {
            policies = List.copyOf(policies);
            reasons = List.copyOf(reasons);
            errors = List.copyOf(errors);
            shadows = List.copyOf(shadows);
        }

        /** Of policies in force alone. */
        public Basis(
                List<String> policies,
                List<String> reasons,
                List<String> errors,
                @Nullable String role,
                String set,
                long version,
                String inputSha) {
            this(policies, reasons, errors, role, set, version, inputSha, List.of(), null);
        }

        public Basis withReasons(List<String> other) {
            return new Basis(
                    policies, other, errors, role, set, version, inputSha, shadows, external);
        }

        public Basis withShadows(List<Shadow> said) {
            return new Basis(
                    policies, reasons, errors, role, set, version, inputSha, said, external);
        }

        public Basis withExternal(External said) {
            return new Basis(
                    policies, reasons, errors, role, set, version, inputSha, shadows, said);
        }
    }

    /** The same answer on another basis. */
    default Decision on(Basis other) {
        return switch (this) {
            case Permit _ -> new Permit(other);
            case NeedsStepUp(_, var age) -> new NeedsStepUp(other, age);
            case NeedsApproval(_, var rule) -> new NeedsApproval(other, rule);
            case NeedsStepUpAndApproval(_, var rule, var age) ->
                    new NeedsStepUpAndApproval(other, rule, age);
            case Deny(_, var misses) -> new Deny(other, misses);
        };
    }

    /**
     * A decision that is recorded and not enforced.
     *
     * @param set {@code sha256:<hex>}: the set in force where its own policies in shadow had their say, else
     *     the set in shadow
     * @param outcome a {@link Decision#word}, or {@code error} when it could not be made
     */
    record Shadow(String set, String outcome, List<String> policies) {
        public Shadow {
            policies = List.copyOf(policies);
        }
    }

    /**
     * The word of another decision service about a call that the policies permit.
     *
     * @param service host and path that was asked
     * @param outcome {@code allow | deny | error}
     * @param reason of the service, or what went wrong; null when it gave none
     */
    record External(String service, String outcome, @Nullable String reason) {}

    /**
     * @param approver role whose members may approve
     * @param ttl how long the request waits
     * @param quorum how many approvers
     */
    record ApprovalRule(String approver, Duration ttl, int quorum) {}
}
