package dev.sluicegate.router.screening;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Label;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What screening may cost, counted and not timed, and what happens one over. */
class ScreeningLimitsTest {
    /**
     * Looks a character: one for the automaton, one for encodings, the rest for verifiers at anchors.
     * Quadratic work would be hundreds of thousands.
     */
    private static final long MOST_WORK = 700;

    private static final int MEGABYTE = 1 << 20;

    /** Quadratic work on so many characters is far over the limit, linear work is quick. */
    private static final int LONG_ENOUGH = 1 << 15;

    private static final Detectors EVERYTHING = Detectors.with(ContactData.REMOVE);

    static Stream<String> adversarial() {
        var all = new ArrayList<String>();
        all.addAll(
                List.of(
                        "a",
                        "A",
                        "0",
                        "1",
                        "4",
                        "9",
                        " ",
                        "-",
                        ".",
                        ":",
                        "%",
                        "=",
                        "@",
                        "+",
                        "<",
                        "_",
                        "41",
                        "4 ",
                        "4111 ",
                        "1-",
                        "1.",
                        "1:",
                        "1/1/",
                        "12:",
                        "a1",
                        "1a",
                        "a@",
                        "a.",
                        "a@a.",
                        "@a.a",
                        "+1",
                        "+1 ",
                        "(1",
                        "eyJ",
                        "eyJ.",
                        ".eyJ",
                        "AKIA",
                        "bearer ",
                        "authorization:",
                        "authorization: Basic ",
                        "access_token=",
                        "key=",
                        "key:",
                        "key ",
                        "key-",
                        "secret",
                        "secret ",
                        "secret-",
                        "secret=",
                        "token=a",
                        "token: a1b2",
                        "password",
                        "password=",
                        "password=\"",
                        "password=\"x",
                        "password=\" ",
                        "passwordpassword=",
                        "pass'",
                        "api_key=\"",
                        "key=a.b.c",
                        "_key",
                        "key_",
                        "key.key.",
                        "a-key-",
                        "://",
                        "a://",
                        "a://b:",
                        "a://b:c@",
                        "a://b@",
                        "://:@",
                        "://a:b",
                        "curl -u ",
                        "curl --user a:",
                        "psexec -p ",
                        " -p a",
                        "-----BEGIN ",
                        "-----BEGIN PRIVATE KEY-----\n",
                        "-----END ",
                        "private-lines:",
                        "ghp_",
                        "ghp_a",
                        "sk-",
                        "sk-a",
                        "sk_live_",
                        "glpat-",
                        "xoxb-",
                        "xoxb-1",
                        "SG.",
                        "pat.",
                        "hf_",
                        "EAA",
                        "EAAA",
                        "AIza",
                        "AIzaa",
                        "SK0",
                        "q~",
                        "0q~",
                        "-us1",
                        ":aa",
                        "1:aa",
                        ".aaaaaa.",
                        "_mmk",
                        "nral",
                        "$2a$",
                        "$1$",
                        "$6$a$",
                        "t3blbkfj",
                        "T3BlbkFJ",
                        "kind: secret\n",
                        "kind: secret\ndata:\n",
                        "data:\n a: b\n",
                        "\n a: aaaaaaaa",
                        "p<",
                        "P<UTO<<\n",
                        "cvv",
                        "cvv:",
                        "vin ",
                        "birth 1",
                        "[REDACTED:",
                        "[REDACTED:a:",
                        "[REDACTED:aaaa:12345678]",
                        "DE89",
                        "DE89 3704 ",
                        "de 8",
                        "aa 11 ",
                        "{\"",
                        "[",
                        "\\u0041",
                        "\\u00",
                        "{\\u0041",
                        "%41",
                        "%4",
                        "%%41",
                        "YWFh",
                        "YQ==",
                        "61",
                        "61 ",
                        "\u200B",
                        "\uFF14",
                        "=\n",
                        "\"\"",
                        "\\n",
                        "\\\"",
                        "key=\\\"",
                        "session_token=",
                        "machine login password ",
                        "ssn 123-45-6789 ",
                        "tel 1234567 ",
                        "mac 1:",
                        "aa:",
                        "1::",
                        "client ip 1.1.1.1 ",
                        "1.1.1.1."));
        all.add("secret:" + "a".repeat(39) + " ");
        all.add("x".repeat(23) + ".");
        all.add("a".repeat(59) + "\n");
        all.add("password=" + "a".repeat(1_024));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("adversarial")
    void theWorkIsLinearInWhateverIsWritten(String pattern) {
        isLinear(pattern.repeat(LONG_ENOUGH / pattern.length() + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "=", "key=a ", "YWFh"})
    void aMegabyteCostsAMegabytesWork(String pattern) {
        isLinear(pattern.repeat(MEGABYTE / pattern.length()));
    }

    private static void isLinear(String text) {
        for (var node : List.of(Screened.text("t", text), Screened.text("password", text))) {
            var inspection = inspection(Inspection.Limits.STANDARD);
            try {
                inspection.json(node, "/t", List.of());
            } catch (Inspection.LimitExceededException e) {
                assertThat(e.type()).isEqualTo("findings");
            }
            assertThat(inspection.work())
                    .as("looks at " + text.length() + " characters")
                    .isLessThan(MOST_WORK * text.length());
        }
    }

    @Test
    void manySmallLeavesCostWhatOneLargeOneDoes() {
        var list = JsonNodeFactory.instance.arrayNode();
        for (var i = 0; i < 20_000; i++) {
            list.add("key=a 1.2.3.4");
        }
        var node = JsonNodeFactory.instance.objectNode();
        node.set("k".repeat(1_000), list);
        var inspection = inspection(Inspection.Limits.STANDARD);

        inspection.json(node, "/t", List.of());

        assertThat(inspection.work()).isLessThan(MOST_WORK * 20_000 * 64);
    }

    @Test
    void jsonInJsonTenThousandTimesIsNoRecursion() {
        var nested = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);
        var quotes = "\"" + "\\\"".repeat(10_000) + "\"";
        var arrays = "[".repeat(10_000) + "]".repeat(10_000);
        var strings = "1";
        for (var i = 0; i < 14; i++) {
            strings = "{\"a\":" + Manifests.quoted(strings) + "}";
        }

        for (var text : List.of(nested, quotes, arrays, strings)) {
            assertThat(Screened.typesIn(text)).isEmpty();
        }
    }

    @Test
    void asManyFindingsAsCanBeRecordedPassAndOneMoreBlocks() {
        var limits = new Inspection.Limits(2, 1_000, 1_000_000);
        var two = "a: " + Template.filled("ghp_{w36}") + " b: " + Template.filled("gho_{w36}");

        assertThat(screen(limits, two)).isInstanceOf(ScreenedResult.Passed.class);
        assertThat(screen(limits, two + " c: " + Template.filled("ghu_{w36}")))
                .isEqualTo(
                        blocked("findings", limits, two + " c: " + Template.filled("ghu_{w36}")));
    }

    @Test
    void asMuchEncodedTextAsMayBeDecodedPassesAndOneMoreBlocks() {
        var limits = new Inspection.Limits(10, 100, 1_000_000);

        assertThat(screen(limits, base64("word ".repeat(20))))
                .isInstanceOf(ScreenedResult.Passed.class);
        var blocked = screen(limits, base64("word ".repeat(20) + "x"));
        assertThat(((ScreenedResult.Blocked) blocked).message())
                .isEqualTo(
                        "the result would carry more encoded text than can be screened; ask for less");
        assertThat(blocked.findings().getFirst().type()).isEqualTo("decoded");
    }

    @Test
    void moreWorkThanAllowedBlocksArgumentsAndResults() {
        var text = Screened.text("t", "word ".repeat(200));
        var enough = inspection(Inspection.Limits.STANDARD);
        enough.json(text, "/t", List.of());
        var exact = new Inspection.Limits(10, 1_000, enough.work());
        var less = new Inspection.Limits(10, 1_000, enough.work() - 1);

        assertThat(screen(exact, text)).isInstanceOf(ScreenedResult.Passed.class);
        assertThat(screen(less, text).findings().getFirst().type()).isEqualTo("work");
        assertThat(
                        new Screening(Screened.DIGEST, Detectors.STANDARD, less)
                                .screenArguments(Manifests.reading(), (ObjectNode) text))
                .isInstanceOfSatisfying(
                        ScreenedArguments.Blocked.class,
                        blocked ->
                                assertThat(blocked.message())
                                        .isEqualTo("the arguments would take too long to screen"));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ScreenedResult blocked(String type, Inspection.Limits limits, String text) {
        var result = screen(limits, text);
        assertThat(result).isInstanceOf(ScreenedResult.Blocked.class);
        assertThat(result.findings().getFirst().type()).isEqualTo(type);
        return result;
    }

    private static ScreenedResult screen(Inspection.Limits limits, String text) {
        return screen(limits, Screened.text("t", text));
    }

    private static ScreenedResult screen(Inspection.Limits limits, JsonNode result) {
        return new Screening(Screened.DIGEST, Detectors.STANDARD, limits)
                .screenResult(Manifests.reading(), result, null, null);
    }

    private static Inspection inspection(Inspection.Limits limits) {
        var detectors = EVERYTHING;
        return new Inspection(
                detectors.ofResults(),
                Screened.DIGEST,
                Set.of(Label.SECRET, Label.CREDENTIAL, Label.FINANCIAL, Label.PII),
                Set.of(),
                limits);
    }
}
