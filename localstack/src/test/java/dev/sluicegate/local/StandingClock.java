package dev.sluicegate.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still, until it is told to go on to the next minute. */
final class StandingClock extends Clock {
    private volatile Instant now = Instant.parse("2026-11-23T10:00:10Z");

    void next() {
        now = now.plus(Duration.ofMinutes(1));
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
