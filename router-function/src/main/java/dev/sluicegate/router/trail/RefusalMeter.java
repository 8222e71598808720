package dev.sluicegate.router.trail;

import dev.sluicegate.router.identity.EffectiveIdentity;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the records that one authenticated principal can cause with refused requests: so many a minute are
 * recorded one by one, the rest are counted, and the count is one record when the minute is over.
 */
final class RefusalMeter {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalMeter.class);

    /** A person cannot be refused more often in a minute; a loop can. */
    static final int RECORDS_PER_MINUTE = 120;

    static final int MAX_PRINCIPALS = 10_000;

    private final Clock clock;
    private final Map<String, Window> windows =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
                    return size() > MAX_PRINCIPALS;
                }
            };
    private final LinkedHashMap<String, Overflow> overflows = new LinkedHashMap<>();

    RefusalMeter(Clock clock) {
        this.clock = clock;
    }

    /** Refusals of one principal that were only counted, the last of them in {@code minute}. */
    record Overflow(EffectiveIdentity identity, long refusals, long minute) {}

    /** Whether one more refusal is recorded by itself; if not, it is counted. */
    synchronized boolean records(EffectiveIdentity identity) {
        var now = minute();
        var window = windows.computeIfAbsent(key(identity), _ -> new Window(now));
        if (window.minute != now) {
            window.minute = now;
            window.recorded = 0;
        }
        if (window.recorded < RECORDS_PER_MINUTE) {
            window.recorded++;
            return true;
        }
        count(identity, 1);
        return false;
    }

    /** Takes counts whose minute is over, or all of them. */
    synchronized List<Overflow> due(int most, boolean alsoOfThisMinute) {
        var now = minute();
        var due = new ArrayList<Overflow>();
        for (var all = overflows.values().iterator(); all.hasNext() && due.size() < most; ) {
            var next = all.next();
            if (alsoOfThisMinute || next.minute() != now) {
                due.add(next);
                all.remove();
            }
        }
        return due;
    }

    /** For the record of a later minute: also what could not be recorded. */
    synchronized void count(EffectiveIdentity identity, long refusals) {
        if (overflows.size() >= MAX_PRINCIPALS && !overflows.containsKey(key(identity))) {
            var eldest = overflows.pollFirstEntry().getValue();
            LOG.error("{} refusals of one principal are not recorded", eldest.refusals());
        }
        overflows.merge(
                key(identity),
                new Overflow(identity, refusals, minute()),
                (past, more) ->
                        new Overflow(identity, past.refusals() + more.refusals(), more.minute()));
    }

    private long minute() {
        return Math.floorDiv(clock.millis(), 60_000L);
    }

    private static String key(EffectiveIdentity identity) {
        return identity.tenant() + "#" + identity.principalId();
    }

    private static final class Window {
        private long minute;
        private int recorded;

        private Window(long minute) {
            this.minute = minute;
        }
    }
}
