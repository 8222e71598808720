package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** All of {@link PolicyBenchmark} in one run, and what it comes to as one JSON file. */
public final class PolicyBench {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private PolicyBench() {}

    public static void main(String[] args) throws RunnerException, IOException {
        var report = JSON.createObjectNode();
        report.put("jdk", System.getProperty("java.vm.version"));
        report.put("cpus", Runtime.getRuntime().availableProcessors());
        var facts = report.putObject("facts");
        facts.put("memory of 10,000 compiled policies, MB", memory());

        decisions(report);
        facts.put("tools/list of 200 tools at 1,000 policies, p50 us", listing());
        facts.put("cold slice, stored JSON to first decision, p50 us", cold());
        others(report);
        JSON.writerWithDefaultPrettyPrinter().writeValue(Path.of(args[0]).toFile(), report);
    }

    private static void decisions(ObjectNode report) throws RunnerException {
        var rows = report.putArray("results");
        var bytes = sampled("fromBytes");
        var hashed = sampled("fromBytesWithInputHash");
        var parsed = sampled("parsed");
        var body = sampled("bodyAlone");
        for (var policies : List.of("10", "100", "1000", "10000")) {
            var row = rows.addObject().put("policies", Integer.parseInt(policies));
            row.put("p50_us", percentile(bytes, policies, 50));
            row.put("p99_us", percentile(bytes, policies, 99));
            row.put("bytes_per_op", allocated(find(bytes, policies)));
            row.put("body_us", percentile(body, policies, 50));
            row.put("body_bytes", allocated(find(body, policies)));
            row.put("evaluation_us", percentile(parsed, policies, 50));
            row.put("with_input_hash_us", percentile(hashed, policies, 50));
        }
    }

    private static void others(ObjectNode report) throws RunnerException {
        var rows = report.putArray("others");
        for (var result : run(options("cel").warmupIterations(2).measurementIterations(3))) {
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
        row.put("us", rounded(result.getPrimaryResult().getStatistics().getPercentile(50)));
    }

    private static double listing() throws RunnerException {
        return rounded(
                run(options("listing").param("policies", "1000"))
                        .iterator()
                        .next()
                        .getPrimaryResult()
                        .getStatistics()
                        .getPercentile(50));
    }

    private static double cold() throws RunnerException {
        return rounded(
                run(options("coldSlice"))
                        .iterator()
                        .next()
                        .getPrimaryResult()
                        .getStatistics()
                        .getPercentile(50));
    }

    private static Collection<RunResult> sampled(String name) throws RunnerException {
        return run(options(name));
    }

    private static ChainedOptionsBuilder options(String name) {
        return new OptionsBuilder()
                .include("PolicyBenchmark\\." + name + "$")
                .forks(1)
                .warmupIterations(4)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(1))
                .jvmArgsAppend(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Xmx2g")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }

    private static RunResult find(Collection<RunResult> results, String policies) {
        return results.stream()
                .filter(result -> result.getParams().getParam("policies").equals(policies))
                .findFirst()
                .orElseThrow();
    }

    private static double percentile(
            Collection<RunResult> results, String policies, double percentile) {
        return rounded(
                find(results, policies)
                        .getPrimaryResult()
                        .getStatistics()
                        .getPercentile(percentile));
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
