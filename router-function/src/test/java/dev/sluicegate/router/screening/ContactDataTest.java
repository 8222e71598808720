package dev.sluicegate.router.screening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContactDataTest {
    private static final Screening PASS = of(ContactData.PASS);
    private static final Screening LABEL = of(ContactData.LABEL);
    private static final Screening REMOVE = of(ContactData.REMOVE);

    private static Screening of(ContactData choice) {
        return new Screening(Screened.DIGEST, Detectors.with(choice));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    email_address | mail jane.doe+x@mail.example.co.uk today
                    email_address | <o'neil_7@example.com>
                    email_address | mailto:jane%40example.com
                    phone_number  | call +44 7400 199695 now
                    phone_number  | +353850550470
                    phone_number  | (+46) 70 187 31 04
                    phone_number  | tel: 06 12 93 78 64
                    phone_number  | mobile (506) 259-7911
                    phone_number  | 3,Klaus,512 466 722,mobile,active
                    ip_address    | clientIp: 203.0.113.7
                    ip_address    | last login from 2001:db8:0:1:2:3:4:5
                    mac_address   | mac: 52:32:16:46:1e:5f
                    """)
    void contactDataIsReplacedLabelledOrPassesAsConfigured(String type, String text) {
        assertThat(Screened.types(REMOVE, Screened.text("t", text))).containsExactly(type);
        assertThat(Screened.released(REMOVE, text)).contains("[REDACTED:" + type + ":");

        var labelled =
                (ScreenedResult.Passed)
                        LABEL.screenResult(
                                Manifests.reading(), Screened.text("t", text), null, null);
        assertThat(labelled.labels()).containsExactly(Label.PII);
        assertThat(labelled.structured()).isEqualTo(Screened.text("t", text));

        assertThat(Screened.types(PASS, Screened.text("t", text))).isEmpty();
        assertThat(Screened.released(PASS, text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "npm i @types/node@18.19.3 left-pad@1.3.0",
                "logo@2x.png and icon@3x.webp",
                "user@localhost",
                "x@y..com",
                "alice@@example.com",
                "a@b.c@d",
                "git@example.com:owner/repository.git",
                "sha256:13b3fd790a60547939a7035fba9a2f905975269b2ff4ec0008a27e350a07bbeb",
                "upgraded from 5.92.6.40 to 4.9.376.9 (build 223209)",
                "listening on 0.0.0.0:21856; pid 81632; took 2650623 ns",
                "window 2026-02-13/2026-03-07, created 20260905067508",
                "sku 611-118-2559 bin A27",
                "invoice 293046376, po 832517141",
                "podIp 10.102.225.238 node ip-10-0-215-48",
                "lat 68.873509, lon 93.453996",
                "+1 for this idea, +200 % growth",
                "at 12:34:56 and 10:00",
                "+999 123 456 789"
            })
    void whatOnlyLooksLikeContactDataStays(String text) {
        assertThat(Screened.types(REMOVE, Screened.text("t", text))).isEmpty();
        assertThat(Screened.released(REMOVE, text)).isEqualTo(text);
    }

    @Test
    void aDeclaredFieldMayHoldContactData() {
        var manifest = Manifests.with(",\"out\":{\"fields\":{\"/email\":\"pii\"}}");
        var result = Manifests.json("{\"email\":\"ada@example.com\",\"note\":\"ada@example.com\"}");

        var screened = (ScreenedResult.Passed) REMOVE.screenResult(manifest, result, null, null);

        assertThat(String.valueOf(screened.structured()))
                .contains("\"email\":\"ada@example.com\"")
                .contains("\"note\":\"[REDACTED:email_address:");
    }

    @Test
    void argumentsKeepTheirReceivers() {
        var arguments = Manifests.object("{\"to\":\"ada@example.com\",\"cc\":\"+44 7400 199695\"}");

        var screened =
                (ScreenedArguments.Passed) REMOVE.screenArguments(Manifests.sending(), arguments);

        assertThat(screened.arguments()).isEqualTo(arguments);
        assertThat(screened.findings()).isEqualTo(List.of());
    }

    @Test
    void aChoiceThatDoesNotExistIsRefused() {
        assertThat(ContactData.of("remove")).isEqualTo(ContactData.REMOVE);
        assertThatThrownBy(() -> ContactData.of("Remove"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("`Remove`");
    }
}
