package dev.sluicegate.router.trail;

import dev.sluicegate.audit.Journal;
import dev.sluicegate.audit.JournalUnavailableException;
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
 * a minute is recorded at once, the rest are counted and recorded when the minute is over. No byte of a
 * record is chosen by the caller, and a flood costs a bounded number of records.
 */
public final class AggregatedRefusals implements UnauthenticatedRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(AggregatedRefusals.class);

    /** Kinds told apart in a minute; the rest is one kind, {@code other}. */
    static final int MAX_KINDS = 50;

    private static final Kind OTHER = new Kind("other", null, "");
    private static final String NO_TENANT = "-";

    private final Journal journal;
    private final Clock clock;
    private final Map<Kind, Long> counted = new LinkedHashMap<>();
    private long minute;

    public AggregatedRefusals(Journal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    private record Kind(String reason, @Nullable String issuer, String prefix) {}

    private record Count(Kind kind, long refusals) {}

    @Override
    public void record(String reason, @Nullable String issuer, @Nullable String sourceIp) {
        for (var count : count(new Kind(reason, issuer, prefix(sourceIp)))) {
            write(count);
        }
    }

    /** Counts one more and says what is due to be written now. */
    private synchronized List<Count> count(Kind kind) {
        var due = new ArrayList<Count>();
        var now = clock.millis() / 60_000;
        if (now != minute) {
            counted.forEach((past, refusals) -> {
                if (refusals > 0) {
                    due.add(new Count(past, refusals));
                }
            });
            counted.clear();
            minute = now;
        }
        var counter = counted.size() < MAX_KINDS || counted.containsKey(kind) ? kind : OTHER;
        var seen = counted.get(counter);
        if (seen == null) {
            counted.put(counter, 0L); // the first is recorded by itself
            due.add(new Count(counter, 1));
        } else {
            counted.put(counter, seen + 1);
        }
        return due;
    }

    private void write(Count count) {
        var id = Ulid.next(clock);
        var kind = count.kind();
        try {
            journal.append(
                    writer -> refusal(id, writer, kind, count.refusals()),
                    JournalKeys.control(NO_TENANT, id),
                    JournalKeys.DENIED,
                    List.of());
        } catch (JournalUnavailableException e) {
            // the answer is no either way, and there is no call whose record this is
            LOG.error("refusals of kind {} cannot be recorded", kind.reason(), e);
        }
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
