package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.record.CanonicalJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordedInputTest {
    private static final DecisionRequest REQUEST =
            new DecisionRequest(
                    new DecisionRequest.Caller(
                            "p1", false, Set.of("b", "a"), Map.of("tenant", "demo"), "prod"),
                    "billing___refund",
                    Tools.json("{'amount': 1.5, 'deep': {'list': [1, true, null, 'é']}}"),
                    new DecisionRequest.Session(
                            "cli",
                            "managed",
                            true,
                            17,
                            "203.0.113.7",
                            Instant.parse("2026-11-23T10:00:00.123Z"),
                            11,
                            1),
                    new DecisionRequest.Chain("c1", 3, Set.of("pii"), Set.of("x___y"), true),
                    new DecisionRequest.Quota(4, 5, new BigDecimal("12.50")),
                    new DecisionRequest.Egress(Set.of("a@b.example"), Set.of("b.example")),
                    true);

    @Test
    void everythingADecisionIsMadeFromComesBack() {
        var again = RecordedInput.read(RecordedInput.bytes(REQUEST));

        assertThat(RecordedInput.bytes(again)).isEqualTo(RecordedInput.bytes(REQUEST));
        assertThat(again.caller()).isEqualTo(REQUEST.caller());
        assertThat(again.session()).isEqualTo(REQUEST.session());
        assertThat(again.chain()).isEqualTo(REQUEST.chain());
        assertThat(again.quota().amountToday()).isEqualByComparingTo("12.5");
        assertThat(again.egress()).isEqualTo(REQUEST.egress());
        assertThat(again.approved()).isTrue();
    }

    @Test
    void theBytesAreThoseOfTheHashInTheDecision() {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(PolicySources.baseline(), Tools.shipped(), 1),
                        Gateway.PLAIN);
        var request = Requests.of("crm___get_customer", "{'customer_id': 'C-1001'}");

        assertThat(engine.decide(request).basis().inputSha())
                .isEqualTo(CanonicalJson.sha256(RecordedInput.bytes(request)));
        assertThat(engine.decide(RecordedInput.read(RecordedInput.bytes(request))))
                .isEqualTo(engine.decide(request));
    }

    @Test
    void anUnknownAgeOfAuthenticationStaysUnknown() {
        var session = REQUEST.session();
        var unknown =
                new DecisionRequest(
                        REQUEST.caller(),
                        REQUEST.tool(),
                        REQUEST.input(),
                        new DecisionRequest.Session(
                                session.clientId(),
                                session.clientTrust(),
                                false,
                                Long.MAX_VALUE,
                                session.ip(),
                                session.now(),
                                session.hour(),
                                session.dow()),
                        REQUEST.chain(),
                        REQUEST.quota(),
                        REQUEST.egress(),
                        false);

        assertThat(RecordedInput.read(RecordedInput.bytes(unknown)).session().authAgeSec())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatThisVersionWouldReadAsSomethingElseIsRefused() {
        var text = new String(RecordedInput.bytes(REQUEST), StandardCharsets.UTF_8);

        for (var other :
                new String[] {
                    "",
                    "[]",
                    "{}",
                    text.substring(1),
                    text.replaceFirst("\\{", "{\"new\":1,"),
                    text.replace("\"mfa\":true", "\"mfa\":\"true\""),
                    text.replace("\"depth\":3,", ""),
                    text.replace("\"amountToday\":\"12.5\"", "\"amountToday\":\"x\"")
                }) {
            assertThatThrownBy(() -> RecordedInput.read(other.getBytes(StandardCharsets.UTF_8)))
                    .as(other)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("billing___refund");
        }
    }
}
