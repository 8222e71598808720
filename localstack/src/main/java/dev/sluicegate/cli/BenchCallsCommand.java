package dev.sluicegate.cli;

import dev.sluicegate.local.CallBench;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a governed call costs. */
@Command(
        name = "calls",
        description = {
            "Measure CPU and latency of a governed call, with the durable journal and with records",
            "in memory, through HTTP and past it, on 1 and 8 connections. Starts a stack of its own."
        })
final class BenchCallsCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--calls",
            paramLabel = "N",
            description =
                    "calls per turn of each durable run, ten times as many in memory, where the tool is a value in"
                            + " this process too (${DEFAULT-VALUE})")
    private int calls = 400;

    BenchCallsCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (calls < 8 || calls > 100_000) {
            throw new CommandFailedException(ExitCode.USAGE, "--calls is 8 to 100000");
        }
        try (var data = DataFolder.ephemeral(workspace.runDirectory())) {
            var bench =
                    new CallBench(
                            new StackFactory.Options(
                                    workspace.home(),
                                    0,
                                    0,
                                    data.path(),
                                    true,
                                    Optional.empty(),
                                    "dev",
                                    false,
                                    Clock.systemUTC()),
                            calls);
            print(bench.run(workspace.err()::println));
            return ExitCode.OK;
        }
    }

    private void print(List<CallBench.Figures> results) {
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                    .put(
                            "command",
                            RootCommand.LAUNCHER + " bench calls --calls " + calls + " -o json")
                    .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
                    .put(
                            "memory",
                            "records in memory, and the tool a value in this process:"
                                    + " no tool function, grant check, session or claim")
                    .put("cores", Runtime.getRuntime().availableProcessors())
                    .put("jdk", Runtime.version().toString())
                    .put("calls_per_turn", calls);
            var lines = json.putArray("results");
            for (var line : results) {
                lines.addObject()
                        .put("path", line.path())
                        .put("audit", line.audit())
                        .put("connections", line.connections())
                        .put("cpu_ms", line.cpuMs())
                        .put("cpu_low_ms", line.cpuLowMs())
                        .put("cpu_high_ms", line.cpuHighMs())
                        .put("p50_ms", line.p50Ms())
                        .put("p99_ms", line.p99Ms())
                        .put("calls_per_second", line.callsPerSecond());
            }
            workspace.out().println(OutputFormat.pretty(json));
            return;
        }
        workspace
                .out()
                .println(
                        "memory: records in memory and the tool a value in this process, so without its function, grant,"
                                + " session and claim");
        workspace
                .out()
                .println(
                        "path     audit    connections  CPU ms/call (low-high)     p50 ms   p99 ms   calls/s");
        for (var line : results) {
            workspace
                    .out()
                    .println(
                            String.format(
                                    Locale.ROOT,
                                    "%-8s %-8s %11d  %6.2f (%.2f-%.2f) %s %8.2f %8.2f %9.0f",
                                    line.path(),
                                    line.audit(),
                                    line.connections(),
                                    line.cpuMs(),
                                    line.cpuLowMs(),
                                    line.cpuHighMs(),
                                    "      ",
                                    line.p50Ms(),
                                    line.p99Ms(),
                                    line.callsPerSecond()));
        }
    }
}
