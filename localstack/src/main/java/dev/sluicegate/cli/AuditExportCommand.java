package dev.sluicegate.cli;

import dev.sluicegate.audit.verify.ArchiveFiles;
import dev.sluicegate.audit.verify.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The log as plain files, for somebody without access to the bucket. */
@Command(
        name = "export",
        description = {
            "Copy the audit log into a folder, as files that `audit verify --dir` verifies.",
            "Payloads are copied as they are stored, encrypted."
        })
final class AuditExportCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private AuditSource source = new AuditSource();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "an empty folder, or one that does not exist yet")
    private Path to = Path.of("");

    AuditExportCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        var target = to.toAbsolutePath().normalize();
        Files.createDirectories(target);
        try (var entries = Files.list(target)) {
            if (entries.findAny().isPresent()) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "`" + to + "` is not empty: a copy must hold nothing else");
            }
        }
        try (var open = source.open(workspace, null)) {
            var copied = new Export(open.files(), target).run();
            if (format.json()) {
                var json = OutputFormat.JSON.createObjectNode();
                json.put("files", copied.files()).put("bytes", copied.bytes());
                copied.missing().forEach(json.putArray("missing")::add);
                workspace.out().println(OutputFormat.pretty(json));
            } else {
                copied.missing().forEach(name -> workspace.out().println("missing " + name));
                workspace
                        .out()
                        .println(copied.files() + " files, " + copied.bytes() + " bytes in " + to);
            }
            return copied.files() == 0 || !copied.missing().isEmpty()
                    ? ExitCode.UNREACHABLE
                    : ExitCode.OK;
        } catch (ArchiveFiles.UnreachableException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "not copied: " + e.getMessage(), e);
        }
    }
}
