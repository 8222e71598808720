package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.WriterChain;
import java.time.Clock;

/** Records that say nothing but that something happened. */
final class AuditRecords {
    private AuditRecords() {}

    static AuditRecord bare(
            RecordKind kind, String id, Clock clock, AuditRecord.Writer writer, String tenant) {
        return new AuditRecord(
                AuditRecord.VERSION,
                id,
                kind,
                WriterChain.timestamp(clock.instant()),
                writer,
                tenant,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
