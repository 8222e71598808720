package dev.sluicegate.router.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RefusalMeterTest {
    private final Ticking clock = new Ticking();
    private final RefusalMeter meter = new RefusalMeter(clock);

    @Test
    void aLoopOfRefusalsIsRecordedUpToABoundAndThenCounted() {
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE; i++) {
            assertThat(meter.refused("demo", "mallory")).isEqualTo(new RefusalMeter.Recorded(0));
        }

        assertThat(meter.refused("demo", "mallory")).isEqualTo(new RefusalMeter.Overflowing());
        assertThat(meter.refused("demo", "mallory")).isEqualTo(new RefusalMeter.Overflowing());
    }

    @Test
    void theNextMinuteTellsHowManyWereOnlyCounted() {
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE + 7; i++) {
            meter.refused("demo", "mallory");
        }
        clock.now = clock.now.plusSeconds(60);

        assertThat(meter.refused("demo", "mallory")).isEqualTo(new RefusalMeter.Recorded(7));
        assertThat(meter.refused("demo", "mallory")).isEqualTo(new RefusalMeter.Recorded(0));
    }

    @Test
    void oneLoopDoesNotHideAnother() {
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE + 1; i++) {
            meter.refused("demo", "mallory");
        }

        assertThat(meter.refused("demo", "eve")).isEqualTo(new RefusalMeter.Recorded(0));
    }

    @Test
    void addressesAreRecordedByPrefixAndNothingElseIs() {
        assertThat(AggregatedRefusals.prefix("203.0.113.7")).isEqualTo("203.0.113.0/24");
        assertThat(AggregatedRefusals.prefix("2001:db8:1:2::3")).isEqualTo("2001:db8:1::/48");
        assertThat(AggregatedRefusals.prefix("<script>")).isEmpty();
        assertThat(AggregatedRefusals.prefix(null)).isEmpty();
    }

    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-11-23T10:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
