package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.audit.CallProofs;
import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.LogConflictException;
import dev.sluicegate.audit.log.LogReader;
import dev.sluicegate.audit.verify.ArchiveFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One call for somebody who is not given the log. */
@Command(
        name = "prove",
        description = {
            "Print the records of one call with the proof that they are in the log.",
            "`audit check-proof` checks it with the key and nothing else."
        })
final class AuditProveCommand implements Callable<Integer> {
    private static final int PAGE = 2_560;

    private final Workspace workspace;

    @Mixin private AuditSource source = new AuditSource();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "CALL_ID", description = "as in _meta of the answer")
    private String callId = "";

    @Option(names = "--to", paramLabel = "FILE", description = "write it into this file")
    private @Nullable Path to;

    AuditProveCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    private record Found(int shard, List<Long> indexes) {}

    @Override
    public Integer call() throws IOException {
        if (!callId.matches("[0-9A-Za-z]{1,64}")) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + callId + "` is not a call id");
        }
        try (var open = source.open(workspace, null)) {
            var files = open.files();
            var found = find(files);
            var proof =
                    CallProofs.of(
                                    name -> files.read(name).map(ArchiveFiles.Stored::bytes),
                                    found.shard(),
                                    callId,
                                    found.indexes())
                            .orElseThrow(() -> noRecord(callId));
            write(proof);
            return ExitCode.OK;
        } catch (ArchiveFiles.UnreachableException | LogConflictException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "not proven: " + e.getMessage(), e);
        }
    }

    private void write(JsonNode proof) throws IOException {
        // as small as it can be: it is passed around, and made pretty by whoever reads it
        var text = format.json() ? OutputFormat.pretty(proof) : proof.toString();
        var file = to;
        if (file == null) {
            workspace.out().println(text);
        } else {
            Files.writeString(file, text + "\n");
            workspace.out().println(file + ": " + Files.size(file) + " bytes");
        }
    }

    private static CommandFailedException noRecord(String callId) {
        return new CommandFailedException(
                ExitCode.NO, "the log has no record of call `" + callId + "`");
    }

    /** From the newest log back: the id of a call says when it was, but not when it was archived. */
    private Found find(ArchiveFiles files) {
        var years = new TreeSet<Integer>();
        for (var each : files.list("tlog/")) {
            if (each.name().matches("tlog/[0-9]{4}/checkpoint")) {
                years.add(Integer.valueOf(each.name().substring(5, 9)));
            }
        }
        var quoted = ("\"call\":\"" + callId + "\"");
        for (var year : years.descendingSet()) {
            var reader =
                    new LogReader(name -> files.read(name).map(ArchiveFiles.Stored::bytes), year);
            var size =
                    reader.checkpoint()
                            .map(note -> Checkpoint.parse(note.text()).size())
                            .orElse(0L);
            var indexes = new ArrayList<Long>();
            for (var from = 0L; from < size; from += PAGE) {
                var entries = reader.entries(from, Math.min(size, from + PAGE), size);
                for (var i = 0; i < entries.size(); i++) {
                    if (new String(entries.get(i), StandardCharsets.UTF_8).contains(quoted)) {
                        indexes.add(from + i);
                    }
                }
            }
            if (!indexes.isEmpty()) {
                return new Found(year, indexes);
            }
        }
        throw noRecord(callId);
    }
}
