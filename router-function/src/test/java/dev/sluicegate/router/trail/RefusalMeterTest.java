package dev.sluicegate.router.trail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.router.enforcement.RecordedCalls;
import dev.sluicegate.router.identity.EffectiveIdentity;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RefusalMeterTest {
    private static final EffectiveIdentity MALLORY = somebody("mallory");
    private static final EffectiveIdentity EVE = somebody("eve");

    private final Ticking clock = new Ticking();
    private final RefusalMeter meter = new RefusalMeter(clock);

    @Test
    void aLoopOfRefusalsIsRecordedUpToABoundAndThenCounted() {
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE; i++) {
            assertThat(meter.records(MALLORY)).isTrue();
        }

        assertThat(meter.records(MALLORY)).isFalse();
        assertThat(meter.records(MALLORY)).isFalse();
    }

    @Test
    void whatWasOnlyCountedIsDueWhenTheMinuteIsOverThoughNobodyIsRefusedAnyMore() {
        overflow(MALLORY, 7);
        assertThat(meter.due(10, false)).isEmpty();

        clock.now = clock.now.plusSeconds(60);

        assertThat(meter.due(10, false))
                .singleElement()
                .satisfies(due -> {
                    assertThat(due.identity()).isEqualTo(MALLORY);
                    assertThat(due.refusals()).isEqualTo(7);
                });
        assertThat(meter.due(10, false)).isEmpty();
        assertThat(meter.records(MALLORY)).isTrue();
    }

    @Test
    void aCountThatCouldNotBeRecordedIsDueAgainInTheNextMinute() {
        overflow(MALLORY, 7);
        clock.now = clock.now.plusSeconds(60);
        meter.due(10, false).forEach(due -> meter.count(due.identity(), due.refusals()));

        assertThat(meter.due(10, false)).isEmpty();
        clock.now = clock.now.plusSeconds(60);
        assertThat(meter.due(10, false)).singleElement().matches(due -> due.refusals() == 7);
    }

    @Test
    void atMostSoManyAreDueAtOnceAndAtTheEndAllOfThem() {
        overflow(MALLORY, 1);
        overflow(EVE, 2);

        assertThat(meter.due(1, true)).hasSize(1);
        assertThat(meter.due(Integer.MAX_VALUE, true)).hasSize(1);
    }

    @Test
    void oneLoopDoesNotHideAnother() {
        overflow(MALLORY, 1);

        assertThat(meter.records(EVE)).isTrue();
    }

    private void overflow(EffectiveIdentity who, int more) {
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE + more; i++) {
            meter.records(who);
        }
    }

    private static EffectiveIdentity somebody(String principal) {
        return RecordedCalls.note().by(principal).recorded().authorized().call().identity();
    }

    static final class Ticking extends Clock {
        Instant now = Instant.parse("2026-11-23T10:00:00Z");

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
