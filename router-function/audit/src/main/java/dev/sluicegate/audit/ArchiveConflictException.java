package dev.sluicegate.audit;

/** An object of the archive holds something else than what was to be written there. */
final class ArchiveConflictException extends RuntimeException {
    ArchiveConflictException(String key) {
        super("the object `" + key + "` is taken by other content");
    }
}
