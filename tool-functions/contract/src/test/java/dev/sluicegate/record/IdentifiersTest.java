package dev.sluicegate.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {
    private static final Clock CLOCK = at("2016-07-30T23:54:10.259Z");

    /** The example of the specification: 1469922850259 is 01ARZ3NDEK. */
    @Test
    void aUlidBeginsWithItsMilliseconds() {
        assertThat(Ulid.next(at(Instant.ofEpochMilli(1_469_922_850_259L).toString())))
                .startsWith("01ARZ3NDEK");
    }

    @Test
    void ulidsSortByTime() {
        assertThat(Ulid.next(at("2026-11-23T10:00:00.000Z")))
                .isLessThan(Ulid.next(at("2026-11-23T10:00:00.001Z")));
    }

    @Test
    void ulidsOfOneMillisecondDiffer() {
        var seen = new HashSet<String>();

        for (var i = 0; i < 10_000; i++) {
            assertThat(seen.add(Ulid.next(CLOCK))).isTrue();
        }
    }

    @Test
    void aUlidIsValid() {
        assertThat(Ulid.isValid(Ulid.next(CLOCK))).isTrue();
        assertThat(Ulid.isValid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01J0000000000000000000000",
                "01J000000000000000000000000",
                "01j00000000000000000000000",
                "01J0000000000000000000000I",
                "01J0000000000000000000000#",
                "8ZZZZZZZZZZZZZZZZZZZZZZZZZ"
            })
    void whatIsNoUlidIsNotValid(String text) {
        assertThat(Ulid.isValid(text)).isFalse();
    }

    @Test
    void aPrincipalIdIsBase32OfTheHashOfIssuerAndSubject() throws Exception {
        var hash =
                MessageDigest.getInstance("SHA-256")
                        .digest("https://issuer.example\0ada".getBytes(StandardCharsets.UTF_8));
        var first130Bits = new BigInteger(1, hash).shiftRight(256 - 130);
        var expected = new StringBuilder();
        for (var i = 25; i >= 0; i--) {
            var digit = first130Bits.shiftRight(5 * i).intValue() & 31;
            expected.append("abcdefghijklmnopqrstuvwxyz234567".charAt(digit));
        }

        assertThat(PrincipalId.of("https://issuer.example", "ada")).isEqualTo(expected.toString());
    }

    @Test
    void issuerAndSubjectCannotBeShiftedIntoEachOther() {
        assertThat(PrincipalId.of("ab", "c")).isNotEqualTo(PrincipalId.of("a", "bc"));
    }

    private static Clock at(String instant) {
        return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
    }
}
