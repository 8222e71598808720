package dev.sluicegate.router.enforcement;

/** No policy set can be read, or the one in force is too old to trust. */
public final class PolicyUnavailableException extends RuntimeException {
    public PolicyUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
