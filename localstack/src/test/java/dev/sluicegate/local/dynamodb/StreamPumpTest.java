package dev.sluicegate.local.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.lambda.LocalFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamPumpTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final DynamoDbService service =
            DynamoDbService.inMemory("eu-central-1", "000000000000");

    /** Keeps what it takes; refuses what it is told to, the one way or the other. */
    private static final class Archiver implements RequestStreamHandler {
        final List<JsonNode> taken = Collections.synchronizedList(new ArrayList<>());
        final List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        volatile Predicate<String> throwsOn = key -> false;
        volatile Predicate<String> reports = key -> false;

        @Override
        public void handleRequest(InputStream in, OutputStream out, Context context)
                throws IOException {
            var records = Json.read(in.readAllBytes()).path("Records");
            batches.add(records.size());
            for (var each : records) {
                if (throwsOn.test(key(each))) {
                    throw new IllegalStateException("poison");
                }
            }
            for (var each : records) {
                if (reports.test(key(each))) {
                    out.write(
                            ("{\"batchItemFailures\":[{\"itemIdentifier\":\""
                                            + each.path("dynamodb").path("SequenceNumber").asText()
                                            + "\"}]}")
                                    .getBytes(StandardCharsets.UTF_8));
                    return;
                }
                taken.add(each);
            }
            out.write("{\"batchItemFailures\":[]}".getBytes(StandardCharsets.UTF_8));
        }

        List<String> keys() {
            return List.copyOf(taken).stream().map(Archiver::key).toList();
        }

        private static String key(JsonNode each) {
            return each.path("dynamodb").path("Keys").path("pk").path("S").asText();
        }

        LocalFunction function() {
            return LocalFunction.of(
                    "archiver",
                    "arn:aws:lambda:eu-central-1:000000000000:function:archiver",
                    this,
                    Duration.ofSeconds(5));
        }
    }

    @BeforeEach
    void table() {
        service.createTables(List.of(TableSpec.of("audit").withStream()));
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private void put(String key) {
        put(service, key);
    }

    private static void put(DynamoDbService service, String key) {
        var request = Json.object().put("TableName", "audit");
        ObjectNode item = request.putObject("Item");
        item.putObject("pk").put("S", key);
        item.putObject("sk").put("S", "0#INTENT");
        service.call("PutItem", request);
    }

    @Test
    void recordsArriveInOrderAndInTheShapeOfAws() throws Exception {
        var archiver = new Archiver();
        put("a");
        put("b");

        try (var pump = StreamPump.start(service, "audit", archiver.function(), null)) {
            put("c");

            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(archiver.keys()).containsExactly("a", "b", "c");
        var first = archiver.taken.getFirst();
        assertThat(first.path("eventName").asText()).isEqualTo("INSERT");
        assertThat(first.path("eventSource").asText()).isEqualTo("aws:dynamodb");
        assertThat(first.path("eventID").asText()).isNotEmpty();
        assertThat(first.path("awsRegion").asText()).isEqualTo("eu-central-1");
        assertThat(first.path("eventSourceARN").asText())
                .startsWith("arn:aws:dynamodb:eu-central-1:000000000000:table/audit/stream/");
        assertThat(first.path("dynamodb").path("NewImage").path("sk").path("S").asText())
                .isEqualTo("0#INTENT");
        assertThat(first.path("dynamodb").path("StreamViewType").asText())
                .isEqualTo("NEW_AND_OLD_IMAGES");
        assertThat(first.path("dynamodb").path("SequenceNumber").asText()).isNotEmpty();
    }

    @Test
    void anOverwriteAndADeletionAreToldWithWhatWasThere() throws Exception {
        var archiver = new Archiver();
        put("a");
        put("a");
        var delete = Json.object().put("TableName", "audit");
        var key = delete.putObject("Key");
        key.putObject("pk").put("S", "a");
        key.putObject("sk").put("S", "0#INTENT");
        service.call("DeleteItem", delete);
        put("end");

        try (var pump = StreamPump.start(service, "audit", archiver.function(), null)) {
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        var removed =
                archiver.taken.stream()
                        .filter(each -> each.path("eventName").asText().equals("REMOVE"))
                        .toList();
        assertThat(removed)
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.path("dynamodb").has("OldImage")).isTrue();
                    assertThat(
                                    each.has("userIdentity")
                                            && each.path("userIdentity").hasNonNull("principalId"))
                            .isFalse();
                });
    }

    @Test
    void nothingIsSkippedBehindARecordThatTheFunctionReports() throws Exception {
        var archiver = new Archiver();
        archiver.reports = key -> key.equals("b");
        for (var key : List.of("a", "b", "c")) {
            put(key);
        }

        try (var pump = StreamPump.start(service, "audit", archiver.function(), null)) {
            assertThat(pump.awaitCaughtUp(Duration.ofSeconds(2))).isFalse();
            assertThat(archiver.keys()).containsOnly("a");

            archiver.reports = key -> false;
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(archiver.keys()).containsExactly("a", "b", "c");
    }

    @Test
    void aBatchThatThrowsIsCutUntilWhatIsGoodIsThrough() throws Exception {
        var archiver = new Archiver();
        archiver.throwsOn = key -> key.equals("k5");
        for (var i = 0; i < 8; i++) {
            put("k" + i);
        }

        try (var pump = StreamPump.start(service, "audit", archiver.function(), null)) {
            assertThat(pump.awaitCaughtUp(Duration.ofSeconds(2))).isFalse();
            assertThat(archiver.keys()).containsExactly("k0", "k1", "k2", "k3", "k4");

            archiver.throwsOn = key -> false;
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(archiver.keys()).hasSize(8).doesNotHaveDuplicates();
        assertThat(archiver.batches).contains(8, 4, 2, 1);
    }

    @Test
    void itGoesOnWhereItStopped(@TempDir Path folder) throws Exception {
        var file = folder.resolve("pump.json");
        var first = new Archiver();
        put("a");
        try (var pump = StreamPump.start(service, "audit", first.function(), file)) {
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        put("b");
        var second = new Archiver();

        try (var pump = StreamPump.start(service, "audit", second.function(), file)) {
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(first.keys()).containsExactly("a");
        assertThat(second.keys()).containsExactly("b");
    }

    @Test
    void whatWasNotTakenBeforeTheEndIsTakenAfterIt(@TempDir Path folder) throws Exception {
        var file = folder.resolve("pump.json");
        var broken = new Archiver();
        broken.throwsOn = key -> true;
        put("a");
        try (var pump = StreamPump.start(service, "audit", broken.function(), file)) {
            assertThat(pump.awaitCaughtUp(Duration.ofSeconds(1))).isFalse();
        }
        var archiver = new Archiver();

        try (var pump = StreamPump.start(service, "audit", archiver.function(), file)) {
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(archiver.keys()).containsExactly("a");
    }

    @Test
    void aDatabaseThatWasStoppedGoesOnToo(@TempDir Path folder) throws Exception {
        var file = folder.resolve("pump.json");
        var first = new Archiver();
        try (var database = DynamoDbService.in(folder, "eu-central-1", "000000000000")) {
            database.createTables(List.of(TableSpec.of("audit").withStream()));
            put(database, "a");
            try (var pump = StreamPump.start(database, "audit", first.function(), file)) {
                assertThat(pump.awaitCaughtUp(SOON)).isTrue();
            }
            put(database, "b");
        }
        var second = new Archiver();

        try (var database = DynamoDbService.in(folder, "eu-central-1", "000000000000")) {
            put(database, "c");
            try (var pump = StreamPump.start(database, "audit", second.function(), file)) {
                assertThat(pump.awaitCaughtUp(SOON)).isTrue();
            }
        }
        assertThat(first.keys()).containsExactly("a");
        assertThat(second.keys()).containsExactly("b", "c");
    }

    @Test
    void thousandsOfRecordsArriveOnceEach() throws Exception {
        var archiver = new Archiver();
        for (var i = 0; i < 2_100; i++) {
            put("k" + i);
        }

        try (var pump = StreamPump.start(service, "audit", archiver.function(), null)) {
            assertThat(pump.awaitCaughtUp(SOON)).isTrue();
        }
        assertThat(archiver.keys()).hasSize(2_100).doesNotHaveDuplicates();
        assertThat(archiver.batches).allMatch(size -> size <= 1_000);
    }

    @Test
    void aClosedPumpSaysThatItDidNotCatchUp() throws Exception {
        var pump = StreamPump.start(service, "audit", new Archiver().function(), null);
        pump.close();
        put("late");

        assertThat(pump.awaitCaughtUp(Duration.ofSeconds(1))).isFalse();
    }
}
