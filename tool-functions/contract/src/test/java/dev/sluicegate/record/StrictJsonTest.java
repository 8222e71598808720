package dev.sluicegate.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "1", "\"ä\"", "null", " {\"a\":[1,{\"b\":null}]}\n"})
    void oneValueIsRead(String json) {
        assertThat(read(json)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":null}",
                "{\"x\":[{\"a\":1,\"\\u0061\":2}]}",
                "{\"a\":{},\"a\":{}}",
                "{\"\":1,\"\":2}"
            })
    void aDuplicateKeyIsRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(NotCanonicalException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "{}}", "{} {}", "1 2", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}",
                "01", "+1", ".5", "1.", "NaN", "Infinity", "0x10", "\"\t\"", "\"\\x\"", "/**/1",
                "Duplicate", "\uFEFF{}", "\"\\u12\"", "tru", "[1 2]"
            })
    void whatIsNotOneValueIsRefused(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MalformedJsonException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(25));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22c0af22", // overlong slash
                "22eda08022", // encoded surrogate
                "22f490808022", // beyond U+10FFFF
                "22ff22",
                "22c322", // cut short
                "fffe7b007d00", // UTF-16
                "007b007d", // the same without a mark, all of it ASCII to look at
                "7b007d00",
                "0000007b0000007d", // UTF-32
                "7b0000007d000000"
            })
    void whatIsNotUtf8IsRefused(String hex) {
        assertThatThrownBy(() -> StrictJson.read(HexFormat.of().parseHex(hex)))
                .isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void depthIsBoundedBeforeAnythingIsBuilt() {
        var allowed = StrictJson.MAX_DEPTH + 8;

        assertThat(StrictJson.depth(read("[".repeat(allowed) + "]".repeat(allowed))))
                .isEqualTo(allowed);
        assertThatThrownBy(() -> read("[".repeat(allowed + 1) + "]".repeat(allowed + 1)))
                .isInstanceOf(MalformedJsonException.class);
        assertThatThrownBy(
                        () -> read("{\"a\":".repeat(allowed + 1) + "1" + "}".repeat(allowed + 1)))
                .isInstanceOf(MalformedJsonException.class);
        assertThatThrownBy(() -> read("[".repeat(1_000_000)))
                .isInstanceOf(MalformedJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999",
                "1e-999999999",
                "0.1e500",
                "1e2147483647",
                "1e10000001111",
                "-5e-31348352167"
            })
    void aShortNumberWithAHugeValueIsRefusedBeforeAnyoneComputesWithIt(String number) {
        assertThatThrownBy(() -> read("{\"amount\":" + number + "}"))
                .isInstanceOfAny(NotCanonicalException.class, MalformedJsonException.class);
    }

    @Test
    void aLongNumberIsRefused() {
        assertThatThrownBy(() -> read("1".repeat(65))).isInstanceOf(MalformedJsonException.class);
    }

    @Test
    void decimalsKeepTheirDigits() {
        assertThat(read("0.30000000000000001").decimalValue().toPlainString())
                .isEqualTo("0.30000000000000001");
    }

    @Test
    void depthCountsContainers() {
        assertThat(StrictJson.depth(read("1"))).isZero();
        assertThat(StrictJson.depth(read("{}"))).isEqualTo(1);
        assertThat(StrictJson.depth(read("{\"a\":[1],\"b\":[[2]]}"))).isEqualTo(3);
    }

    private static com.fasterxml.jackson.databind.JsonNode read(String json) {
        return StrictJson.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void longKeysAboveManyValuesCostNoMoreThanTheirBytes() {
        var keys = 10;
        var json = new StringBuilder();
        for (var i = 0; i < keys; i++) {
            json.append("{\"").append("k".repeat(49_000)).append("\":");
        }
        json.append("[0").append(",0".repeat(250_000)).append("]").append("}".repeat(keys));
        var bytes = json.toString().getBytes(StandardCharsets.UTF_8);

        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> CanonicalJson.bytes(StrictJson.read(bytes)));
    }
}
