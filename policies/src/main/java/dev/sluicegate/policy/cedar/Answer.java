package dev.sluicegate.policy.cedar;

import java.util.List;

/**
 * What Cedar says: allowed when a permit is satisfied and no forbid is. A policy that failed takes no part;
 * who asks decides what that means.
 *
 * @param determining the satisfied forbids if there are any, else the satisfied permits, in the order of
 *     the set
 * @param failures the policies that failed to evaluate, in the order of the set
 */
public record Answer(boolean allowed, List<Policy> determining, List<Failure> failures) {
    public Answer {
        determining = List.copyOf(determining);
        failures = List.copyOf(failures);
    }

    /**
     * @param message what went wrong, without values
     */
    public record Failure(Policy policy, String message) {}
}
