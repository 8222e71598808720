package dev.sluicegate.router.policy;

/** Somebody else was faster; nothing was changed. Look at what they did, then try again. */
public final class PublishConflictException extends RuntimeException {
    public PublishConflictException(String message, Throwable cause) {
        super(message, cause);
    }
}
