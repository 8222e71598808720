package dev.sluicegate.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static final long SEED = 20_261_123;

    /** RFC 8785, appendix B, without its integers beyond 2^53-1, which are refused. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2",
    })
    void numbersAreWrittenAsTheRfcWritesThem(String bits, String text) {
        var value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));

        assertThat(CanonicalJson.string(DoubleNode.valueOf(value))).isEqualTo(text);
    }

    /** RFC 8785, section 3.2.3. */
    @Test
    void keysAreSortedByUtf16CodeUnits() {
        var json =
                """
                {"\\u20ac": "Euro Sign", "\\r": "Carriage Return",
                 "\\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
                 "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control",
                 "\\u00f6": "Latin Small Letter O With Diaeresis"}
                """;

        assertThat(read(json).replaceAll("\"[^\"]*\":", ""))
                .isEqualTo(
                        "{\"Carriage Return\",\"One\",\"Control\","
                                + "\"Latin Small Letter O With Diaeresis\",\"Euro Sign\","
                                + "\"Emoji: Grinning Face\",\"Hebrew Letter Dalet With Dagesh\"}");
    }

    /** RFC 8785, section 3.2.2. */
    @Test
    void theExampleOfTheRfcHasItsBytes() {
        var json =
                """
                {"numbers": [1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                 "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                 "literals": [null, true, false]}
                """;

        assertThat(read(json))
                .isEqualTo(
                        "{\"literals\":[null,true,false],\"numbers\":[1e+30,4.5,0.002,1e-27],"
                                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }

    @Test
    void doublesAreWrittenAsAnIndependentLibraryWritesThem() throws Exception {
        var random = new Random(SEED);

        for (var i = 0; i < 50_000; i++) {
            var value =
                    i < 2_000 ? i * Double.MIN_VALUE : Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value) || unsafeInteger(value)) {
                continue;
            }
            var theirs = new JsonCanonicalizer("[" + value + "]").getEncodedString();
            var ours = "[" + CanonicalJson.string(DoubleNode.valueOf(value)) + "]";
            assertThat(ours).as("%s", value).isEqualTo(theirs);
        }
    }

    @Test
    void everyWrittenDoubleReadsBackAsItself() {
        var random = new Random(SEED + 1);

        for (var i = 0; i < 20_000; i++) {
            var value = Double.longBitsToDouble(random.nextLong());
            if (!Double.isFinite(value) || unsafeInteger(value)) {
                continue;
            }
            var text = CanonicalJson.string(DoubleNode.valueOf(value));
            assertThat(Double.parseDouble(text)).isEqualTo(value);
            assertThat(read(text)).isEqualTo(text);
        }
    }

    @Test
    void textsAreWrittenAsAnIndependentLibraryWritesThem() throws Exception {
        var random = new Random(SEED + 2);

        for (var i = 0; i < 5_000; i++) {
            var object = JsonNodeFactory.instance.objectNode();
            for (var field = 0; field < 5; field++) {
                object.put(text(random), text(random));
            }
            assertThat(CanonicalJson.bytes(object))
                    .isEqualTo(new JsonCanonicalizer(object.toString()).getEncodedUTF8());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740992",
                "-9007199254740992",
                "1e400",
                "0.1000000000000000055511151231",
                "9007199254740992.0",
                "1e20",
                "4.9e-324",
                "333333333.33333329",
                "0.30000000000000001",
                "9007199254740990.5",
                "123456789012345678901234567890"
            })
    void aNumberThatTwoReadersCouldReadDifferentlyIsRefusedWithItsPlace(String number) {
        assertThatThrownBy(() -> read("{\"a/b\":[0," + number + "]}"))
                .isInstanceOf(NotCanonicalException.class)
                .hasMessageStartingWith("`/a~1b/1`")
                .hasMessageNotContaining(number);
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740991, 9007199254740991",
        "-9007199254740991, -9007199254740991",
        "1.0, 1",
        "-0, 0",
        "-0.0, 0",
        "50.00, 50",
        "5e1, 50",
        "0.10, 0.1",
        "5e-324, 5e-324",
        "1e21, 1e+21",
    })
    void equalNumbersHaveEqualBytes(String written, String canonical) {
        assertThat(read(written)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "\udc00", "a\ud800b", "\udc00\ud800"})
    void aLoneSurrogateIsRefused(String text) {
        assertThatThrownBy(() -> CanonicalJson.bytes(TextNode.valueOf(text)))
                .isInstanceOf(NotCanonicalException.class);
        assertThatThrownBy(() ->
                        CanonicalJson.bytes(JsonNodeFactory.instance.objectNode().put(text, 1)))
                .isInstanceOf(NotCanonicalException.class);
    }

    @Test
    void whatIsNoJsonValueIsRefused() {
        assertThatThrownBy(() ->
                        CanonicalJson.bytes(JsonNodeFactory.instance.binaryNode(new byte[] {1})))
                .isInstanceOf(NotCanonicalException.class);
        assertThatThrownBy(() -> CanonicalJson.bytes(DoubleNode.valueOf(Double.NaN)))
                .isInstanceOf(NotCanonicalException.class);
    }

    @Test
    void theHashIsOverTheBytes() {
        assertThat(CanonicalJson.sha256(JsonNodeFactory.instance.objectNode()))
                .isEqualTo(
                        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }

    private static boolean unsafeInteger(double value) {
        return Math.rint(value) == value
                && Math.abs(value) > CanonicalJson.MAX_SAFE_INTEGER
                && Math.abs(value) < 1e21;
    }

    private static String read(String json) {
        return CanonicalJson.string(StrictJson.read(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (var i = random.nextInt(12); i > 0; i--) {
            var point =
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(0x20);
                        case 1 -> random.nextInt(0x80);
                        case 2 -> random.nextInt(0xd800);
                        default -> 0xe000 + random.nextInt(0x10ffff - 0xe000);
                    };
            text.appendCodePoint(point);
        }
        return text.toString();
    }
}
