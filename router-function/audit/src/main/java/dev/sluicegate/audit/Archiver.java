package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes of the journal into the archive: each event becomes one line of one object, exactly once,
 * whatever is delivered twice, cut differently the second time, handled by two archivers at once, or
 * interrupted between any two steps.
 *
 * <p>Lambda's events do not name their shard, and the numbers of shards interleave, so there is no watermark
 * to compare with. Instead each event is claimed by its own sequence number, which is unique in its stream, and the hash
 * of its line:
 *
 * <ol>
 *   <li><b>Claim.</b> One transaction writes a row for each event, put-if-absent, naming the object and so
 *       the line it will be; and a row with the object's content. Either all of it is there or none, and
 *       no event can be in two objects. The content is kept because the next delivery may hold other
 *       events beside these, from which this object could not be made again; and it is kept before the
 *       object is written because what is written under lock cannot be taken back.
 *   <li><b>Archive.</b> The object is put if absent. If its key is taken, it must hold these bytes:
 *       an earlier attempt got this far.
 *   <li><b>Index.</b> One row for each record, the same whenever it is written.
 *   <li><b>Settle.</b> The row with the content is replaced by one without it.
 * </ol>
 *
 * <p>A stop after step 1 leaves the events claimed and the batch unacknowledged. It is delivered again; the
 * archiver sees the claims, looks the object up and does the steps that are missing. A batch is acknowledged
 * up to the first event whose object is not settled, so nothing is lost.
 */
final class Archiver {
    /** Lines of an object: a DynamoDB transaction has 100 actions, one of which is the content. */
    static final int MAX_LINES = 96;

    /** Content of an object: it is kept in one DynamoDB item of at most 400 KB. */
    static final int MAX_CONTENT_BYTES = 300 * 1024;

    private static final int MAX_CLAIMS = 4;
    private static final Logger LOG = LoggerFactory.getLogger(Archiver.class);

    private final Ledger ledger;
    private final Archive archive;
    private final CallIndex index;

    Archiver(Ledger ledger, Archive archive, CallIndex index) {
        this.ledger = ledger;
        this.archive = archive;
        this.index = index;
    }

    /**
     * Archives a batch.
     *
     * @return sequence number of the first event that is not archived, empty when all are
     */
    Optional<String> archive(List<StreamEvent> batch) {
        for (var chunk : chunks(batch)) {
            try {
                archiveChunk(chunk);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("events", chunk.size())
                        .setCause(e)
                        .log("a part of the batch is not archived");
                return Optional.of(chunk.getFirst().event().sequence());
            }
        }
        return Optional.empty();
    }

    private record Pending(StreamEvent event, ArchiveLine line) {}

    private static List<List<Pending>> chunks(List<StreamEvent> batch) {
        var chunks = new ArrayList<List<Pending>>();
        var chunk = new ArrayList<Pending>();
        var seen = new LinkedHashSet<String>();
        var size = 0;
        for (var event : batch) {
            var line = ArchiveLine.of(event);
            if (line.isEmpty() || !seen.add(line.get().position())) {
                continue;
            }
            var bytes = line.get().bytes().length + 1;
            if (chunk.size() == MAX_LINES
                    || (!chunk.isEmpty() && size + bytes > MAX_CONTENT_BYTES)) {
                chunks.add(List.copyOf(chunk));
                chunk.clear();
                size = 0;
            }
            chunk.add(new Pending(event, line.get()));
            size += bytes;
        }
        if (!chunk.isEmpty()) {
            chunks.add(List.copyOf(chunk));
        }
        return chunks;
    }

    private void archiveChunk(List<Pending> chunk) {
        var unclaimed = chunk;
        var objects = new LinkedHashSet<String>();
        for (var attempt = 1; !unclaimed.isEmpty(); attempt++) {
            var object = compose(unclaimed);
            if (ledger.claim(object, unclaimed.stream().map(p -> p.line().position()).toList())) {
                finish(object);
                break;
            }
            if (attempt == MAX_CLAIMS) {
                throw new LedgerBusyException();
            }
            var claims = ledger.claims(chunk.stream().map(p -> p.line().position()).toList());
            objects.addAll(claims.values());
            unclaimed =
                    chunk.stream().filter(p -> !claims.containsKey(p.line().position())).toList();
        }
        for (var key : objects) {
            ledger.pending(key).ifPresent(this::finish);
        }
    }

    /** The first event of an object is in no other object, so its number and the content name the object. */
    private static StagedObject compose(List<Pending> events) {
        var first = events.getFirst().event();
        var name = "0".repeat(Math.max(0, 40 - first.sequence().length())) + first.sequence();
        var lines = events.stream().map(p -> p.line().text()).toList();
        var folder =
                "records/" + first.at().atZone(ZoneOffset.UTC).getYear() + "/" + first.stream();
        return StagedObject.named(folder + "/" + name, lines);
    }

    private void finish(StagedObject object) {
        var content = object.bytes();
        if (!archive.put(object.key(), content)) {
            var there = archive.read(object.key());
            if (there.isEmpty() || !Arrays.equals(there.get(), content)) {
                throw new ArchiveConflictException(object.key());
            }
        }
        for (var i = 0; i < object.lines().size(); i++) {
            var at = i;
            record(object.lines().get(i)).ifPresent(record -> index.add(record, object.key(), at));
        }
        ledger.archived(object);
    }

    /** Empty for a finding, which belongs to no call. */
    @SuppressWarnings("NullAway") // a finding has no writer, whatever the type says
    private static Optional<AuditRecord> record(String line) {
        try {
            var record = AuditRecord.read(line.getBytes(StandardCharsets.UTF_8));
            return record.w() == null ? Optional.empty() : Optional.of(record);
        } catch (MalformedJsonException e) {
            return Optional.empty();
        }
    }
}
