package dev.sluicegate.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.erdtman.jcs.JsonCanonicalizer;

/** Whatever the bytes are: refused in one of two ways, or read as one value with one canonical form. */
class CanonicalJsonFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void whatIsCanonicalStaysAsItIs(byte[] bytes) throws IOException {
        JsonNode value;
        byte[] canonical;
        try {
            value = StrictJson.read(bytes);
            canonical = CanonicalJson.bytes(value);
        } catch (MalformedJsonException | NotCanonicalException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        var again = StrictJson.read(canonical);

        assertThat(CanonicalJson.bytes(again)).isEqualTo(canonical);
        assertThat(CanonicalJson.sha256(again)).isEqualTo(CanonicalJson.sha256(value));
        assertThat(StrictJson.depth(again)).isEqualTo(StrictJson.depth(value));
        if (value.isContainerNode()) {
            // another's implementation of RFC 8785, which knows objects and arrays only
            assertThat(new String(canonical, StandardCharsets.UTF_8))
                    .isEqualTo(
                            new JsonCanonicalizer(new String(bytes, StandardCharsets.UTF_8))
                                    .getEncodedString());
        }
    }
}
