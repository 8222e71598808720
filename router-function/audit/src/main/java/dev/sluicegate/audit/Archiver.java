package dev.sluicegate.audit;

import dev.sluicegate.audit.log.LogEntry;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.LogWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries changes of the journal into the log: each event becomes one entry, exactly once, whatever is
 * delivered twice, cut differently the second time, handled by two archivers at once, or interrupted between
 * any two steps ({@link LogWriter} says how).
 *
 * <p>Lambda's events do not name their shard, and the numbers of shards interleave, so there is no watermark
 * to compare with. Instead a record is claimed by its own hash: whoever delivers it, the stream or the
 * reconciler, it is the same entry. What is no record is claimed by the place of its event in the stream.
 *
 * <p>A batch is acknowledged when it is published and indexed. What fails before is delivered again, finds its
 * places taken by itself, and does what is missing.
 */
final class Archiver {
    private static final Logger LOG = LoggerFactory.getLogger(Archiver.class);

    private final LogWriter log;
    private final CallIndex index;

    Archiver(LogWriter log, CallIndex index) {
        this.log = log;
        this.index = index;
    }

    /**
     * Archives a batch.
     *
     * @return sequence number of the first event that is not archived, empty when all are
     */
    Optional<String> archive(List<StreamEvent> batch) {
        var lines = new ArrayList<ArchiveLine>();
        batch.forEach(event -> ArchiveLine.of(event).ifPresent(lines::add));
        try {
            archiveLines(lines);
            return Optional.empty();
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("events", batch.size())
                    .setCause(e)
                    .log("the batch is not archived");
            return Optional.of(batch.getFirst().sequence());
        }
    }

    void archiveLines(List<ArchiveLine> lines) {
        if (lines.isEmpty()) {
            return;
        }
        var places =
                log.append(
                        lines.stream()
                                .map(line -> new LogEntry(line.claim(), line.bytes()))
                                .toList());
        var published = log.publish();
        for (var line : lines) {
            var record = line.record();
            var place = places.get(line.claim());
            if (record != null && place != null) {
                index.add(
                        record,
                        new CallIndex.Place(
                                LogName.FOLDER + place.shard(),
                                place.index(),
                                published.getOrDefault(place.shard(), 0L)));
            }
        }
    }

    /** Writes and publishes what others appended and did not come to publish. */
    void publish() {
        log.publish();
    }
}
