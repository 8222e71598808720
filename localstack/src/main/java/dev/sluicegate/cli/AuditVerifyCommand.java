package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.verify.ArchiveFiles;
import dev.sluicegate.audit.verify.Finding;
import dev.sluicegate.audit.verify.KnownLogs;
import dev.sluicegate.audit.verify.Report;
import dev.sluicegate.audit.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether the record can be trusted. */
@Command(
        name = "verify",
        description = {
            "Verify the audit log: that nothing in it was changed, removed, reordered or left out.",
            "Exit codes: 0 verified, 2 tampering, 3 incomplete or unreachable, 4 stale."
        })
final class AuditVerifyCommand implements Callable<Integer> {
    /** Three heartbeats. */
    private static final Duration MAX_AGE = Duration.ofMinutes(15);

    private final Workspace workspace;

    @Mixin private AuditSource source = new AuditSource();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--vkey",
            paramLabel = "KEY",
            description =
                    "the key that is trusted, or a file with it; that of a running stack is asked")
    private @Nullable String vkey;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "what was seen before; written when nothing was tampered with")
    private @Nullable Path state;

    @Option(
            names = "--reconcile",
            paramLabel = "ddb",
            description = "compare with the journal, too")
    private @Nullable Reconcile reconcile;

    enum Reconcile {
        ddb
    }

    @Option(
            names = "--journal",
            paramLabel = "TABLE",
            description = "the journal's table, with --bucket and --reconcile ddb")
    private @Nullable String journal;

    @Option(
            names = "--max-age",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "how old the newest record may be (15m; of an export, any age)")
    private @Nullable Duration maxAge;

    @Option(
            names = "--retention",
            paramLabel = "DAYS",
            description = "how long files must be locked from when they were stored (1)")
    private int retention = 1;

    AuditVerifyCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        if (reconcile != null && journal == null && !source.isStack()) {
            throw new CommandFailedException(ExitCode.USAGE, "--reconcile ddb needs --journal");
        }
        var key = source.key(workspace, vkey);
        var file = state;
        var known = known(file);
        try (var open = source.open(workspace, journal)) {
            if (reconcile != null && open.journal() == null) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "an exported folder has no journal to compare with");
            }
            var rules =
                    new Verifier.Rules(
                            Verifier.Rules.SETTLING,
                            maxAge != null ? maxAge : open.live() ? MAX_AGE : null,
                            open.files().locked() ? Duration.ofDays(retention) : null);
            var report =
                    new Verifier(key, rules, Clock.systemUTC())
                            .verify(open.files(), known, reconcile == null ? null : open.journal());
            print(report);
            if (file != null && report.exitCode() != Report.TAMPERED) {
                report.known().write(file);
            }
            return report.exitCode();
        } catch (ArchiveFiles.UnreachableException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "not verified: " + e.getMessage(), e);
        }
    }

    private static KnownLogs known(@Nullable Path file) {
        try {
            return file == null ? KnownLogs.none() : KnownLogs.in(file);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "`" + file + "` is no state of a verification", e);
        }
    }

    private void print(Report report) {
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(json(report)));
            return;
        }
        for (var finding : report.findings()) {
            workspace
                    .out()
                    .println(
                            finding.code().severity()
                                    + " "
                                    + finding.name()
                                    + " "
                                    + finding.place());
            workspace.out().println("  " + finding.detail());
        }
        report.counts()
                .forEach((code, count) -> {
                    var told =
                            report.findings().stream()
                                    .filter(finding -> finding.code() == code)
                                    .count();
                    if (count > told) {
                        workspace.out().println("… and " + (count - told) + " more of " + code);
                    }
                });
        var word =
                switch (report.exitCode()) {
                    case Report.OK -> "verified";
                    case Report.TAMPERED -> "TAMPERED";
                    case Report.INCOMPLETE -> "incomplete";
                    default -> "stale";
                };
        workspace
                .out()
                .println(
                        word
                                + ": "
                                + report.records()
                                + " records of "
                                + report.calls()
                                + " calls, "
                                + report.checkpoints()
                                + " checkpoints"
                                + (report.newest() == null
                                        ? ""
                                        : ", the newest record of " + report.newest())
                                + (report.erased() == 0
                                        ? ""
                                        : ", " + report.erased() + " payloads erased"));
        new TreeMap<>(report.logs())
                .forEach((origin, size) -> workspace.out().println("  " + origin + "  " + size));
    }

    private static ObjectNode json(Report report) {
        var json = OutputFormat.JSON.createObjectNode();
        json.put("exit", report.exitCode());
        var logs = json.putObject("logs");
        new TreeMap<>(report.logs()).forEach(logs::put);
        json.put("records", report.records()).put("calls", report.calls());
        json.put("checkpoints", report.checkpoints()).put("erased", report.erased());
        json.put("newest", report.newest() == null ? null : report.newest().toString());
        var findings = json.putArray("findings");
        for (Finding finding : report.findings()) {
            findings.addObject()
                    .put("finding", finding.name())
                    .put("severity", finding.code().severity().name())
                    .put("place", finding.place())
                    .put("detail", finding.detail());
        }
        var counts = json.putObject("counts");
        new TreeMap<>(report.counts()).forEach((code, count) -> counts.put(code.name(), count));
        return json;
    }
}
