package dev.sluicegate.cli;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that needs a running stack. */
final class StackSelection {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the stack that keeps its data in this folder")
    private @Nullable Path data;

    @Option(names = "--url", paramLabel = "URL", description = "the stack with this MCP endpoint")
    private @Nullable URI url;

    @Nullable Path data() {
        return data;
    }

    @Nullable URI url() {
        return url;
    }

    /**
     * @throws CommandFailedException if none runs
     */
    StackFile stack(Workspace workspace) {
        return workspace
                .find(data, url)
                .orElseThrow(() ->
                        new CommandFailedException(
                                ExitCode.UNREACHABLE,
                                "no stack is running; start one with `"
                                        + RootCommand.LAUNCHER
                                        + " up`"));
    }

    AdminClient admin(Workspace workspace) {
        return new AdminClient(stack(workspace));
    }
}
