package dev.sluicegate.router.enforcement;

/** Counters changed between reading them and reserving from them. */
public final class StaleChainException extends RuntimeException {
    public StaleChainException(Throwable cause) {
        super("chain counters changed since they were read", cause);
    }
}
