package dev.sluicegate.cli;

import dev.sluicegate.local.LocalStack;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What the launcher starts. */
public final class Main {
    /** System property with the root of the checkout; the launcher sets it. */
    static final String HOME = "launcher.home";

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(LocalStack::start, Main.class.getName(), args));
    }

    /**
     * Runs one command with the streams of the process.
     *
     * @param mainClass what {@code up -d} starts, with the same factory in it
     * @return the exit code
     */
    static int run(StackFactory factory, String mainClass, String... args) {
        // whatever the terminal's locale says, what we print is UTF-8
        var out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        var err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        var workspace =
                new Workspace(
                        Path.of(System.getProperty(HOME, "")),
                        out,
                        err,
                        System.getenv(),
                        factory,
                        mainClass);
        return RootCommand.commandLine(workspace).execute(args);
    }
}
