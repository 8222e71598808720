package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Two readers of a header never read two values, and what cannot be read agrees with nothing. */
class HeaderAgreementFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void aSentinelHasOneValueAndOneForm(FuzzedDataProvider data) {
        var header = data.consumeBoolean() ? sentinel(data) : data.consumeRemainingAsString();

        var decoded = HeaderAgreement.decode(header);

        if (!header.startsWith("=?base64?")
                || !header.endsWith("?=")
                || header.length() < "=?base64??=".length()) {
            assertThat(decoded).hasValue(header);
        } else {
            decoded.ifPresent(value -> assertThat(encoded(value)).isEqualTo(header));
        }
    }

    @FuzzTest(maxDuration = "2m")
    void whateverIsEncodedComesBack(FuzzedDataProvider data) {
        // what has a UTF-8 form at all
        var value =
                new String(
                        data.consumeRemainingAsString().getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8);

        assertThat(HeaderAgreement.decode(encoded(value))).hasValue(value);
    }

    private static String sentinel(FuzzedDataProvider data) {
        return "=?base64?" + data.consumeRemainingAsAsciiString() + "?=";
    }

    private static String encoded(String value) {
        return "=?base64?"
                + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
                + "?=";
    }
}
