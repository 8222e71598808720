package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.KeyedDigest;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time for one result of {@code bytes} characters, shaped as tools return them, with a secret in about
 * three rows of a hundred. MB/s is bytes divided by the microseconds shown.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ScreeningBenchmark {
    private static final int ROWS_PER_SECRET = 33;

    private static final ToolManifest UNLIMITED =
            Manifests.with(",\"limits\":{\"timeoutMs\":0,\"resultBytes\":5000000,\"rows\":100000}");

    /** Size of the result in characters. */
    @Param({"1024", "10240", "1048576"})
    public int bytes;

    /** What is looked for in results. */
    @Param({"PASS", "REMOVE"})
    public ContactData contactData = ContactData.PASS;

    private Screening screening = new Screening(KeyedDigest.ofSecret("benchmark"));
    private Scanner scanner = Detectors.STANDARD.ofResults();
    private JsonNode result = JsonNodeFactory.instance.missingNode();
    private Leaf leaf = Leaf.of("", "");

    /** Builds the result. */
    @Setup
    public void build() {
        var detectors = Detectors.with(contactData);
        screening = new Screening(KeyedDigest.ofSecret("benchmark"), detectors);
        scanner = detectors.ofResults();
        var random = new Random(11);
        var rows = JsonNodeFactory.instance.arrayNode();
        var size = 0;
        for (var i = 0; size < bytes; i++) {
            var row =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("id", "C-" + (1_000 + i))
                            .put("uuid", new UUID(random.nextLong(), i).toString())
                            .put("updatedAt", "2026-05-03T10:00:00Z")
                            .put("status", i % 3 == 0 ? "open" : "closed")
                            .put("amount", random.nextInt(100_000) / 100.0)
                            .put(
                                    "summary",
                                    "Customer asked why the invoice of May was sent twice; see the note"
                                            + " of the account manager and the access rules of the"
                                            + " portal, then answer by the end of the week.");
            if (i % ROWS_PER_SECRET == ROWS_PER_SECRET - 1) {
                row.put("note", "api_key = " + Planted.characters(random, "abcdef0123456789", 32));
            }
            rows.add(row);
            size += row.toString().length();
        }
        result = JsonNodeFactory.instance.objectNode().set("items", rows);
        leaf = Leaf.of("text", result.toString());
    }

    /** The automaton and its verifiers over one text. */
    @Benchmark
    public Object scan() {
        return scanner.scan(leaf);
    }

    /** Everything: the walk, encodings, the copy, its canonical size. */
    @Benchmark
    public Object screen() {
        return screening.screenResult(UNLIMITED, result, null, null);
    }

    /** Thread CPU instead of wall time, for machines that are shared: the best of eight rounds. */
    public static void main(String[] arguments) {
        var cpu = ManagementFactory.getThreadMXBean();
        for (var contactData : new ContactData[] {ContactData.PASS, ContactData.REMOVE}) {
            for (var size : new int[] {1_024, 10_240, 1_048_576}) {
                var benchmark = new ScreeningBenchmark();
                benchmark.bytes = size;
                benchmark.contactData = contactData;
                benchmark.build();
                System.out.printf(
                        "%s %7d: scan %.1f MB/s, screen %.1f MB/s%n",
                        contactData,
                        size,
                        size * 1e3 / best(cpu, size, benchmark::scan),
                        size * 1e3 / best(cpu, size, benchmark::screen));
            }
        }
    }

    private static double best(ThreadMXBean cpu, int size, Supplier<Object> once) {
        var best = Double.MAX_VALUE;
        var times = Math.max(1, 2_097_152 / size);
        for (var round = 0; round < 8; round++) {
            var from = cpu.getCurrentThreadCpuTime();
            Object last = null;
            for (var i = 0; i < times; i++) {
                last = once.get();
            }
            var nanos = (cpu.getCurrentThreadCpuTime() - from) / (double) times;
            best = last == null ? best : Math.min(best, nanos);
        }
        return best;
    }
}
