package dev.sluicegate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Deletes what a stopped stack has kept. */
@Command(
        name = "reset",
        description = "Delete the data of a stack that is not running: tables, records and keys.")
final class ResetCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Option(names = "--data", paramLabel = "DIR", description = "instead of the default folder")
    private @Nullable Path data;

    ResetCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException {
        var path = data == null ? workspace.defaultData() : data.toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            workspace.out().println("nothing to delete");
            return ExitCode.OK;
        }
        // takes the lock, so a running stack and a folder that is not ours are refused
        try (var folder = DataFolder.open(path)) {
            folder.wipe();
        }
        workspace.out().println("deleted " + path);
        return ExitCode.OK;
    }
}
