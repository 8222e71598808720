package dev.sluicegate.router.trail;

import dev.sluicegate.audit.Journal;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import dev.sluicegate.router.identity.UnauthenticatedRefusals;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refusals of nobody in particular, by reason, issuer, address prefix and minute: the first of a kind in
 * a minute is recorded at once, the rest are counted and recorded by {@link #settle} when the minute is
 * over, or by {@link #close}. No byte of a record is chosen by the caller, and a flood costs a bounded
 * number of records. What the journal does not take is counted on.
 */
public final class AggregatedRefusals implements UnauthenticatedRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(AggregatedRefusals.class);

    /** Kinds told apart in a minute; the rest is one kind, {@code other}. */
    static final int MAX_KINDS = 50;

    /** Whoever comes first in a new minute waits for so many records, not for all of them. */
    static final int AT_ONCE = 3;

    private static final Kind OTHER = new Kind("other", null, "");
    private static final String NO_TENANT = "-";

    private final Journal journal;
    private final Clock clock;

    /** Of this minute, without those that are recorded. */
    private final Map<Kind, Long> counted = new LinkedHashMap<>();

    /** Of minutes that are over. */
    private final Map<Kind, Long> owed = new LinkedHashMap<>();

    private long minute;

    public AggregatedRefusals(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    private record Kind(String reason, @Nullable String issuer, String prefix) {}

    private record Count(Kind kind, long refusals) {}

    @Override
    public void record(String reason, @Nullable String issuer, @Nullable String sourceIp) {
        var first = firstOfItsKind(new Kind(reason, issuer, prefix(sourceIp)));
        if (first != null) {
            write(List.of(new Count(first, 1)));
        }
    }

    /** Records what was counted in minutes that are over, a few kinds at a time. Never throws. */
    public void settle() {
        write(due(AT_ONCE));
    }

    /** Records all that was counted, for there is no later minute. Never throws. */
    public void close() {
        synchronized (this) {
            owe();
        }
        write(due(Integer.MAX_VALUE));
    }

    /** Counts one more; the kind that it counts as, if that is to be recorded at once. */
    private synchronized @Nullable Kind firstOfItsKind(Kind kind) {
        turn();
        var counter = known(counted, kind);
        var seen = counted.get(counter);
        counted.put(counter, seen == null ? 0 : seen + 1);
        return seen == null ? counter : null;
    }

    private synchronized List<Count> due(int most) {
        turn();
        var due = new ArrayList<Count>();
        for (var kinds = owed.entrySet().iterator(); kinds.hasNext() && due.size() < most; ) {
            var next = kinds.next();
            due.add(new Count(next.getKey(), next.getValue()));
            kinds.remove();
        }
        return due;
    }

    /** Not to be tried again before the next minute: each try costs somebody the journal's patience. */
    private synchronized void countAgain(List<Count> unwritten) {
        for (var count : unwritten) {
            counted.merge(known(counted, count.kind()), count.refusals(), Long::sum);
        }
    }

    private void turn() {
        var now = Math.floorDiv(clock.millis(), 60_000L);
        if (now != minute) {
            owe();
            minute = now;
        }
    }

    private void owe() {
        counted.forEach((kind, refusals) -> {
            if (refusals > 0) {
                owed.merge(known(owed, kind), refusals, Long::sum);
            }
        });
        counted.clear();
    }

    private static Kind known(Map<Kind, Long> kinds, Kind kind) {
        return kinds.size() < MAX_KINDS || kinds.containsKey(kind) ? kind : OTHER;
    }

    private void write(List<Count> due) {
        for (var i = 0; i < due.size(); i++) {
            var count = due.get(i);
            try {
                append(count);
            } catch (RuntimeException e) {
                // the answer is no either way, and there is no call whose record this is
                LOG.error(
                        "{} refusals of kind {} cannot be recorded now",
                        count.refusals(),
                        count.kind().reason(),
                        e);
                countAgain(due.subList(i, due.size()));
                return;
            }
        }
    }

    private void append(Count count) {
        var id = Ulid.next(clock);
        journal.append(
                writer -> refusal(id, writer, count.kind(), count.refusals()),
                JournalKeys.control(NO_TENANT, id),
                JournalKeys.DENIED,
                List.of());
    }

    private AuditRecord refusal(String id, AuditRecord.Writer writer, Kind kind, long refusals) {
        var from = kind.prefix().isEmpty() ? "" : " from " + kind.prefix();
        var issuer = kind.issuer() == null ? "" : " issuer " + kind.issuer();
        return AuditRecord.ofNoCall(
                RecordKind.DENIED,
                id,
                WriterChain.timestamp(clock.instant()),
                writer,
                NO_TENANT,
                null,
                null,
                new AuditRecord.Refusal("identity", "denied", kind.reason() + issuer + from),
                refusals);
    }

    /** {@code /24} of an IPv4 address, {@code /48} of an IPv6 address; empty when it is neither. */
    static String prefix(@Nullable String address) {
        if (address == null) {
            return "";
        }
        if (address.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
            return address.substring(0, address.lastIndexOf('.')) + ".0/24";
        }
        if (address.matches("[0-9a-fA-F:]{2,39}")) {
            var groups = address.split(":", -1);
            return groups.length < 3 ? "" : groups[0] + ":" + groups[1] + ":" + groups[2] + "::/48";
        }
        return "";
    }
}
