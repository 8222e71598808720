package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.IncrementalPublishBenchmark.Publication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** All of {@link PolicyBenchmark} in one run, and what it comes to as one JSON file. */
public final class PolicyBench {
    private static final int PUBLICATIONS = 7;

    private static final List<String> TURNS =
            List.of(
                    "turns_decision_p50_us",
                    "turns_decision_p99_us",
                    "turns_fixed_work_p50_us",
                    "turns_fixed_work_p99_us");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private PolicyBench() {}

    public static void main(String[] args) throws RunnerException, IOException {
        var report = JSON.createObjectNode();
        decisions(report.putArray("results"));
        var facts = report.putObject("facts");
        facts.put("the body's parse alone, p50 us", at1000("bodyAlone"));
        facts.put("with the hash of the input for the record, p50 us", at1000("withInputHash"));
        facts.put("tools/list of 200 tools at 1,000 policies, p50 us", at1000("listing"));
        facts.put("cold slice, stored JSON to first decision, p50 us", at1000("coldSlice"));
        facts.put("memory of 10,000 compiled policies, MB", memory());
        publication(facts);
        others(report.putArray("others"));
        report.put("jdk", System.getProperty("java.vm.version"));
        report.put("cpus", Runtime.getRuntime().availableProcessors());
        JSON.writerWithDefaultPrettyPrinter().writeValue(Path.of(args[0]).toFile(), report);
    }

    private static void decisions(ArrayNode rows) throws RunnerException {
        for (var policies : List.of("10", "100", "1000", "10000")) {
            // one after the other, so that they share what the machine does meanwhile
            var bytes =
                    only(options("fromBytes").param("policies", policies).measurementIterations(4));
            var turns =
                    only(
                            options("inTurns")
                                    .param("policies", policies)
                                    .mode(Mode.SingleShotTime)
                                    .warmupIterations(0)
                                    .measurementIterations(1));
            var parsed = only(options("parsed").param("policies", policies));
            var row = rows.addObject().put("policies", Integer.parseInt(policies));
            row.put("p50_us", percentile(bytes, 50));
            row.put("p99_us", percentile(bytes, 99));
            row.put("bytes_per_op", allocated(bytes));
            row.put("evaluation_us", percentile(parsed, 50));
            for (var name : TURNS) {
                row.put(
                        name,
                        rounded(
                                Objects.requireNonNull(turns.getSecondaryResults().get(name))
                                        .getScore()));
            }
        }
    }

    private static void publication(ObjectNode facts) {
        var publications = IncrementalPublishBenchmark.publications(PUBLICATIONS);
        var first = publications.getFirst();
        var next = publications.subList(1, publications.size());
        facts.put("policies validated at first", first.validated());
        facts.put("the first publication, ms", first.wall().toMillis());
        facts.put(
                "policies validated when one changed",
                next.stream().mapToInt(Publication::validated).max().orElseThrow());
        facts.put("publication with one changed, median ms", median(next, Publication::wall));
        facts.put("the same, CPU of the process, median ms", median(next, Publication::cpu));
    }

    private static long median(
            List<Publication> publications, Function<Publication, Duration> figure) {
        var sorted = publications.stream().map(figure).sorted().toList();
        return sorted.get(sorted.size() / 2).toMillis();
    }

    private static void others(ArrayNode rows) throws RunnerException {
        for (var result : run(options("cel").warmupIterations(3).measurementIterations(3))) {
            row(rows.addObject(), "cel, same index", result);
        }
        for (var use : List.of("cached-slices", "cached", "default")) {
            var options = options("official").param("use", use).warmupIterations(1);
            for (var result : run(options.measurementIterations(2))) {
                row(rows.addObject(), "cedar-java, " + use, result);
            }
        }
    }

    private static void row(ObjectNode row, String engine, RunResult result) {
        row.put("engine", engine);
        row.put("policies", Integer.parseInt(result.getParams().getParam("policies")));
        row.put("us", percentile(result, 50));
    }

    private static double at1000(String name) throws RunnerException {
        return percentile(only(options(name).param("policies", "1000")), 50);
    }

    private static ChainedOptionsBuilder options(String name) {
        return new OptionsBuilder()
                .include("PolicyBenchmark\\." + name + "$")
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xbatch", // compiled before it goes on, however busy the machine
                        "-Xmx2g")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }

    private static RunResult only(ChainedOptionsBuilder options) throws RunnerException {
        return run(options).iterator().next();
    }

    private static double percentile(RunResult result, double percentile) {
        return rounded(result.getPrimaryResult().getStatistics().getPercentile(percentile));
    }

    @SuppressWarnings("rawtypes") // as JMH declares them
    private static long allocated(RunResult result) {
        return result.getSecondaryResults().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                .mapToLong(entry -> Math.round(entry.getValue().getScore()))
                .findFirst()
                .orElse(-1);
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }

    private static double memory() {
        var world = new BenchWorld(10_000);
        var slices = new ArrayList<Slice>();
        for (var i = 0; i < world.tools(); i++) {
            slices.add(world.slice(i));
        }
        var before = used();
        var compiled = new ArrayList<CompiledSlice>();
        slices.forEach(slice -> compiled.add(new CompiledSlice(slice, Gateway.PLAIN)));
        var after = used();
        if (compiled.size() != slices.size()) {
            throw new IllegalStateException();
        }
        return rounded((after - before) / 1e6);
    }

    private static long used() {
        for (var i = 0; i < 4; i++) {
            System.gc();
        }
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
