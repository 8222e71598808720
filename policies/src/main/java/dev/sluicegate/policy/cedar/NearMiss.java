package dev.sluicegate.policy.cedar;

/**
 * A permit that was about this principal, action and resource and still did not apply.
 *
 * @param condition the first of its conditions that did not hold, of an {@code unless} turned around
 */
public record NearMiss(Policy policy, Expression condition) {
    /** What would have had to be true, in the author's words; names and literals, never values of a request. */
    public String unmet() {
        return condition.text();
    }
}
