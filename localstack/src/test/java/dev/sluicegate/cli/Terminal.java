package dev.sluicegate.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Runs commands in this process and keeps what they print. */
final class Terminal {
    private final Path home;
    private final Map<String, String> environment;
    private String out = "";
    private String err = "";

    Terminal(Path home) {
        this(home, Map.of());
    }

    Terminal(Path home, Map<String, String> environment) {
        this.home = home;
        this.environment = environment;
    }

    Workspace workspace() {
        return workspace(System.out, System.err);
    }

    /** Announces it in the home, as {@code up} does. */
    void announce(RunningStack running, AdminEndpoint endpoint, Path data) throws IOException {
        var self = ProcessHandle.current();
        var key = running.operatorKey();
        for (var place : workspace().announcements(running.mcp().getPort(), data)) {
            new StackFile(
                            running.mcp().getPort(),
                            self.pid(),
                            StackFile.startedAt(self),
                            running.mcp().toString(),
                            running.issuer(),
                            running.awsEndpoint().toString(),
                            key.accessKeyId(),
                            key.secretAccessKey(),
                            endpoint.url(),
                            endpoint.secret(),
                            data.toString(),
                            "dev",
                            data.resolve("stack.log").toString())
                    .write(place);
        }
    }

    private Workspace workspace(PrintStream to, PrintStream errors) {
        return new Workspace(
                home, to, errors, environment, FakeStack::start, FakeStack.class.getName());
    }

    int run(String... args) {
        var to = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        var code =
                RootCommand.commandLine(
                                workspace(
                                        new PrintStream(to, true, StandardCharsets.UTF_8),
                                        new PrintStream(errors, true, StandardCharsets.UTF_8)))
                        .execute(args);
        out = to.toString(StandardCharsets.UTF_8);
        err = errors.toString(StandardCharsets.UTF_8);
        return code;
    }

    String out() {
        return out;
    }

    String err() {
        return err;
    }
}
