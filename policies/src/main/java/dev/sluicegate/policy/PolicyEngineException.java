package dev.sluicegate.policy;

/** The engine itself failed on a request or a policy; nothing was decided, so nothing may run. */
public final class PolicyEngineException extends RuntimeException {
    public PolicyEngineException(String message) {
        super(message);
    }

    public PolicyEngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
