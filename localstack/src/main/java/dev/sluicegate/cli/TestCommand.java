package dev.sluicegate.cli;

import picocli.CommandLine.Command;

/** {@code test} builds what it runs, so the launcher does it; this is its place in the help. */
@Command(name = "test", description = "Run the whole test suite; ends with `N passed, N failed`.")
final class TestCommand implements Runnable {
    @Override
    public void run() {
        throw new CommandFailedException(
                ExitCode.USAGE, "run `" + RootCommand.LAUNCHER + " test` from the checkout");
    }
}
