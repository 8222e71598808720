package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.FileKey;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.LogReader;
import dev.sluicegate.audit.log.LogWriter;
import dev.sluicegate.audit.log.MemoryLog;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchiverTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @SuppressWarnings("NullAway") // the archiver asks its context nothing
    private static final Context NO_CONTEXT = null;

    private final MemoryLog log = new MemoryLog();
    private final Map<String, CallIndex.Place> index = new HashMap<>();
    private final Archiver archiver =
            new Archiver(
                    new LogWriter(
                            log,
                            log,
                            FileKey.ofSeed(new byte[32]),
                            new LogName("test/audit"),
                            Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC)),
                    (record, place) -> index.put(record.id(), place));

    @Test
    void aBatchIsEntriesBehindTheOneThatOpensTheLog() {
        assertThat(archiver.archive(events(5, 6, 7))).isEmpty();

        assertThat(entries()).hasSize(4);
        assertThat(entries().getFirst())
                .contains("\"kind\":\"LOG_SHARD_OPEN\"", "\"log\":\"test/audit/2026\"");
    }

    @Test
    void aStreamThatCountsFromOneAgainLosesNothing() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "before"))));

        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "after"))));

        assertThat(index).containsOnlyKeys("intent-before", "intent-after");
    }

    @Test
    void theSameBatchAgainChangesNothing() {
        archiver.archive(events(5, 6, 7));
        var before = log.everything().keySet();

        assertThat(archiver.archive(events(5, 6, 7))).isEmpty();

        assertThat(log.everything().keySet()).isEqualTo(before);
    }

    @Test
    void aRecordThatAnotherStreamBringsIsTheSameEntry() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(5, "c5"))));

        archiver.archive(List.of(StreamEvent.read(Changes.insert(99, "c5"))));

        assertThat(entries()).hasSize(2);
    }

    @Test
    void aBatchCutDifferentlyArchivesOnlyWhatIsNew() {
        archiver.archive(events(5, 6, 7));

        assertThat(archiver.archive(events(6, 7, 8, 9))).isEmpty();

        assertThat(entries()).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void anEventTwiceInOneBatchIsOneEntry() {
        archiver.archive(events(5, 5, 6));

        assertThat(entries()).hasSize(3);
    }

    @Test
    void theIndexSaysWhereEachRecordIs() {
        archiver.archive(events(5, 6));

        assertThat(index).containsOnlyKeys("intent-c5", "intent-c6");
        index.forEach((id, place) -> {
            assertThat(place.log()).isEqualTo("tlog/2026");
            assertThat(place.checkpoint()).isEqualTo(3);
            assertThat(entries().get((int) place.index())).contains("\"" + id + "\"");
        });
    }

    @Test
    void findingsAreArchivedAndNotIndexed() {
        var event =
                Changes.event(
                        "REMOVE",
                        9,
                        JournalKeys.call("demo", "c9"),
                        JournalKeys.INTENT,
                        null,
                        JSON.createObjectNode());

        archiver.archive(List.of(StreamEvent.read(event)));

        assertThat(entries().getLast()).contains("\"kind\":\"TAMPER\"");
        assertThat(index).isEmpty();
    }

    @Test
    void aLargeBatchIsOneTree() {
        var many = new ArrayList<StreamEvent>();
        for (var i = 0; i < 700; i++) {
            many.add(StreamEvent.read(Changes.insert(100 + i, "c" + i)));
        }

        assertThat(archiver.archive(many)).isEmpty();

        assertThat(entries()).hasSize(701).doesNotHaveDuplicates();
        assertThat(log.everything())
                .containsKeys("tlog/2026/tile/0/001", "tlog/2026/tile/entries/002.p/189");
    }

    @Test
    void aFailureIsReportedFromTheFirstEventAndLosesNothing() {
        log.weather(_ -> {
            throw new IllegalStateException("service is down");
        });

        assertThat(archiver.archive(events(5, 6, 7))).contains(Changes.sequence(5));

        log.weather(_ -> {});
        assertThat(archiver.archive(events(5, 6, 7))).isEmpty();
        assertThat(entries()).hasSize(4);
    }

    @Test
    void anObjectTakenByOtherContentIsNeverPassedOver() {
        archiver.archive(events(5));
        log.squat("tlog/2026/tile/0/000.p/3", new byte[96]);

        assertThat(archiver.archive(events(6))).contains(Changes.sequence(6));
        assertThat(archiver.archive(events(6))).contains(Changes.sequence(6));

        assertThat(entries()).as("what is published").hasSize(2);
    }

    @Test
    void theFunctionReadsLambdasEventsAndNamesTheFirstFailure() throws IOException {
        var function = new ArchiverFunction(archiver);

        assertThat(invoke(function, Changes.insert(5, "c5"), Changes.insert(6, "c6")))
                .isEqualTo("{\"batchItemFailures\":[]}");
        log.weather(_ -> {
            throw new IllegalStateException("service is down");
        });
        assertThat(invoke(function, Changes.exec(8, Records.TOOL, "c5", RecordKind.EXEC)))
                .isEqualTo(
                        "{\"batchItemFailures\":[{\"itemIdentifier\":\""
                                + Changes.sequence(8)
                                + "\"}]}");
        log.weather(_ -> {});
        assertThat(entries()).hasSize(3);
    }

    private static String invoke(ArchiverFunction function, ObjectNode... events)
            throws IOException {
        var input = JSON.createObjectNode();
        var records = input.putArray("Records");
        for (var event : events) {
            records.add(event);
        }
        var output = new ByteArrayOutputStream();
        function.handleRequest(
                new ByteArrayInputStream(JSON.writeValueAsBytes(input)), output, NO_CONTEXT);
        return output.toString(StandardCharsets.UTF_8);
    }

    private List<String> entries() {
        var reader = new LogReader(log, 2026);
        var size = Checkpoint.parse(reader.checkpoint().orElseThrow().text()).size();
        return reader.entries(0, size, size).stream()
                .map(entry -> new String(entry, StandardCharsets.UTF_8))
                .toList();
    }

    private static List<StreamEvent> events(long... sequences) {
        var events = new ArrayList<StreamEvent>();
        for (var sequence : sequences) {
            events.add(StreamEvent.read(Changes.insert(sequence, "c" + sequence)));
        }
        return events;
    }
}
