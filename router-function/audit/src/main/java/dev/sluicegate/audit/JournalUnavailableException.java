package dev.sluicegate.audit;

/**
 * The journal did not confirm the record. It may or may not be durable, so nothing that depends on it may
 * happen.
 */
public class JournalUnavailableException extends RuntimeException {
    JournalUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
