package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The archiver under what a stream may do: process gone between any two steps, services failing before or after
 * they did what was asked, batches delivered twice and cut anew, shards that interleave, several archivers.
 */
class ArchiverSimulationTest {
    private static final int RECORDS = 240;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void nothingIsLostAndNothingIsThereTwice(long seed) {
        var random = new Random(seed);
        var cloud = new MemoryCloud(random, 0.04);
        var shards = shards(random);
        var acknowledged = new int[shards.size()];

        for (var round = 0; round < 100_000 && !done(shards, acknowledged); round++) {
            var shard = random.nextInt(shards.size());
            deliver(cloud, shards.get(shard), acknowledged, shard, random);
        }

        assertThat(done(shards, acknowledged)).isTrue();
        everyRecordIsThereOnce(cloud, shards);
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104, 105, 106})
    void severalArchiversAtOnceShareTheWorkAndRepeatNone(long seed) throws InterruptedException {
        var cloud = new MemoryCloud(new Random(seed), 0.02);
        var shards = shards(new Random(seed));
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var thread = 0; thread < 4; thread++) {
                var own = new Random(seed * 31 + thread);
                pool.execute(() -> {
                    // each delivers everything, so every event is handled four times
                    var acknowledged = new int[shards.size()];
                    while (!done(shards, acknowledged)) {
                        var shard = own.nextInt(shards.size());
                        deliver(cloud, shards.get(shard), acknowledged, shard, own);
                    }
                });
            }
            pool.shutdown();
            assertThat(pool.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }

        everyRecordIsThereOnce(cloud, shards);
    }

    /** One delivery as Lambda makes it: from the last acknowledged event, now and then from before it. */
    private static void deliver(
            MemoryCloud cloud,
            List<StreamEvent> shard,
            int[] acknowledged,
            int which,
            Random random) {
        var from = acknowledged[which];
        if (random.nextInt(5) == 0) {
            from = Math.max(0, from - random.nextInt(20));
        }
        var to = Math.min(shard.size(), from + 1 + random.nextInt(40));
        if (from >= to) {
            return;
        }
        var batch = shard.subList(from, to);
        try {
            // a new process each time: nothing is remembered but what is stored
            var failed = new Archiver(cloud, cloud, cloud).archive(batch);
            var reached = to;
            if (failed.isPresent()) {
                for (var i = from; i < to; i++) {
                    if (shard.get(i).sequence().equals(failed.get())) {
                        reached = i;
                        break;
                    }
                }
            }
            acknowledged[which] = Math.max(acknowledged[which], reached);
        } catch (MemoryCloud.Crash e) {
            return; // not acknowledged: it comes again
        }
    }

    private static List<List<StreamEvent>> shards(Random random) {
        var count = 1 + random.nextInt(4);
        var shards = new ArrayList<List<StreamEvent>>();
        for (var i = 0; i < count; i++) {
            shards.add(new ArrayList<>());
        }
        for (var i = 0; i < RECORDS; i++) {
            var event = StreamEvent.read(Changes.insert(1000 + i, "c" + i));
            shards.get(random.nextInt(count)).add(event);
        }
        return shards;
    }

    private static boolean done(List<List<StreamEvent>> shards, int[] acknowledged) {
        for (var i = 0; i < acknowledged.length; i++) {
            if (acknowledged[i] < shards.get(i).size()) {
                return false;
            }
        }
        return true;
    }

    private static void everyRecordIsThereOnce(MemoryCloud cloud, List<List<StreamEvent>> shards) {
        var expected =
                shards.stream()
                        .flatMap(List::stream)
                        .map(event -> ArchiveLine.of(event).orElseThrow())
                        .toList();
        assertThat(cloud.lines())
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(ArchiveLine::text).toList());
        assertThat(cloud.index()).hasSize(expected.size());
        cloud.index()
                .forEach((id, place) ->
                        assertThat(
                                        dev.sluicegate.record.AuditRecord.read(
                                                        cloud.line(place)
                                                                .getBytes(StandardCharsets.UTF_8))
                                                .id())
                                .isEqualTo(id));
    }
}
