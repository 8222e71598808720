package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.audit.log.FileKey;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.LogReader;
import dev.sluicegate.audit.log.LogWriter;
import dev.sluicegate.audit.log.MemoryLog;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done to calls that nobody ended, and to records that the stream did not bring. */
class SweepTest {
    private static final Clock WRITTEN = at("2026-11-23T10:00:00Z");
    private static final Clock LATER = at("2026-11-23T10:10:00Z");
    private static final String NOTHING = "{}";
    private static final String SOMETHING = "{\"Item\":{\"pk\":{\"S\":\"x\"}}}";

    private final ScriptedAws aws = new ScriptedAws();
    private final MemoryLog log = new MemoryLog();
    private final Archiver archiver =
            new Archiver(
                    new LogWriter(
                            log,
                            log,
                            FileKey.ofSeed(new byte[32]),
                            new LogName("test/audit"),
                            WRITTEN),
                    (_, _) -> {});

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void aCallWithoutAnEndGetsOneInThePlaceOfItsOutcome() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "c1"))));
        aws.then(200, NOTHING); // no position yet
        aws.then(200, NOTHING); // no end
        aws.then(200, NOTHING); // no execution

        assertThat(sweeper(LATER).sweep()).isEqualTo(1);

        var put =
                aws.asked().stream()
                        .filter(asked -> asked.body().contains("ORPHAN"))
                        .findFirst()
                        .orElseThrow();
        assertThat(put.body())
                .contains("call#demo#c1", JournalKeys.OUTCOME, "attribute_not_exists")
                .contains("\\\"parent\\\":\\\"intent-c1\\\"")
                .contains("\\\"status\\\":\\\"unknown\\\"");
    }

    @Test
    void aToolThatClaimedItsExecutionRan() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "c1"))));
        aws.then(200, NOTHING).then(200, NOTHING).then(200, SOMETHING);

        sweeper(LATER).sweep();

        assertThat(aws.asked().toString()).contains("\\\"status\\\":\\\"executed\\\"");
    }

    @Test
    void aCallThatMayStillRunIsLeftAloneAndLookedAtAgain() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "c1"))));

        assertThat(sweeper(at("2026-11-23T10:02:00Z")).sweep()).isZero();

        assertThat(aws.asked().getLast().body())
                .contains("\"pk\":{\"S\":\"sweeper\"}", "\"index\":{\"N\":\"1\"}");
    }

    @Test
    void aCallThatEndedIsNotAskedFor() {
        var outcome =
                Records.record(RecordKind.OUTCOME, Records.writer("w"), Records.TENANT, "c1", "o1");
        archiver.archive(
                List.of(
                        StreamEvent.read(Changes.insert(1, "c1")),
                        StreamEvent.read(
                                Changes.insert(
                                        2,
                                        JournalKeys.call(Records.TENANT, "c1"),
                                        JournalKeys.OUTCOME,
                                        outcome))));

        assertThat(sweeper(LATER).sweep()).isZero();

        assertThat(aws.asked()).hasSize(2); // the position, read and written
    }

    @Test
    void aCallWhoseEndIsOnItsWayIsNotEndedTwice() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "c1"))));
        aws.then(200, NOTHING).then(200, SOMETHING);

        assertThat(sweeper(LATER).sweep()).isZero();

        assertThat(aws.asked().toString()).doesNotContain("ORPHAN");
    }

    @Test
    void whatTheStreamDidNotBringIsArchivedFromTheJournalOnce() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "c1"))));
        var items = new ArrayList<String>();
        for (var call : List.of("c1", "c2", "c3")) {
            var record = Records.intent(Records.writer("w1"), call);
            items.add(item(JournalKeys.call(Records.TENANT, call), record));
        }
        items.add("{\"pk\":{\"S\":\"junk\"},\"sk\":{\"S\":\"x\"}}");
        aws.then(200, NOTHING);
        aws.then(200, "{\"Items\":[" + String.join(",", items) + "]}");

        assertThat(reconciler(LATER).reconcile()).isEqualTo(2);

        aws.then(200, NOTHING).then(200, NOTHING);
        aws.then(200, "{\"Items\":[" + String.join(",", items) + "]}");
        assertThat(reconciler(LATER).reconcile()).isZero();
        var reader = new LogReader(log, 2026);
        assertThat(reader.entries(0, 4, 4))
                .extracting(entry -> new String(entry, StandardCharsets.UTF_8))
                .anyMatch(entry -> entry.contains("intent-c2"))
                .anyMatch(entry -> entry.contains("intent-c3"));
    }

    @Test
    void whatIsYoungTheStreamMayStillBring() {
        var record = Records.intent(Records.writer("w1"), "c1");
        aws.then(200, NOTHING);
        aws.then(200, "{\"Items\":[" + item(JournalKeys.call(Records.TENANT, "c1"), record) + "]}");

        assertThat(reconciler(at("2026-11-23T10:04:00Z")).reconcile()).isZero();
    }

    private Sweeper sweeper(Clock clock) {
        return new Sweeper(
                new SweptCalls(aws.dynamoDb(), "audit", "tlog"),
                log,
                log,
                new Journal(aws.dynamoDb(), "audit", "sweeper", clock),
                clock);
    }

    private Reconciler reconciler(Clock clock) {
        return new Reconciler(aws.dynamoDb(), "audit", "tlog", log, archiver, clock);
    }

    private static String item(String pk, AuditRecord record) {
        return Changes.item(pk, JournalKeys.INTENT, record).toString();
    }

    private static Clock at(String time) {
        return Clock.fixed(Instant.parse(time), ZoneOffset.UTC);
    }
}
