package dev.sluicegate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A fake stack that is announced in a checkout, without the {@code up} command. */
final class RunningFake implements AutoCloseable {
    private final FakeStack stack;
    private final AdminEndpoint admin;
    private final AtomicBoolean stopped = new AtomicBoolean();

    RunningFake(Path home) throws IOException {
        var data = Files.createDirectories(home.resolve("data"));
        stack =
                new FakeStack(
                        new StackFactory.Options(
                                home,
                                0,
                                0,
                                data,
                                false,
                                Optional.empty(),
                                "dev",
                                false,
                                Clock.systemUTC()));
        admin = new AdminEndpoint(stack, () -> stopped.set(true));
        var workspace = new Terminal(home).workspace();
        for (var place : workspace.announcements(stack.mcp().getPort(), data)) {
            file(data).write(place);
        }
    }

    FakeStack stack() {
        return stack;
    }

    AdminEndpoint admin() {
        return admin;
    }

    boolean wasStopped() {
        return stopped.get();
    }

    private StackFile file(Path data) {
        var self = ProcessHandle.current();
        return new StackFile(
                stack.mcp().getPort(),
                self.pid(),
                StackFile.startedAt(self),
                stack.mcp().toString(),
                stack.issuer(),
                stack.awsEndpoint().toString(),
                "AKOPERATOR",
                "secret-of-the-operator",
                admin.url(),
                admin.secret(),
                data.toString(),
                "dev",
                data.resolve("stack.log").toString());
    }

    @Override
    public void close() {
        admin.close();
        stack.close();
    }
}
