package dev.sluicegate.cli;

import dev.sluicegate.policy.OracleCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Compares the evaluator with the official one on recorded answers. */
@Command(
        name = "corpus",
        description = {
            "Decide every request of a directory of Cedar integration tests and compare with the"
                    + " recorded decision, determining policies and failing policies.",
            "Prints `N requests, M mismatches`; exits with 1 if there is a mismatch."
        },
        footer = {
            "",
            "Exit codes: 0 all as recorded, 1 a mismatch, 3 something could not be read.",
            "For example: ./sluicegate policy corpus cedar-integration-tests"
        })
final class PolicyCorpusCommand implements Callable<Integer> {
    /** Beyond these the count says enough. */
    private static final int MAX_PRINTED = 20;

    private final Workspace workspace;
    private int printed;

    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(
            paramLabel = "DIR",
            description =
                    "directory of https://github.com/cedar-policy/cedar-integration-tests, its"
                            + " corpus unpacked")
    private Path folder = Path.of("");

    PolicyCorpusCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + folder + "` is not a folder");
        }
        var report = OracleCorpus.run(folder.toAbsolutePath().normalize(), this::print);
        if (report.files() == 0) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "`" + folder + "` has no test files");
        }
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("files", report.files());
            json.put("requests", report.requests()).put("mismatches", report.mismatches());
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            workspace
                    .out()
                    .println(
                            report.requests()
                                    + " requests, "
                                    + report.mismatches()
                                    + " mismatches");
        }
        return report.mismatches() == 0 ? ExitCode.OK : ExitCode.NO;
    }

    private void print(OracleCorpus.Mismatch mismatch) {
        if (printed++ < MAX_PRINTED) {
            workspace
                    .err()
                    .println(
                            mismatch.file()
                                    + (mismatch.request().isEmpty()
                                            ? ""
                                            : ", " + mismatch.request())
                                    + ": "
                                    + mismatch.what());
        }
    }
}
