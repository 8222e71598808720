package dev.sluicegate.router.trail;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds the records that one authenticated principal can cause with refused calls: so many a minute are
 * recorded one by one, the rest are counted and told by the first record of a later minute.
 */
final class RefusalMeter {
    /** A person cannot be refused more often in a minute; a loop can. */
    static final int RECORDS_PER_MINUTE = 120;

    private static final int MAX_PRINCIPALS = 10_000;

    private final Clock clock;
    private final Map<String, Window> windows =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
                    return size() > MAX_PRINCIPALS;
                }
            };

    RefusalMeter(Clock clock) {
        this.clock = clock;
    }

    /** What to do with one more refusal. */
    sealed interface Verdict {}

    /** Record it; {@code skipped} earlier ones were only counted. */
    record Recorded(long skipped) implements Verdict {}

    /** Only count it. */
    record Overflowing() implements Verdict {}

    synchronized Verdict refused(String tenant, String principal) {
        var minute = clock.millis() / 60_000;
        var window = windows.computeIfAbsent(tenant + "#" + principal, _ -> new Window(minute));
        if (window.minute != minute) {
            window.minute = minute;
            window.recorded = 0;
        }
        if (window.recorded >= RECORDS_PER_MINUTE) {
            window.skipped++;
            return new Overflowing();
        }
        window.recorded++;
        var skipped = window.skipped;
        window.skipped = 0;
        return new Recorded(skipped);
    }

    private static final class Window {
        private long minute;
        private int recorded;
        private long skipped;

        private Window(long minute) {
            this.minute = minute;
        }
    }
}
