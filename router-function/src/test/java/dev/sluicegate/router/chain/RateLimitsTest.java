package dev.sluicegate.router.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitsTest {
    @Test
    void whatIsLeftOutIsTheDefault() {
        var limits =
                RateLimits.parse(
                        "{\"principal\":{\"burst\":5,\"perMinute\":10},"
                                + "\"tools\":{\"a___b\":{\"burst\":1,\"perMinute\":2}}}");

        assertThat(limits)
                .isEqualTo(
                        new RateLimits(
                                new RateLimits.Limit(5, 10),
                                RateLimits.DEFAULT.tool(),
                                Map.of("a___b", new RateLimits.Limit(1, 2))));
        assertThat(limits.of("a___b").burst()).isEqualTo(1);
        assertThat(limits.of("c___d")).isEqualTo(RateLimits.DEFAULT.tool());
        assertThat(RateLimits.parse("{}")).isEqualTo(RateLimits.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{\"principle\":{\"burst\":5,\"perMinute\":10}}",
                "{\"principal\":{\"burst\":5}}",
                "{\"principal\":{\"burst\":5,\"perMinute\":10,\"perHour\":3}}",
                "{\"principal\":{\"burst\":\"5\",\"perMinute\":10}}",
                "{\"principal\":{\"burst\":0,\"perMinute\":10}}",
                "{\"principal\":{\"burst\":1,\"perMinute\":0}}",
                "{\"principal\":{\"burst\":1000001,\"perMinute\":1}}",
                "{\"tools\":{\"a___b\":7}}"
            })
    void aLimitThatIsMisspeltIsRefusedNotForgotten(String text) {
        assertThatThrownBy(() -> RateLimits.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSlowestBucketSaysHowLongARowMatters() {
        var limits = RateLimits.parse("{\"tools\":{\"a___b\":{\"burst\":120,\"perMinute\":1}}}");

        assertThat(limits.slowest()).hasHours(2);
    }
}
