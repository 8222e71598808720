package dev.sluicegate.router.invocation;

/** What an invocation needs cannot be had: a key, a signature. Nothing was invoked. */
public final class InvocationUnavailableException extends RuntimeException {
    InvocationUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    InvocationUnavailableException(String message) {
        super(message);
    }
}
