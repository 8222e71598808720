package dev.sluicegate.cli;

import dev.sluicegate.contract.Product;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A stack in a process of its own, which outlives this one. */
final class DetachedStack {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_MILLIS = 50;
    private static final String READY = Product.NAME + " ready ";

    private final Workspace workspace;
    private final Path console;

    /**
     * @param console where the process prints; it holds a token, so only its owner may read it
     */
    DetachedStack(Workspace workspace, Path console) {
        this.workspace = workspace;
        this.console = console;
    }

    /** Prints what the process prints until it is ready, or has ended; returns the exit code. */
    int start(List<String> arguments) throws IOException, InterruptedException {
        PrivateFile.create(console);
        var process =
                new ProcessBuilder(command(arguments))
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(console.toFile()))
                        .redirectErrorStream(true)
                        .start();
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var line = new StringBuilder();
        try (var printed = new RandomAccessFile(console.toFile(), "r")) {
            while (true) {
                var ended = !process.isAlive();
                if (relay(printed, line)) {
                    return ExitCode.OK;
                }
                if (ended) {
                    workspace.err().print(line);
                    return process.exitValue() == ExitCode.OK
                            ? ExitCode.UNREACHABLE
                            : process.exitValue();
                }
                if (System.nanoTime() > deadline) {
                    process.destroy();
                    throw new CommandFailedException(
                            ExitCode.UNREACHABLE,
                            "the stack is not ready after "
                                    + PATIENCE.toSeconds()
                                    + " s; see `"
                                    + console
                                    + "`");
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Prints the complete lines that are new; whether the last of them says that it is ready. */
    private boolean relay(RandomAccessFile printed, StringBuilder line) throws IOException {
        var bytes = new byte[(int) (printed.length() - printed.getFilePointer())];
        printed.readFully(bytes);
        line.append(new String(bytes, StandardCharsets.UTF_8));
        int end;
        while ((end = line.indexOf("\n")) >= 0) {
            var complete = line.substring(0, end);
            line.delete(0, end + 1);
            workspace.out().println(complete.replace("; Ctrl-C stops it", ""));
            if (complete.startsWith(READY)) {
                workspace.out().flush();
                return true;
            }
        }
        return false;
    }

    private List<String> command(List<String> arguments) {
        var command = new ArrayList<String>();
        // closing the terminal must not close the stack
        for (var nohup : List.of("/usr/bin/nohup", "/bin/nohup")) {
            if (command.isEmpty() && Files.isExecutable(Path.of(nohup))) {
                command.add(nohup);
            }
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-D" + Main.HOME + "=" + workspace.home());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(workspace.mainClass());
        command.addAll(arguments);
        return command;
    }
}
