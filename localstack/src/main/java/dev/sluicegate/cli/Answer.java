package dev.sluicegate.cli;

import dev.sluicegate.policy.Decision;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A decision as two of them are compared: who has to approve is as much of it as that somebody has to.
 *
 * @param outcome a {@link Decision#word}, or {@code refused} where policy cannot look at the arguments
 * @param terms what a remedy takes, such as {@code 1 of billing-leads in 900 s}; empty without one
 */
record Answer(String outcome, String terms) {
    static Answer of(@Nullable Decision decision) {
        return switch (decision) {
            case null -> new Answer("refused", "");
            case Decision.NeedsApproval(_, var rule) -> new Answer(decision.word(), terms(rule));
            case Decision.NeedsStepUp(_, var age) -> new Answer(decision.word(), terms(age));
            case Decision.NeedsStepUpAndApproval(_, var rule, var age) ->
                    new Answer(decision.word(), terms(rule) + ", " + terms(age));
            case Decision.Permit _, Decision.Deny _ -> new Answer(decision.word(), "");
        };
    }

    private static String terms(Decision.ApprovalRule rule) {
        return rule.quorum() + " of " + rule.approver() + " in " + seconds(rule.ttl());
    }

    private static String terms(@Nullable Long maxAge) {
        return maxAge == null ? "login of any age" : "login within " + maxAge + " s";
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    /**
     * How a change between two is written: by the outcomes, and where these are equal with the terms.
     *
     * @return null when nothing changes
     */
    static @Nullable Change change(Answer from, Answer to) {
        if (!from.outcome.equals(to.outcome)) {
            return new Change(from.outcome, to.outcome);
        }
        return from.terms.equals(to.terms) ? null : new Change(from.full(), to.full());
    }

    private String full() {
        return outcome + "(" + terms + ")";
    }

    /** From one to another. */
    record Change(String from, String to) {}
}
