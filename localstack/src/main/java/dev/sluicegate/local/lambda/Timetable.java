package dev.sluicegate.local.lambda;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What EventBridge does for rules with a rate: invokes functions again and again, a failed run as well as any
 * other. The first run comes after a tenth of the time, so that a stack that was killed sees to what it left.
 */
public final class Timetable implements AutoCloseable {
    private static final byte[] EVENT =
            "{\"source\":\"aws.events\"}".getBytes(StandardCharsets.UTF_8);

    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().daemon().name("timetable").unstarted(task));

    /** A function and how often it is invoked. */
    public record Entry(LocalFunction function, Duration every) {}

    private Timetable() {}

    public static Timetable start(List<Entry> entries) {
        var timetable = new Timetable();
        for (var entry : entries) {
            var _ =
                    timetable.executor.scheduleWithFixedDelay(
                            () -> Invocation.run(entry.function(), entry.function().arn(), EVENT),
                            entry.every().toMillis() / 10,
                            entry.every().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
        return timetable;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
