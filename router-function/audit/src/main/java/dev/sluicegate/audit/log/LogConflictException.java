package dev.sluicegate.audit.log;

/** What the log is and what it should be differ: nothing is written or signed until somebody has looked. */
public final class LogConflictException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LogConflictException(String message) {
        super(message);
    }
}
