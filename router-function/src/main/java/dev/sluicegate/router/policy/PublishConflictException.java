package dev.sluicegate.router.policy;

/** Somebody else published in between; nothing was changed. Look at what they did, then publish again. */
public final class PublishConflictException extends RuntimeException {
    public PublishConflictException(long expected, Throwable cause) {
        super("the published version is no longer " + expected, cause);
    }
}
