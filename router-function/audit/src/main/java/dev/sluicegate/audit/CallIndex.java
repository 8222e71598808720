package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;

/** Finds the records of a call in the archive: derived, never evidence. A port, so that a test can be one. */
interface CallIndex {
    /** Says where {@code record} is. Saying it twice changes nothing. */
    void add(AuditRecord record, Place place);

    /**
     * @param log folder of the log
     * @param index of the entry, from 0
     * @param checkpoint size of a published tree that holds it
     */
    record Place(String log, long index, long checkpoint) {}
}
