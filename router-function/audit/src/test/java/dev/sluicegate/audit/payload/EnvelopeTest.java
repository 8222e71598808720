package dev.sluicegate.audit.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
    private static final String KEY_ID = "01KB2QH8M3Z6W1N4T7V9X0Y5RD";
    private static final String RECORD = "01KB2QH8M3Z6W1N4T7V9X0Y5RE";
    private static final byte[] CONTENT =
            "what it was decided from".getBytes(StandardCharsets.UTF_8);
    private static final AeadKey KEY = AeadKey.random();

    @Test
    void anEnvelopeIsVersionKeyIdNonceCiphertextAndTag() {
        var bytes = sealed();

        assertThat(bytes).hasSize(1 + 26 + 12 + CONTENT.length + 16);
        assertThat(bytes[0]).isEqualTo((byte) 1);
        assertThat(new String(bytes, 1, 26, StandardCharsets.US_ASCII)).isEqualTo(KEY_ID);
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("decided");
    }

    @Test
    void itOpensForItsRecordAndEqualContentsLookDifferent() {
        assertThat(open(sealed(), KEY, "demo", RECORD)).isEqualTo(CONTENT);
        assertThat(sealed()).isNotEqualTo(sealed());
    }

    @Test
    void oneBitAnywhereAndItDoesNotOpen() {
        var bytes = sealed();

        for (var i = 0; i < bytes.length * 8; i++) {
            var changed = bytes.clone();
            changed[i / 8] ^= (byte) (1 << i % 8);

            assertThat(open(changed, KEY, "demo", RECORD)).as("bit " + i).isNull();
        }
    }

    @Test
    void itDoesNotOpenForAnotherRecordTenantKeyOrWhenItIsCut() {
        var bytes = sealed();

        assertThat(open(bytes, KEY, "demo", "01KB2QH8M3Z6W1N4T7V9X0Y5RF")).isNull();
        assertThat(open(bytes, KEY, "other", RECORD)).isNull();
        assertThat(open(bytes, AeadKey.random(), "demo", RECORD)).isNull();
        for (var length = 0; length < bytes.length; length++) {
            assertThat(open(java.util.Arrays.copyOf(bytes, length), KEY, "demo", RECORD)).isNull();
        }
    }

    @Test
    void aDataKeyOpensInItsOwnRowOnly() {
        var branch = new BranchKey("2026-11-23", AeadKey.random(), new byte[] {1});
        var key = new DataKey(KEY_ID, KEY, Instant.EPOCH);

        var row = key.row("demo", "chain", "ada", branch);

        var read = DataKey.Sealed.read(row).orElseThrow();
        assertThat(read.open(branch.key(), "demo", "chain", KEY_ID)).isPresent();
        assertThat(read.open(branch.key(), "demo", "other", KEY_ID)).isEmpty();
        assertThat(read.open(branch.key(), "other", "chain", KEY_ID)).isEmpty();
        assertThat(read.open(branch.key(), "demo", "chain", RECORD)).isEmpty();
        assertThat(read.open(AeadKey.random(), "demo", "chain", KEY_ID)).isEmpty();
        assertThat(DataKey.Sealed.read(java.util.Map.of())).isEmpty();
    }

    private static byte[] sealed() {
        return Envelope.seal(KEY_ID, KEY, "demo", RECORD, PayloadKind.DECISION_INPUT, CONTENT)
                .bytes();
    }

    private static byte @org.jspecify.annotations.Nullable [] open(
            byte[] bytes, AeadKey key, String tenant, String record) {
        return Envelope.read(bytes)
                .flatMap(e -> e.open(key, tenant, record, PayloadKind.DECISION_INPUT))
                .orElse(null);
    }
}
