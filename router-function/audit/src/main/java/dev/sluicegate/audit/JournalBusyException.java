package dev.sluicegate.audit;

/**
 * The journal wrote nothing because others were writing the same items, or too much at once: trying again
 * can help.
 */
public final class JournalBusyException extends JournalUnavailableException {
    public JournalBusyException(String message, Throwable cause) {
        super(message, cause);
    }
}
