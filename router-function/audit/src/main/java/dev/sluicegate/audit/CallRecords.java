package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.RecordKind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the trail holds about one call, in the order of its life.
 *
 * @param entries INTENT, EXEC, OUTCOME, or DENIED; never empty
 */
public record CallRecords(String callId, List<Entry> entries) {
    public CallRecords {
        entries = List.copyOf(entries);
    }

    /**
     * @param sha {@code sha256:<hex>} of the record's bytes
     * @param position in the archive, or null while it is only in the journal
     */
    public record Entry(AuditRecord record, String sha, @Nullable Position position) {}

    /**
     * A place in the archive.
     *
     * @param log folder of the log
     * @param index of the entry, from 0
     * @param checkpoint size of a published tree that holds it, or null if the index does not say
     */
    public record Position(String log, long index, @Nullable Long checkpoint) {}

    public Optional<Entry> entry(RecordKind kind) {
        return entries.stream().filter(entry -> entry.record().kind() == kind).findFirst();
    }
}
