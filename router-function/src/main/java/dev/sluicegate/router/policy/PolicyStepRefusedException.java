package dev.sluicegate.router.policy;

/** A step that must not be taken now or by this person; nothing was changed. */
public final class PolicyStepRefusedException extends RuntimeException {
    /** Why, for whoever answers over HTTP. */
    public enum Reason {
        NOT_ALLOWED,
        NOT_FOUND,
        CONFLICT
    }

    private final Reason reason;

    public PolicyStepRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
