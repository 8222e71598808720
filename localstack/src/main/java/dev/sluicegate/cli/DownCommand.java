package dev.sluicegate.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops a stack and waits until it is gone. */
@Command(name = "down", description = "Stop the running stack; its data stays.")
final class DownCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PAUSE_MILLIS = 50;

    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();

    DownCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws InterruptedException {
        var found = workspace.find(selection.data(), selection.url());
        if (found.isEmpty()) {
            workspace.out().println("not running");
            return ExitCode.OK;
        }
        var stack = found.get();
        try {
            new AdminClient(stack).stop();
        } catch (CommandFailedException e) {
            // it hangs or is on its way out; the process was checked to be the stack's own
            ProcessHandle.of(stack.pid()).ifPresent(ProcessHandle::destroy);
        }
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (stack.alive()) {
            if (System.nanoTime() > deadline) {
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE,
                        "the stack with pid " + stack.pid() + " does not stop");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        workspace.out().println("stopped");
        return ExitCode.OK;
    }
}
