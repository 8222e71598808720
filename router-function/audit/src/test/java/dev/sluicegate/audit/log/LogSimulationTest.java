package dev.sluicegate.audit.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The log under what can happen to it: processes gone between any two uses of a service, services that fail
 * before or after they did what was asked, batches delivered twice and cut anew, streams that interleave, up to
 * seven archivers whose steps interleave as the seed says.
 */
class LogSimulationTest {
    private static final int SEEDS = 500;
    private static final double TROUBLE = 0.15;
    private static final int BUSIEST = 7;
    private static final LogName NAME = new LogName("simulation/audit");

    /** Signatures cost more than all the rest and have their own tests: these say which text they are of. */
    private static final CheckpointSigner KEY =
            new CheckpointSigner() {
                private final byte[] publicKey = FileKey.ofSeed(new byte[32]).publicKey();

                @Override
                public byte[] publicKey() {
                    return publicKey;
                }

                @Override
                public byte[] sign(byte[] message) {
                    return TreeHash.leaf(message);
                }
            };

    private static final int YEAR = 2026;
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);

    @Test
    void nothingIsLostAndNothingIsThereTwiceWhoeverStopsWhereverTheyStop()
            throws InterruptedException {
        var crashes = 0;
        for (var seed = 0; seed < SEEDS; seed++) {
            crashes += run(seed);
        }
        assertThat(crashes).isGreaterThan(SEEDS);
    }

    private static int run(long seed) throws InterruptedException {
        var random = new Random(seed);
        var log = new MemoryLog();
        var streams = streams(random);
        var acknowledged = new int[streams.size()];
        var baton = new Baton(random);
        var crashes = new int[1];
        log.weather(before -> {
            baton.pass();
            if (random.nextDouble() < TROUBLE / 2) { // twice around each use
                crashes[0]++;
                if (random.nextBoolean()) {
                    throw new MemoryLog.Crash();
                }
                throw new IllegalStateException("service is down");
            }
        });
        var workers = new ArrayList<Runnable>();
        for (var i = 0; i < 1 + random.nextInt(BUSIEST); i++) {
            workers.add(() -> work(log, streams, acknowledged, random));
        }

        baton.run(workers);

        log.weather(_ -> {});
        writer(log).publish();
        var entries = streams.stream().flatMap(List::stream).toList();
        check(seed, log, entries);
        return crashes[0];
    }

    private static void work(
            MemoryLog log, List<List<LogEntry>> streams, int[] acknowledged, Random random) {
        for (var round = 0; !done(streams, acknowledged); round++) {
            assertThat(round).as("rounds").isLessThan(20_000);
            var which = random.nextInt(streams.size());
            var stream = streams.get(which);
            var from = acknowledged[which];
            if (random.nextInt(5) == 0) {
                from = Math.max(0, from - random.nextInt(20));
            }
            var to = Math.min(stream.size(), from + 1 + random.nextInt(40));
            if (from >= to) {
                continue;
            }
            try {
                // a new process each time: nothing is remembered but what is stored
                var writer = writer(log);
                var batch = stream.subList(from, to);
                assertThat(writer.append(batch)).hasSize(batch.size());
                writer.publish();
                acknowledged[which] = Math.max(acknowledged[which], to);
            } catch (LogConflictException e) {
                throw e; // the one thing that must not happen
            } catch (MemoryLog.Crash | IllegalStateException | LogBusyException e) {
                // not acknowledged: it comes again
            }
        }
    }

    private static boolean done(List<List<LogEntry>> streams, int[] acknowledged) {
        for (var i = 0; i < acknowledged.length; i++) {
            if (acknowledged[i] < streams.get(i).size()) {
                return false;
            }
        }
        return true;
    }

    private static List<List<LogEntry>> streams(Random random) {
        var streams = new ArrayList<List<LogEntry>>();
        for (var i = 0; i < 1 + random.nextInt(4); i++) {
            streams.add(new ArrayList<>());
        }
        // now and then enough for full tiles
        var records = random.nextInt(8) == 0 ? 600 : 20 + random.nextInt(60);
        for (var i = 0; i < records; i++) {
            var text = ("entry " + i).getBytes(StandardCharsets.UTF_8);
            streams.get(random.nextInt(streams.size())).add(new LogEntry("c" + i, text));
        }
        return streams;
    }

    private static LogWriter writer(MemoryLog log) {
        return new LogWriter(log, log, KEY, NAME, CLOCK, _ -> {});
    }

    private static void check(long seed, MemoryLog log, List<LogEntry> expected) {
        var reader = new LogReader(log, YEAR);
        var note = reader.checkpoint().orElseThrow();
        var head = Checkpoint.parse(note.text());
        assertThat(head.size()).as("size, seed " + seed).isEqualTo(expected.size() + 1);
        var entries = reader.entries(0, head.size(), head.size());

        assertThat(entries.stream().skip(1).map(LogSimulationTest::text))
                .as("entries, seed " + seed)
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(entry -> text(entry.bytes())).toList());
        var published = 0;
        for (var size = OptionalLong.of(head.size()); size.isPresent(); published++) {
            var signed = reader.checkpoint(size.getAsLong()).orElseThrow();
            assertThat(signed.signatures().getFirst().bytes())
                    .endsWith(KEY.sign(signed.text().getBytes(StandardCharsets.UTF_8)));
            var checkpoint = Checkpoint.parse(signed.text());
            assertThat(checkpoint.size()).isEqualTo(size.getAsLong());
            assertThat(checkpoint.root())
                    .as("root at " + size.getAsLong() + ", seed " + seed)
                    .isEqualTo(Trees.root(entries.subList(0, (int) checkpoint.size())));
            size = checkpoint.previous();
        }
        assertThat(
                        log.everything().keySet().stream()
                                .filter(name -> name.contains("/checkpoints/")))
                .as("checkpoints in the chain and outside of it, seed " + seed)
                .hasSize(published);
    }

    private static String text(byte[] entry) {
        return new String(entry, StandardCharsets.UTF_8);
    }
}
