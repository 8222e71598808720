package dev.sluicegate.router.enforcement;

/** The record could not be made durable. */
public final class AuditUnavailableException extends RuntimeException {
    public AuditUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
