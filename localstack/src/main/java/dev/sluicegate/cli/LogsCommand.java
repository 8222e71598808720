package dev.sluicegate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The log of a stack, also after it has stopped. */
@Command(name = "logs", description = "Print the log of the stack.")
final class LogsCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 200;

    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "only the last N lines")
    private int lines = Integer.MAX_VALUE;

    @Option(
            names = {"-f", "--follow"},
            description = "go on until the stack stops")
    private boolean follow;

    LogsCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var stack = workspace.find(selection.data(), selection.url());
        var log =
                stack.map(found -> Path.of(found.log()))
                        .orElse(workspace.runDirectory().resolve(UpCommand.LOG));
        if (!Files.exists(log)) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "there is no log; no stack has run here");
        }
        try (var channel = FileChannel.open(log);
                var in = Channels.newInputStream(channel)) {
            tail(in);
            while (follow && stack.isPresent() && stack.get().alive()) {
                Thread.sleep(PAUSE_MILLIS);
                in.transferTo(workspace.out());
                workspace.out().flush();
            }
            in.transferTo(workspace.out());
        }
        workspace.out().flush();
        return ExitCode.OK;
    }

    private void tail(InputStream in) throws IOException {
        if (lines == Integer.MAX_VALUE) {
            in.transferTo(workspace.out());
            return;
        }
        var last = new ArrayDeque<String>();
        for (var line :
                new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .toList()) {
            last.addLast(line);
            if (last.size() > Math.max(lines, 0)) {
                last.removeFirst();
            }
        }
        last.forEach(workspace.out()::println);
    }
}
