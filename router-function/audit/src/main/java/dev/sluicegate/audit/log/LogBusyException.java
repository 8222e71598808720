package dev.sluicegate.audit.log;

/** Others kept being first; the same again may succeed. */
public final class LogBusyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LogBusyException(String what) {
        super("other archivers kept " + what);
    }
}
