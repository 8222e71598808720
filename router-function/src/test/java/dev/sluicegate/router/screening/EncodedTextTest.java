package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Screened.released;
import static dev.sluicegate.router.screening.Screened.typesIn;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EncodedTextTest {
    private static final String TOKEN = Template.filled("ghp_{w36}");

    private static final List<UnaryOperator<String>> ALL =
            List.of(
                    EncodedTextTest::base64,
                    EncodedTextTest::base64Url,
                    EncodedTextTest::lines,
                    EncodedTextTest::hex,
                    EncodedTextTest::percent);

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64Url(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String lines(String text) {
        return Base64.getMimeEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String percent(String text) {
        var out = new StringBuilder();
        for (var b : text.getBytes(StandardCharsets.UTF_8)) {
            out.append('%').append(HexFormat.of().toHexDigits(b));
        }
        return out.toString();
    }

    @Test
    void aSecretBehindOneOrTwoEncodingsTakesTheWholeBlobWithIt() {
        var text = "é config: token of ours = " + TOKEN + " and some more text to make it long, é";
        for (var outer : ALL) {
            var once = outer.apply(text);
            assertThat(released("before " + once + " after"))
                    .matches("before \\[REDACTED:github_token:[0-9a-f]{8}] after");
            for (var inner : ALL) {
                var twice = outer.apply("x: " + inner.apply(text) + " y");
                assertThat(released("before " + twice + " after"))
                        .as(twice)
                        .matches("before \\[REDACTED:github_token:[0-9a-f]{8}] after");
            }
        }
    }

    @Test
    void oneByteThatIsNoTextHidesNothing() {
        var token = ("the token " + TOKEN).getBytes(StandardCharsets.US_ASCII);
        var behindAByte = ByteBuffer.allocate(token.length + 1).put((byte) 0xFF).put(token).array();
        var beforeAByte = ByteBuffer.allocate(token.length + 1).put(token).put((byte) 0xFF).array();
        for (var bytes :
                List.of(
                        behindAByte,
                        beforeAByte,
                        ("\0\0\1 " + TOKEN).getBytes(StandardCharsets.US_ASCII),
                        ("$t = '" + TOKEN + "'").getBytes(StandardCharsets.UTF_16LE),
                        ("$t = '" + TOKEN + "'").getBytes(StandardCharsets.UTF_16BE))) {
            for (var blob :
                    List.of(
                            Base64.getEncoder().encodeToString(bytes),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                            HexFormat.of().formatHex(bytes))) {
                assertThat(released("run " + blob + " now"))
                        .as(blob)
                        .matches("run \\[REDACTED:github_token:[0-9a-f]{8}] now");
            }
        }
    }

    @Test
    void anEscapeInALineOfALogHidesNothing() {
        var escaped =
                "\\u00" + HexFormat.of().toHexDigits((byte) TOKEN.charAt(0)) + TOKEN.substring(1);
        var slashes = "k9Xz82LqPw77\\/vbNmR41sT0yAAbbCC\\/ddEE";

        assertThat(released("INFO {\"t\":\"" + escaped + "\"}"))
                .matches("INFO \\{\"t\":\"\\[REDACTED:github_token:[0-9a-f]{8}]\"}");
        assertThat(released("{\"a\":1}\n{\"client_secret\":\"" + slashes + "\"}\n"))
                .contains("[REDACTED:")
                .doesNotContain("k9Xz82LqPw77", "vbNmR41sT0yAAbbCC", "ddEE");
        assertThat(released("C:\\/temp\\u0041 stays")).isEqualTo("C:\\/temp\\u0041 stays");
    }

    @Test
    void aThirdEncodingIsNotOpened() {
        assertThat(typesIn(base64(base64(base64("t " + TOKEN))))).isEmpty();
    }

    @Test
    void jsonInsideOfBase64InsideOfJsonIsRead() {
        var inner = "{\"config\":{\"db_password\":\"hunter2hunter2\"}}";
        var outer = "{\"payload\":\"" + base64(inner) + "\"}";

        assertThat(typesIn(outer)).containsExactly("password", "password");
        assertThat(released(outer))
                .contains("[REDACTED:password:")
                .doesNotContain("payload\":\"ey");
    }

    @Test
    void whatIsEncodedAndHarmlessStaysAsItIs() {
        var bytes = new byte[3_000];
        new Random(3).nextBytes(bytes);
        for (var text :
                List.of(
                        base64("nothing to see here, only words and 4 numbers"),
                        hex("nothing to see here, only words and 4 numbers"),
                        "https://example.com/?q=a%20b%26c%3D1",
                        "100% of 5%25",
                        Base64.getEncoder().encodeToString(bytes),
                        HexFormat.of().formatHex(bytes),
                        "612dd272d1371c17149d439536b3216fdaeeb975",
                        "averyveryverylongwordwithoutanyblanksinit",
                        "%zz%4")) {
            assertThat(typesIn(text)).as(text).isEmpty();
            assertThat(released(text)).isEqualTo(text);
        }
    }

    @Test
    void aSecretKeptForOneKeyIsReadUnderItBehindAnEncoding() {
        var blob = Template.filled("{w48}");

        assertThat(Screened.typesUnder("note", base64("client_secret=" + blob))).contains("secret");
    }
}
