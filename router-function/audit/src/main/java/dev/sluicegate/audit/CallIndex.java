package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;

/** Finds the records of a call in the archive: derived, never evidence. A port, as {@link Ledger} is. */
interface CallIndex {
    /**
     * Says where {@code record} is. Saying it twice changes nothing.
     *
     * @param log key of the object
     * @param index of the line, from 0
     */
    void add(AuditRecord record, String log, int index);
}
