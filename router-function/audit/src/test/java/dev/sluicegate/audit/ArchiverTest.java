package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchiverTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @SuppressWarnings("NullAway") // the archiver asks its context nothing
    private static final Context NO_CONTEXT = null;

    private final MemoryCloud cloud = new MemoryCloud();
    private final Archiver archiver = new Archiver(cloud, cloud, cloud);

    @Test
    void aBatchIsOneObjectNamedByItsFirstEventAndItsContent() {
        assertThat(archiver.archive(events(5, 6, 7))).isEmpty();

        assertThat(cloud.objects().keySet())
                .singleElement()
                .asString()
                .matches("records/2026/2026-11-23T10-00-00-000/0{39}5-[0-9a-f]{16}\\.ndjson");
        assertThat(cloud.lines()).hasSize(3);
    }

    @Test
    void aStreamThatCountsFromOneAgainLosesNothing() {
        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "before"))));

        archiver.archive(List.of(StreamEvent.read(Changes.insert(1, "after"))));

        assertThat(cloud.index()).containsOnlyKeys("intent-before", "intent-after");
    }

    @Test
    void theSameBatchAgainChangesNothing() {
        archiver.archive(events(5, 6, 7));
        var before = cloud.objects();

        assertThat(archiver.archive(events(5, 6, 7))).isEmpty();

        assertThat(cloud.objects()).isEqualTo(before);
    }

    @Test
    void aBatchCutDifferentlyArchivesOnlyWhatIsNew() {
        archiver.archive(events(5, 6, 7));

        assertThat(archiver.archive(events(6, 7, 8, 9))).isEmpty();

        assertThat(cloud.lines()).hasSize(5).doesNotHaveDuplicates();
        assertThat(cloud.objects()).hasSize(2);
    }

    @Test
    void anEventTwiceInOneBatchIsOneLine() {
        archiver.archive(events(5, 5, 6));

        assertThat(cloud.lines()).hasSize(2);
    }

    @Test
    void theIndexSaysWhereEachRecordIs() {
        archiver.archive(events(5, 6));

        assertThat(cloud.index())
                .containsKeys("intent-c5", "intent-c6")
                .allSatisfy((id, place) ->
                        assertThat(
                                        AuditRecord.read(
                                                        cloud.line(place)
                                                                .getBytes(
                                                                        java.nio.charset
                                                                                .StandardCharsets
                                                                                .UTF_8))
                                                .id())
                                .isEqualTo(id));
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

        assertThat(cloud.lines()).singleElement().asString().contains("TAMPER");
        assertThat(cloud.index()).isEmpty();
    }

    @Test
    void aLargeBatchIsSeveralObjects() {
        var many = new ArrayList<StreamEvent>();
        for (var i = 0; i < Archiver.MAX_LINES + 1; i++) {
            many.add(StreamEvent.read(Changes.insert(100 + i, "c" + i)));
        }

        assertThat(archiver.archive(many)).isEmpty();

        assertThat(cloud.objects()).hasSize(2);
        assertThat(cloud.lines()).hasSize(Archiver.MAX_LINES + 1);
    }

    @Test
    void contentNeverOutgrowsTheItemItIsKeptIn() {
        var large = new ArrayList<StreamEvent>();
        for (var i = 0; i < 60; i++) {
            var writer = new AuditRecord.Writer("w", i, null, "x".repeat(15 * 1024));
            large.add(
                    StreamEvent.read(
                            Changes.insert(
                                    100 + i,
                                    JournalKeys.call("demo", "c" + i),
                                    JournalKeys.INTENT,
                                    Records.intent(writer, "c" + i))));
        }

        archiver.archive(large);

        assertThat(cloud.objects().values())
                .allSatisfy(o -> assertThat(o.length).isLessThanOrEqualTo(300 * 1024));
        assertThat(cloud.lines()).hasSize(60);
    }

    @Test
    void aFailureIsReportedFromTheFirstEventOfItsPart() {
        var many = new ArrayList<StreamEvent>();
        for (var i = 0; i < Archiver.MAX_LINES + 1; i++) {
            many.add(StreamEvent.read(Changes.insert(100 + i, "c" + i)));
        }
        cloud.failPuts(1, 99);

        var failed = archiver.archive(many);

        assertThat(failed).contains(Changes.sequence(100 + Archiver.MAX_LINES));
        cloud.failPuts(0, 0);
        assertThat(archiver.archive(many.subList(Archiver.MAX_LINES, many.size()))).isEmpty();
        assertThat(cloud.lines()).hasSize(Archiver.MAX_LINES + 1).doesNotHaveDuplicates();
    }

    @Test
    void anObjectTakenByOtherContentIsNeverPassedOver() {
        var other = new Archiver(new MemoryCloud(), cloud, cloud);
        other.archive(events(5, 6));
        cloud.squat(cloud.objects().keySet().iterator().next(), "something else");

        assertThat(archiver.archive(events(5, 6))).contains(Changes.sequence(5));
        assertThat(archiver.archive(events(5, 6))).contains(Changes.sequence(5));
    }

    @Test
    void theFunctionReadsLambdasEventsAndNamesTheFirstFailure() throws IOException {
        var function = new ArchiverFunction(archiver);

        assertThat(invoke(function, Changes.insert(5, "c5"), Changes.insert(6, "c6")))
                .isEqualTo("{\"batchItemFailures\":[]}");
        cloud.failPuts(0, 99);
        assertThat(invoke(function, Changes.exec(8, Records.TOOL, "c5", RecordKind.EXEC)))
                .isEqualTo(
                        "{\"batchItemFailures\":[{\"itemIdentifier\":\""
                                + Changes.sequence(8)
                                + "\"}]}");
        assertThat(cloud.lines()).hasSize(2);
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
        return output.toString(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static List<StreamEvent> events(long... sequences) {
        var events = new ArrayList<StreamEvent>();
        for (var sequence : sequences) {
            events.add(StreamEvent.read(Changes.insert(sequence, "c" + sequence)));
        }
        return events;
    }
}
