package dev.sluicegate.cli;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Prints each stage of a start with the time it took. */
final class Stages implements StackFactory.Progress {
    private final PrintStream out;
    private @Nullable String current;
    private long since;

    Stages(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void stage(String name) {
        done();
        current = name;
        since = System.nanoTime();
    }

    synchronized void done() {
        if (current != null) {
            out.printf("  %-22s %5.1f s%n", current, (System.nanoTime() - since) / 1e9);
            out.flush();
            current = null;
        }
    }
}
