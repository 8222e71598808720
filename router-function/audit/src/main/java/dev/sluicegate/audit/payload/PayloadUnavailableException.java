package dev.sluicegate.audit.payload;

/** A payload could not be sealed and stored, or its key could not be asked for; not that it is gone. */
public final class PayloadUnavailableException extends RuntimeException {
    PayloadUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
