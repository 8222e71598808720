package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the JMH benchmarks of the module {@code policies} through Maven, whose profile builds them. */
@Command(
        name = "policy",
        description = {
            "Measure a policy decision at 10, 100, 1,000 and 10,000 policies, from the bytes of the"
                    + " request to the explained decision, beside cedar-java and CEL.",
            "Takes up to 8 minutes. Wall times of a busy machine drift: read the ratios."
        })
final class BenchPolicyCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private OutputFormat format = new OutputFormat();

    BenchPolicyCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var file = Files.createTempFile("bench-policy", ".json");
        try {
            measure(file);
            var report = (ObjectNode) OutputFormat.JSON.readTree(file.toFile());
            if (format.json()) {
                workspace.out().println(OutputFormat.pretty(report));
            } else {
                print(report);
            }
            return ExitCode.OK;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void measure(Path file) throws IOException, InterruptedException {
        var log = Files.createTempFile("bench-policy", ".log");
        var maven =
                new ProcessBuilder(
                        "mvn",
                        "-B",
                        "-q",
                        "-Pbench",
                        "-pl",
                        "policies",
                        "-am",
                        "-DskipTests",
                        "-Dspotless.check.skip",
                        "-Djacoco.skip",
                        "-Dbench.report=" + file,
                        "verify");
        maven.directory(new File(workspace.home().toString()));
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        maven.redirectErrorStream(true).redirectOutput(log.toFile());
        workspace.err().println("measuring; progress is in " + log);
        var process = maven.start();
        try {
            if (process.waitFor() != 0) {
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE, "the benchmark did not run; see " + log);
            }
        } finally {
            process.destroy();
        }
    }

    private void print(ObjectNode report) {
        var out = workspace.out();
        out.println("From request bytes to explained decision:");
        row(
                "policies",
                List.of(
                        "p50 us",
                        "p99 us",
                        "B/decision",
                        "fixed work in turns with it: p50 us",
                        "p99 us",
                        "a decision in turns with it: p99 us",
                        "without the body's parse, us"));
        for (var result : (ArrayNode) report.path("results")) {
            row(
                    result.path("policies").asText(),
                    List.of(
                            number(result.path("p50_us")),
                            number(result.path("p99_us")),
                            number(result.path("bytes_per_op")),
                            number(result.path("turns_fixed_work_p50_us")),
                            number(result.path("turns_fixed_work_p99_us")),
                            number(result.path("turns_decision_p99_us")),
                            number(result.path("evaluation_us"))));
        }
        out.println();
        out.println("The same requests elsewhere, median us a decision:");
        for (var other : report.path("others")) {
            row(
                    other.path("policies").asText(),
                    List.of(number(other.path("us")), other.path("engine").asText()));
        }
        out.println();
        for (var fact : report.path("facts").properties()) {
            out.println(fact.getKey() + ": " + number(fact.getValue()));
        }
    }

    private void row(String first, List<String> cells) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%9s", first));
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, "  %10s", cell)));
        workspace.out().println(line);
    }

    private static String number(JsonNode value) {
        return value.isNumber()
                ? String.format(Locale.ROOT, "%.2f", value.doubleValue())
                : value.asText();
    }
}
