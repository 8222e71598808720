package dev.sluicegate.audit;

import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.LogFiles;
import dev.sluicegate.audit.log.LogReader;
import dev.sluicegate.audit.log.LogState;
import dev.sluicegate.audit.log.Placement;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the end of calls whose router died before it could. It walks the log, in which every INTENT is found
 * once and none too late, and stops at the first that may still be running.
 *
 * <p>An ORPHAN takes the place of the OUTCOME in the journal, so a call has one end: a router that is late after
 * all finds it taken, and releases nothing.
 */
final class Sweeper {
    /** A router's time and two minutes: after that nobody is at it any more. */
    static final Duration GRACE = Duration.ofSeconds(150);

    private static final int MAX_ENTRIES = 50_000;
    private static final int PAGE = 2_560;
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final SweptCalls calls;
    private final LogState state;
    private final LogFiles files;
    private final Journal journal;
    private final Clock clock;

    Sweeper(SweptCalls calls, LogState state, LogFiles files, Journal journal, Clock clock) {
        this.calls = calls;
        this.state = state;
        this.files = files;
        this.journal = journal;
        this.clock = clock;
    }

    /** Returns how many ends it wrote. */
    int sweep() {
        var shards = state.shards().orElse(null);
        if (shards == null) {
            return 0;
        }
        var orphans = 0;
        var start = calls.position();
        var shard = start.map(Placement::shard).orElse(shards.previous().orElse(shards.open()));
        long from = start.map(Placement::index).orElse(0L);
        for (var walked = 0; walked < MAX_ENTRIES; ) {
            var reader = new LogReader(files, shard);
            var size = size(reader);
            var to = Math.min(size, from + PAGE);
            if (from >= to) {
                if (shard >= shards.open()) {
                    return orphans;
                }
                shard = shards.open(); // the log before is closed and walked to its end
                from = 0;
                continue;
            }
            var page = page(reader.entries(from, to, size));
            for (var intent : page.open()) {
                orphans += end(intent) ? 1 : 0;
            }
            walked += PAGE;
            from += page.walked();
            calls.position(new Placement(shard, from));
            if (page.walked() < to - from) {
                return orphans; // the next may still be running
            }
        }
        return orphans;
    }

    private static long size(LogReader reader) {
        return reader.checkpoint().map(note -> Checkpoint.parse(note.text()).size()).orElse(0L);
    }

    /**
     * @param open intents without an end among the entries
     * @param walked entries before the first intent that is too young
     */
    private record Page(List<AuditRecord> open, int walked) {}

    private Page page(List<byte[]> entries) {
        var intents = new ArrayList<AuditRecord>();
        var ended = new HashSet<String>();
        var walked = entries.size();
        for (var i = 0; i < entries.size(); i++) {
            var record = record(entries.get(i)).orElse(null);
            if (record == null || record.call() == null) {
                continue;
            }
            if (record.kind() == RecordKind.OUTCOME || record.kind() == RecordKind.ORPHAN) {
                ended.add(key(record));
            } else if (record.kind() == RecordKind.INTENT && i < walked) {
                if (young(record)) {
                    walked = i;
                } else {
                    intents.add(record);
                }
            }
        }
        intents.removeIf(intent -> ended.contains(key(intent)));
        return new Page(intents, walked);
    }

    private static String key(AuditRecord record) {
        return record.tenant() + "#" + record.call();
    }

    private boolean young(AuditRecord intent) {
        try {
            return Instant.parse(intent.ts()).isAfter(clock.instant().minus(GRACE));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Empty for a finding, which belongs to no call. */
    private static Optional<AuditRecord> record(byte[] entry) {
        try {
            return Optional.of(AuditRecord.read(entry));
        } catch (MalformedJsonException e) {
            return Optional.empty();
        }
    }

    private boolean end(AuditRecord intent) {
        var call = intent.call();
        var tool = intent.tool();
        if (call == null || tool == null || calls.ended(intent.tenant(), call)) {
            return false;
        }
        var status =
                calls.executed(tool.name(), intent.tenant(), call)
                        ? "executed"
                        // a tool that only reads claims nothing: nobody knows
                        : tool.effect().equals("read") ? "unknown" : "not_executed";
        try {
            journal.append(
                    writer -> orphan(intent, status, writer),
                    JournalKeys.call(intent.tenant(), call),
                    JournalKeys.OUTCOME,
                    List.of());
        } catch (DuplicateRecordException e) {
            return false; // it ended just now
        }
        // alarms look for this word: somebody has to find out what a tool that writes has done
        LOG.atError()
                .addKeyValue("callId", call)
                .addKeyValue("tool", tool.name())
                .log("AUDIT_ORPHAN {}", status);
        return true;
    }

    private AuditRecord orphan(AuditRecord intent, String status, AuditRecord.Writer writer) {
        return new AuditRecord(
                AuditRecord.VERSION,
                Ulid.next(clock),
                RecordKind.ORPHAN,
                WriterChain.timestamp(clock.instant()),
                writer,
                intent.tenant(),
                intent.call(),
                intent.chain(),
                intent.id(),
                intent.trace(),
                intent.rpc(),
                intent.who(),
                null,
                intent.tool(),
                null,
                null,
                null,
                null,
                null,
                new AuditRecord.Outcome(status, true, null, 0, null, null, null),
                null,
                null,
                null,
                null);
    }
}
