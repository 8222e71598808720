package dev.sluicegate.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallGrantTest {
    private static final byte[] KEY = CallGrant.key("a secret of the test");

    @Test
    void whatWasSignedIsReadBack() {
        var grant = grant(null);

        assertThat(CallGrant.verify(grant.sign(KEY), KEY)).isEqualTo(grant);
    }

    @Test
    void anApprovalIsPartOfTheGrantWhenThereIsOne() {
        var grant = grant("01J0000000000000000000000A");

        assertThat(CallGrant.verify(grant.sign(KEY), KEY).approvalId())
                .isEqualTo("01J0000000000000000000000A");
        assertThat(claims(grant(null).sign(KEY))).doesNotContain("approvalId");
    }

    @Test
    void aGrantWithAnyBitChangedIsRefused() {
        var compact = grant(null).sign(KEY).getBytes(StandardCharsets.US_ASCII);

        for (var i = 0; i < compact.length; i++) {
            for (var bit = 0; bit < 7; bit++) {
                var changed = compact.clone();
                changed[i] ^= (byte) (1 << bit);
                var text = new String(changed, StandardCharsets.US_ASCII);
                assertThatThrownBy(() -> CallGrant.verify(text, KEY))
                        .as("byte %d bit %d", i, bit)
                        .isInstanceOf(GrantRefusedException.class);
            }
        }
    }

    @Test
    void aGrantMadeWithAnotherKeyIsRefused() {
        var compact = grant(null).sign(CallGrant.key("another tool's secret"));

        assertThatThrownBy(() -> CallGrant.verify(compact, KEY))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessage("grant was not made with this tool's key");
    }

    @Test
    void aTokenOfAnotherTypeUnderTheSameKeyIsRefused() throws Exception {
        var claims = claims(grant(null).sign(KEY)).replace("call-grant+v1", "approval+v1");

        assertThatThrownBy(() -> CallGrant.verify(signed(claims), KEY))
                .isInstanceOf(GrantRefusedException.class)
                .hasMessage("grant is of another type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kid",
                "callId",
                "tool",
                "function",
                "argsSha",
                "tenant",
                "principal",
                "role",
                "roles",
                "env",
                "client",
                "policySet",
                "jti",
                "iat",
                "exp"
            })
    void aGrantWithoutAClaimIsRefused(String claim) throws Exception {
        var json =
                (com.fasterxml.jackson.databind.node.ObjectNode)
                        new ObjectMapper().readTree(claims(grant(null).sign(KEY)));
        json.remove(claim);

        assertThatThrownBy(() -> CallGrant.verify(signed(json.toString()), KEY))
                .isInstanceOf(GrantRefusedException.class);
    }

    @Test
    void aGrantWithAClaimWeDoNotKnowIsRefused() throws Exception {
        var claims = claims(grant(null).sign(KEY)).replaceFirst("\\{", "{\"also\":1,");

        assertThatThrownBy(() -> CallGrant.verify(signed(claims), KEY))
                .isInstanceOf(GrantRefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a",
                "a.",
                ".a",
                "a.b.c",
                "e30.e30",
                "bnVsbA.e30",
                "W10.e30",
                "!!.!!",
                "ünïcode.a"
            })
    void whatIsNoGrantIsRefused(String text) {
        assertThatThrownBy(() -> CallGrant.verify(text, KEY))
                .isInstanceOf(GrantRefusedException.class);
        assertThatThrownBy(() -> CallGrant.peek(text)).isInstanceOf(GrantRefusedException.class);
    }

    @Test
    void anotherSpellingOfTheSameBytesIsRefused() {
        var compact = grant(null).sign(KEY);

        assertThatThrownBy(() -> CallGrant.verify(compact + "=", KEY))
                .isInstanceOf(GrantRefusedException.class);
        assertThatThrownBy(() -> CallGrant.verify(compact + "\n", KEY))
                .isInstanceOf(GrantRefusedException.class);
    }

    @Test
    void anExpiredGrantIsStillReadBecauseItsAgeIsForTheCallerToJudge() {
        assertThat(CallGrant.verify(grant(null).sign(KEY), KEY).exp()).isEqualTo(1_060);
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000, 999, 1_061})
    void aGrantLivesSixtySecondsAtMost(long exp) {
        assertThatThrownBy(() -> living(exp)).isInstanceOf(IllegalArgumentException.class);
        assertThat(living(1_060).exp()).isEqualTo(1_060);
    }

    @Test
    void aShortKeyIsRefused() {
        assertThatThrownBy(() -> grant(null).sign(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("31 bytes");
    }

    private static CallGrant grant(@Nullable String approvalId) {
        return make(approvalId, 1_060);
    }

    private static CallGrant living(long exp) {
        return make(null, exp);
    }

    private static CallGrant make(@Nullable String approvalId, long exp) {
        return new CallGrant(
                CallGrant.TYP,
                "v1",
                "01J00000000000000000000000",
                "crm___get_customer",
                "arn:aws:lambda:eu-central-1:000000000000:function:f",
                "sha256:00",
                "demo",
                "abcdefghijklmnopqrstuvwxyz",
                "support",
                List.of("support"),
                "dev",
                "inspector",
                "sha256:11",
                7,
                approvalId,
                1_000,
                exp,
                "01J00000000000000000000001");
    }

    private static String claims(String compact) {
        var bytes = Base64.getUrlDecoder().decode(compact.substring(0, compact.indexOf('.')));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String signed(String claims) throws Exception {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        var bytes = claims.getBytes(StandardCharsets.UTF_8);
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString(bytes) + "." + encoder.encodeToString(mac.doFinal(bytes));
    }
}
