package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class JournalTest {
    private final FakeTable table = new FakeTable();
    private final Journal journal = new Journal(table, "router:17", Clock.systemUTC());

    @Test
    void theFirstRecordOfAWriterSaysThatItOpened() {
        append("c1");

        assertThat(table.records())
                .extracting(AuditRecord::kind)
                .containsExactly(RecordKind.WRITER_OPEN, RecordKind.INTENT);
        assertThat(table.records()).extracting(r -> r.w().seq()).containsExactly(0L, 1L);
        assertThat(table.pks().getFirst()).startsWith("writer#");
    }

    @Test
    void nothingIsWrittenBeforeTheFirstAppend() {
        assertThat(table.records()).isEmpty();
    }

    @Test
    void eachRecordNamesTheHashOfTheOneBefore() {
        var first = append("c1");
        append("c2");

        var records = table.records();
        assertThat(records.get(2).w().prev()).isEqualTo(first.sha());
        assertThat(records.get(2).w().seq()).isEqualTo(2);
        assertThat(records).extracting(r -> r.w().id()).containsOnly(records.getFirst().w().id());
    }

    @Test
    void theItemHoldsTheCanonicalBytesAndTheirHash() {
        var appended = append("c1");

        var item = table.item("call#demo#c1|0#INTENT");
        var text = text(item, JournalKeys.RECORD);
        assertThat(CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(appended.sha());
        assertThat(text(item, JournalKeys.SHA)).isEqualTo(appended.sha());
        assertThat(text(item, JournalKeys.KIND)).isEqualTo("INTENT");
        assertThat(appended.id()).isEqualTo("intent-c1");
    }

    @Test
    void aSecondRecordUnderOneKeyIsRefusedAndTheWriterGoesOn() {
        append("c1");

        assertThatThrownBy(() -> append("c1")).isInstanceOf(DuplicateRecordException.class);
        append("c2");

        assertThat(table.records()).extracting(r -> r.w().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aLostAnswerToAWriteThatHappenedIsNoFailure() {
        append("c0");
        table.next(Fault.LOST_AFTER);

        var appended = append("c1");

        assertThat(text(table.item("call#demo#c1|0#INTENT"), JournalKeys.SHA))
                .isEqualTo(appended.sha());
        assertThat(table.attempts).isEqualTo(4);
    }

    @Test
    void aLostAnswerAndThenSomebodyElsesRecordIsADuplicateAndRetiresTheWriter() {
        append("c0");
        var writer = table.records().getLast().w().id();
        table.items.put(
                "call#demo#c1|0#INTENT", Map.of(JournalKeys.SHA, AttributeValue.fromS("sha256:x")));
        table.next(Fault.LOST_BEFORE);

        assertThatThrownBy(() -> append("c1")).isInstanceOf(DuplicateRecordException.class);
        append("c2");

        assertThat(table.records().getLast().w().id()).isNotEqualTo(writer);
    }

    @Test
    void aBusyTableIsAskedTwiceMore() {
        append("c0");
        table.next(Fault.BUSY, Fault.BUSY);

        append("c1");

        assertThat(table.items).containsKey("call#demo#c1|0#INTENT");
    }

    @Test
    void aTableThatStaysBusyIsUnavailableAndTheWriterGoesOn() {
        append("c0");
        table.next(Fault.BUSY, Fault.BUSY, Fault.BUSY);

        assertThatThrownBy(() -> append("c1")).isInstanceOf(JournalUnavailableException.class);
        append("c2");

        assertThat(table.items).doesNotContainKey("call#demo#c1|0#INTENT");
        assertThat(table.records()).extracting(r -> r.w().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aTableThatStaysSilentIsUnavailableAndTheWriterIsNeverUsedAgain() {
        append("c0");
        var writer = table.records().getLast().w().id();
        table.next(Fault.LOST_BEFORE, Fault.LOST_BEFORE, Fault.LOST_BEFORE);

        assertThatThrownBy(() -> append("c1")).isInstanceOf(JournalUnavailableException.class);
        append("c2");

        var last = table.records().getLast();
        assertThat(last.w().id()).isNotEqualTo(writer);
        assertThat(last.w().seq()).isEqualTo(1);
    }

    @Test
    void aRefusalOfTheTableIsNotRetried() {
        append("c0");
        table.next(Fault.IMPOSSIBLE);
        var before = table.attempts;

        assertThatThrownBy(() -> append("c1")).isInstanceOf(JournalUnavailableException.class);

        assertThat(table.attempts).isEqualTo(before + 1);
    }

    @Test
    void aWriterThatCannotOpenMakesTheJournalUnavailable() {
        table.next(Fault.IMPOSSIBLE);

        assertThatThrownBy(() -> append("c1")).isInstanceOf(JournalUnavailableException.class);
        assertThat(table.items).isEmpty();
    }

    @Test
    void whatGoesAlongsideAndIsRefusedIsNamedAndTheWriterGoesOn() {
        append("c0");
        table.next(Fault.REFUSED);

        assertThatThrownBy(() ->
                        journal.append(
                                writer -> Records.intent(writer, "c1"),
                                JournalKeys.call("demo", "c1"),
                                JournalKeys.INTENT,
                                List.of(TransactWriteItem.builder().build())))
                .isInstanceOfSatisfying(
                        AlongsideRefusedException.class,
                        e -> assertThat(e.refused()).containsExactly(0));
        append("c2");

        assertThat(table.items).doesNotContainKey("call#demo#c1|0#INTENT");
        assertThat(table.records()).extracting(r -> r.w().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aRetryOfATransactionCarriesTheSameToken() {
        append("c0");
        table.tokens.clear();
        table.next(Fault.BUSY, Fault.LOST_BEFORE);

        append("c1");

        assertThat(table.tokens).hasSize(3).allMatch(table.tokens.getFirst()::equals);
    }

    @Test
    void aRecordForAnotherWriterIsRefusedBeforeAnythingIsTried() {
        append("c0");
        var before = table.attempts;

        assertThatThrownBy(() ->
                        journal.append(
                                writer -> Records.intent(Records.writer("other"), "c1"),
                                JournalKeys.call("demo", "c1"),
                                JournalKeys.INTENT,
                                List.of()))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(table.attempts).isEqualTo(before);
        append("c2");
        assertThat(table.records()).extracting(r -> r.w().seq()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void oneItemTooManyIsRefused() {
        var tooMany = Collections.nCopies(100, TransactWriteItem.builder().build());

        assertThatThrownBy(() ->
                        journal.append(
                                writer -> Records.intent(writer, "c1"),
                                JournalKeys.call("demo", "c1"),
                                JournalKeys.INTENT,
                                tooMany))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void concurrentAppendsNeverShareAPlaceInAChain() throws InterruptedException {
        var start = new CountDownLatch(1);
        try (var pool = Executors.newFixedThreadPool(8)) {
            for (var thread = 0; thread < 8; thread++) {
                var name = "t" + thread + "-";
                pool.execute(() -> {
                    awaitQuietly(start);
                    for (var i = 0; i < 50; i++) {
                        append(name + i);
                    }
                });
            }
            start.countDown();
            pool.shutdown();
            assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }

        var places = new HashSet<String>();
        var heads = new LinkedHashMap<String, String>();
        for (var record : table.records()) {
            assertThat(places.add(record.w().id() + "/" + record.w().seq())).isTrue();
            assertThat(record.w().prev()).isEqualTo(heads.get(record.w().id()));
            heads.put(record.w().id(), CanonicalJson.sha256(record.bytes()));
        }
        assertThat(table.records()).hasSize(400 + heads.size());
    }

    private Journal.Appended append(String call) {
        return journal.append(
                writer -> Records.intent(writer, call),
                JournalKeys.call("demo", call),
                JournalKeys.INTENT,
                List.of());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        return Objects.requireNonNull(item.get(name), name).s();
    }

    private enum Fault {
        BUSY,
        LOST_BEFORE,
        LOST_AFTER,
        IMPOSSIBLE,
        REFUSED
    }

    /** A table in memory that fails as it is told. */
    private static final class FakeTable implements JournalTable {
        private final Map<String, Map<String, AttributeValue>> items = new LinkedHashMap<>();
        private final Deque<Fault> faults = new ArrayDeque<>();
        private final List<String> tokens = new ArrayList<>();
        private int attempts;

        void next(Fault... next) {
            faults.addAll(List.of(next));
        }

        @Override
        public synchronized Written put(
                Map<String, AttributeValue> item, List<TransactWriteItem> alongside, String token) {
            attempts++;
            tokens.add(token);
            var cause = new IllegalStateException("as told");
            var fault = faults.poll();
            if (fault == Fault.BUSY) {
                return new Written.Busy(cause);
            }
            if (fault == Fault.LOST_BEFORE) {
                return new Written.Unknown(cause);
            }
            if (fault == Fault.IMPOSSIBLE) {
                return new Written.Impossible(cause);
            }
            if (fault == Fault.REFUSED) {
                return new Written.Refused(List.of(0), cause);
            }
            var key = text(item, JournalKeys.PK) + "|" + text(item, JournalKeys.SK);
            var there = items.putIfAbsent(key, item);
            if (there != null) {
                return new Written.Exists(text(there, JournalKeys.SHA));
            }
            return fault == Fault.LOST_AFTER ? new Written.Unknown(cause) : new Written.Durable();
        }

        synchronized Map<String, AttributeValue> item(String key) {
            return Objects.requireNonNull(items.get(key), key);
        }

        synchronized List<AuditRecord> records() {
            return items.values().stream()
                    .filter(item -> item.containsKey(JournalKeys.RECORD))
                    .map(item -> text(item, JournalKeys.RECORD))
                    .map(text -> AuditRecord.read(text.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        }

        synchronized List<String> pks() {
            return items.values().stream()
                    .filter(item -> item.containsKey(JournalKeys.PK))
                    .map(item -> text(item, JournalKeys.PK))
                    .toList();
        }
    }
}
