package dev.sluicegate.audit.log;

/**
 * What is to be in the log, once.
 *
 * @param claim says which entry it is: entries with one claim are the same
 */
public record LogEntry(String claim, byte[] bytes) {
    public LogEntry {
        if (bytes.length > EntryBundle.MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException("an entry has " + bytes.length + " bytes");
        }
    }
}
