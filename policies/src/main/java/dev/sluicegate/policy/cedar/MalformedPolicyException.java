package dev.sluicegate.policy.cedar;

/** A policy, entity or value that is not one; the message says why, not where it was written. */
public final class MalformedPolicyException extends RuntimeException {
    public MalformedPolicyException(String message) {
        super(message);
    }
}
