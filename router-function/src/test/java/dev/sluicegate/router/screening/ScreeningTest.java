package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Manifests.json;
import static dev.sluicegate.router.screening.Manifests.object;
import static dev.sluicegate.router.screening.Manifests.quoted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.record.KeyedDigest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScreeningTest {
    private static final KeyedDigest DIGEST = KeyedDigest.ofSecret("test");

    private final Screening screening = new Screening(DIGEST);

    static Stream<Planted.Secret> secrets() {
        return Stream.of(
                new Planted.Secret(
                        "aws_access_key", Planted.ACCESS_KEY, List.of(Planted.ACCESS_KEY)),
                new Planted.Secret(
                        "aws_secret_key",
                        "aws_secret_access_key=" + Planted.SECRET_KEY,
                        List.of(Planted.SECRET_KEY)),
                new Planted.Secret("jwt", Planted.JWT, List.of(Planted.JWT)),
                new Planted.Secret(
                        "bearer_token", "Bearer " + Planted.BEARER, List.of(Planted.BEARER)),
                new Planted.Secret("private_key", Planted.PEM, List.of(Planted.KEY_BODY)),
                new Planted.Secret("card_number", Planted.CARD, List.of(Planted.CARD)),
                new Planted.Secret("iban", Planted.IBAN, List.of(Planted.IBAN)));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInTheStructuredResultIsReplaced(Planted.Secret secret) {
        var result =
                passed(structured("{\"note\":" + quoted("see " + secret.text() + " now") + "}"));

        assertThat(result.structured().path("note").asText())
                .startsWith("see ")
                .endsWith(" now")
                .contains("[REDACTED:" + secret.type() + ":")
                .doesNotContain(secret.forbidden());
        assertThat(result.findings())
                .extracting(Finding::at, Finding::type)
                .contains(tuple("/result/structuredContent/note", secret.type()));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInATextBlockIsReplaced(Planted.Secret secret) {
        var result =
                passed(content("[{\"type\":\"text\",\"text\":" + quoted(secret.text()) + "}]"));

        assertThat(String.valueOf(result.content())).doesNotContain(secret.forbidden());
        assertThat(result.findings().getFirst().at()).isEqualTo("/result/content/0/text");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInAnEmbeddedResourceIsReplaced(Planted.Secret secret) {
        var encoded =
                Base64.getEncoder().encodeToString(secret.text().getBytes(StandardCharsets.UTF_8));

        var text =
                passed(
                        content(
                                "[{\"type\":\"resource\",\"resource\":{\"uri\":\"file:///a\",\"text\":"
                                        + quoted(secret.text())
                                        + "}}]"));
        var blob =
                passed(
                        content(
                                "[{\"type\":\"resource\",\"resource\":{\"uri\":\"file:///a\",\"blob\":\""
                                        + encoded
                                        + "\"}}]"));

        assertThat(String.valueOf(text.content())).doesNotContain(secret.forbidden());
        assertThat(text.findings().getFirst().at()).isEqualTo("/result/content/0/resource/text");
        assertThat(String.valueOf(blob.content())).doesNotContain(encoded);
        assertThat(blob.findings().getFirst().at()).isEqualTo("/result/content/0/resource/blob");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInAnErrorIsReplaced(Planted.Secret secret) {
        var result =
                passed(
                        screening.screenResult(
                                Manifests.reading(), null, null, "failed: " + secret.text()));

        assertThat(result.error()).startsWith("failed: ").doesNotContain(secret.forbidden());
        assertThat(result.findings().getFirst().at()).isEqualTo("/result/error");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInAKeyIsReplacedAndItsPlaceDoesNotTellIt(Planted.Secret secret) {
        var result = passed(structured("{" + quoted(secret.text()) + ":{\"x\":1}}"));

        assertThat(String.valueOf(result.structured())).doesNotContain(secret.forbidden());
        assertThat(result.findings().toString()).doesNotContain(secret.forbidden());
        assertThat(result.findings().getFirst().at()).isEqualTo("/result/structuredContent/*");
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInJsonInsideOfTextIsReplacedAndTheJsonStaysValid(Planted.Secret secret) {
        var once = "{\"items\":[{\"note\":" + quoted(secret.text()) + "}],\"n\":1}";
        var twice = "{\"body\":" + quoted(once) + "}";

        var result = passed(content("[{\"type\":\"text\",\"text\":" + quoted(twice) + "}]"));
        var inner = json(result.content().path(0).path("text").asText()).path("body").asText();

        assertThat(json(inner).path("n").asInt()).isEqualTo(1);
        assertThat(json(inner).at("/items/0/note").asText()).contains("[REDACTED:");
        assertThat(inner).doesNotContain(secret.forbidden());
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretInJsonThatNobodyCanParseIsReplaced(Planted.Secret secret) {
        var broken = "{\"note\":" + quoted(secret.text()) + ",";

        var result = passed(structured("{\"log\":" + quoted(broken) + "}"));

        for (var forbidden : secret.forbidden()) {
            assertThat(result.structured().path("log").asText()).doesNotContain(forbidden);
        }
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSecretWithHiddenCharactersInsideIsReplaced(Planted.Secret secret) {
        var middle = secret.text().length() - 5;
        var split =
                secret.text().substring(0, middle)
                        + "\u200B\u2060"
                        + secret.text().substring(middle);

        var result = passed(structured("{\"note\":" + quoted(split) + "}"));

        assertThat(result.structured().path("note").asText())
                .doesNotContain(secret.forbidden())
                .contains("[REDACTED:");
        assertThat(types(result.findings())).contains("hidden_characters", secret.type());
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void screeningTwiceChangesNothingMore(Planted.Secret secret) {
        var first = passed(structured("{\"note\":" + quoted(secret.text()) + "}"));

        var second =
                passed(screening.screenResult(Manifests.reading(), first.structured(), null, null));

        assertThat(second.structured()).isEqualTo(first.structured());
        assertThat(second.findings()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void findingsAndMessagesNeverHoldTheValue(Planted.Secret secret) {
        var arguments = object("{\"to\":\"a@example.com\",\"body\":" + quoted(secret.text()) + "}");

        var sent = screening.screenArguments(Manifests.sending(), arguments);

        assertThat(sent.toString()).doesNotContain(secret.forbidden());
        assertThat(passed(structured("{\"a\":" + quoted(secret.text()) + "}")).toString())
                .doesNotContain(secret.forbidden());
    }

    @Test
    void theSameSecretHasTheSameTagEverywhere() {
        var result =
                passed(
                        structured(
                                "{\"a\":\"4111 1111 1111 1111\",\"b\":\"card 4111-1111-1111-1111\","
                                        + "\"c\":4111111111111111}"));

        var tag = result.structured().path("a").asText();
        assertThat(tag).matches("\\[REDACTED:card_number:[0-9a-f]{8}]");
        assertThat(result.structured().path("b").asText()).isEqualTo("card " + tag);
        assertThat(result.structured().path("c").asText()).isEqualTo(tag);
    }

    @Test
    void anotherKeyGivesAnotherTag() {
        var other =
                (ScreenedResult.Passed)
                        new Screening(KeyedDigest.ofSecret("other"))
                                .screenResult(
                                        Manifests.reading(),
                                        json("{\"a\":\"" + Planted.CARD + "\"}"),
                                        null,
                                        null);

        assertThat(other.structured())
                .isNotEqualTo(passed(structured("{\"a\":\"" + Planted.CARD + "\"}")).structured());
    }

    @Test
    void theResultThatCameInIsNotChanged() {
        var result = json("{\"a\":[\"" + Planted.CARD + "\"]}");
        var before = result.deepCopy();

        structured(result.toString());
        screening.screenResult(Manifests.reading(), result, null, null);

        assertThat(result).isEqualTo((Object) before);
    }

    @Test
    void whatIsCleanPassesAsItIs() {
        var result =
                "{\"id\":\"C-1001\",\"n\":1,\"amount\":12.5,\"ok\":true,\"none\":null,"
                        + "\"text\":\"{ \\\"spaces\\\" : [1,2] }\",\"list\":[\"a\",{\"b\":\"é 👩‍👩‍👧 م‌ی\"}]}";

        var screened = passed(structured(result));

        assertThat(screened.structured()).isEqualTo(json(result));
        assertThat(screened.findings()).isEmpty();
        assertThat(screened.labels()).isEmpty();
    }

    @Test
    void theSecretKeyNextToAnAccessKeyIdIsFoundWithoutAName() {
        var csv = Planted.ACCESS_KEY + "," + Planted.SECRET_KEY;
        var siblings =
                "{\"id\":\"" + Planted.ACCESS_KEY + "\",\"value\":\"" + Planted.SECRET_KEY + "\"}";
        var array = "{\"row\":[\"" + Planted.ACCESS_KEY + "\",\"" + Planted.SECRET_KEY + "\"]}";

        for (var text : List.of("{\"csv\":\"" + csv + "\"}", siblings, array)) {
            assertThat(String.valueOf(passed(structured(text)).structured()))
                    .doesNotContain(Planted.SECRET_KEY)
                    .contains("aws_secret_key");
        }
    }

    @Test
    void whatIsGluedToAWordIsFoundByItsShape() {
        var text = "sees" + Planted.ACCESS_KEY + "and" + Planted.JWT;

        assertThat(types(passed(structured("{\"t\":" + quoted(text) + "}")).findings()))
                .containsExactly("aws_access_key", "jwt");
    }

    @Test
    void fortyCharactersAloneAreNoSecretKey() {
        var result = "{\"etag\":\"" + Planted.SECRET_KEY + "\"}";

        assertThat(passed(structured(result)).findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"secretAccessKey", "aws_secret_access_key", "SecretAccessKey", "secret"})
    void theKeyOfAValueSaysThatItIsASecretKey(String key) {
        var result = passed(structured("{\"" + key + "\":\"" + Planted.SECRET_KEY + "\"}"));

        assertThat(types(result.findings())).containsExactly("aws_secret_key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"access_token", "accessToken", "refresh_token", "id_token", "authorization"})
    void theKeyOfAValueSaysThatItIsAToken(String key) {
        var result = passed(structured("{\"" + key + "\":\"" + Planted.BEARER + "\"}"));

        assertThat(types(result.findings())).containsExactly("bearer_token");
        assertThat(result.structured().path(key).asText()).startsWith("[REDACTED:bearer_token:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nextToken",
                "pageToken",
                "cursor",
                "idempotencyKey",
                "accessTokenExpiresAt",
                "etag"
            })
    void otherTokensAreNone(String key) {
        assertThat(passed(structured("{\"" + key + "\":\"2026-05-04T16:22:34Zab1\"}")).findings())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the bearer of this letter is entitled to everything",
                "Bearer authentication is required-by-the-server",
                "Bearer resource_metadata=\"https://a.example\"",
                "Authorization: required",
                "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
                "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
                "eyJhbGciOiJub25lIn0",
                "AKIA is how ids start; AKIAIOSFODNN7EXAMPLE1 is one too long",
                "sha1 612dd272d1371c17149d439536b3216fdaeeb975 commit: 612dd272d1371c17149d439536b3216fdaeeb975"
            })
    void wordsAroundSecretsAreNoSecrets(String text) {
        assertThat(passed(structured("{\"t\":" + quoted(text) + "}")).findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"RSA ", "EC ", "DSA ", "ENCRYPTED ", "OPENSSH ", "PGP ", "ANY OTHER ", ""})
    void privateKeysOfAllKindsAreFound(String kind) {
        var suffix = kind.equals("PGP ") ? " BLOCK" : "";
        for (var newline : List.of("\n", "\r\n", "\\n", "\\\\n", "\" +\n\"", "%0A")) {
            var pem =
                    "-----BEGIN "
                            + kind
                            + "PRIVATE KEY"
                            + suffix
                            + "-----"
                            + newline
                            + Planted.KEY_BODY
                            + newline
                            + "-----END "
                            + kind
                            + "PRIVATE KEY"
                            + suffix
                            + "-----";

            var whole = passed(structured("{\"k\":" + quoted("a " + pem + " b") + "}"));
            var cut =
                    passed(
                            structured(
                                    "{\"k\":"
                                            + quoted(pem.substring(0, pem.indexOf("-----END")))
                                            + "}"));

            assertThat(whole.structured().path("k").asText())
                    .as(pem)
                    .matches("a \\[REDACTED:private_key:[0-9a-f]{8}] b");
            assertThat(String.valueOf(cut.structured())).doesNotContain(Planted.KEY_BODY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA+0AAAA3aWYtbW9kbnssc2lnbntyc2E\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
                "-----BEGIN%20RSA%20PRIVATE%20KEY-----%0AP2/56wAAA+0AAAA3aWYtbW9kbnssc2lnbntyc2E%0A-----END%20RSA%20PRIVATE%20KEY-----",
                "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nP2/56wAAA+0AAAA3aWYtbW9kbnssc2lnbntyc2E\nPrivate-MAC: 00",
                "P2/56wAAA+0AAAA3aWYtbW9kbnssc2lnbntyc2E AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
                "MC4CAQAwBQYDK2VwBCIEIP2/56wAAA+0AAAA3aWYtbW9kbnssc2lnbntyc2E="
            })
    void privateKeysInOtherClothesAreFound(String text) {
        assertThat(types(passed(structured("{\"k\":" + quoted(text) + "}")).findings()))
                .containsExactly("private_key");
    }

    @Test
    void aPrivateKeyThatIsSpreadOverLinesOfAnArrayIsReplaced() {
        var lines = JsonNodeFactory.instance.arrayNode();
        Planted.PEM.lines().forEach(lines::add);
        var result = JsonNodeFactory.instance.objectNode().set("lines", lines);

        var screened = passed(screening.screenResult(Manifests.reading(), result, null, null));

        assertThat(String.valueOf(screened.structured()))
                .doesNotContain(Planted.KEY_BODY)
                .doesNotContain("8D9r9K2m6N1Z");
    }

    @Test
    void thePrivatePartsOfAJsonWebKeyAreReplaced() {
        var jwk =
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                        + "\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}";

        var result = passed(structured(jwk));

        assertThat(result.structured().path("d").asText()).startsWith("[REDACTED:private_key:");
        assertThat(result.structured().path("x")).isEqualTo(json(jwk).path("x"));
    }

    @Test
    void lettersCannotHideBehindEscapesInJsonThatDoesNotParse() {
        var broken = "{\"a\":\"AK\\u0049A" + Planted.ACCESS_KEY.substring(4) + "\"";

        var result = passed(structured("{\"log\":" + quoted(broken) + "}"));

        assertThat(types(result.findings())).containsExactly("aws_access_key");
    }

    @Test
    void aDuplicateKeyInJsonInsideOfTextHidesNothing() {
        var twice = "{\"a\":\"" + Planted.ACCESS_KEY + "\",\"a\":\"x\"}";

        var result = passed(structured("{\"log\":" + quoted(twice) + "}"));

        assertThat(String.valueOf(result.structured())).doesNotContain(Planted.ACCESS_KEY);
    }

    @Test
    void anArgumentWhoseNameWouldChangeIsBlockedBecauseItsValueWasCheckedUnderAnotherName() {
        for (var arguments :
                List.of(
                        "{\"to\u200B\":\"eve@evil.test\"}",
                        "{\"to\u202E\":1,\"to\":2}",
                        "{\"deep\":[{\"" + Planted.ACCESS_KEY + "\":1}]}")) {
            var result = screening.screenArguments(Manifests.reading(), object(arguments));

            assertThat(result).as(arguments).isInstanceOf(ScreenedArguments.Blocked.class);
            assertThat(result.toString()).doesNotContain(Planted.ACCESS_KEY);
        }
    }

    @Test
    void anAccountNumberThatIsAKeyIsToldByNoPlace() {
        var iban = "DE89370400440532013000";

        var result =
                screening.screenArguments(
                        Manifests.reading(),
                        object(
                                "{\"m\":{\""
                                        + iban
                                        + "\":{\"k\":\""
                                        + Planted.ACCESS_KEY
                                        + "\"}}}"));

        var findings = ((ScreenedArguments.Passed) result).findings();
        assertThat(findings).hasSize(2);
        assertThat(findings.toString()).doesNotContain(iban);
    }

    @Test
    void keysThatDifferedInWhatWasTakenOutStayTwoKeys() {
        var result = passed(structured("{\"a\":1,\"a\u200B\":2,\"a\u200B\u200B\":3}"));

        assertThat(result.structured()).hasSize(3);
        assertThat(result.structured().path("a").asInt()).isEqualTo(1);
    }

    @Test
    void anImageStaysAsItIs() {
        var data = Base64.getEncoder().encodeToString(bytes(20_000));
        var block = "[{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"" + data + "\"}]";

        var result = passed(content(block));

        assertThat(result.content()).isEqualTo((Object) json(block));
        assertThat(result.findings()).isEmpty();
    }

    @Test
    void soundOfFewBytesStaysAsItIsAlsoWhereTheyAreControlCharacters() {
        var data =
                Base64.getEncoder()
                        .encodeToString(
                                "RIFF\u0001\u0002WAVE\u200B".getBytes(StandardCharsets.UTF_8));
        var block = "[{\"type\":\"audio\",\"mimeType\":\"audio/wav\",\"data\":\"" + data + "\"}]";

        var result = passed(content(block));

        assertThat(result.content()).isEqualTo((Object) json(block));
        assertThat(result.findings()).isEmpty();
    }

    @Test
    void aSecretThatCallsItselfAPictureIsTakenOut() {
        var secret = Planted.ACCESS_KEY;
        var data =
                Base64.getEncoder()
                        .encodeToString(("pixels " + secret).getBytes(StandardCharsets.UTF_8));
        var block = "[{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"" + data + "\"}]";

        var content = String.valueOf(passed(content(block)).content());

        assertThat(content).doesNotContain(data);
        assertThat(passed(content(block)).findings()).isNotEmpty();
    }

    @Test
    void hiddenAndBidirectionalCharactersAreTakenOutAndCounted() {
        var text = "a\u200Bb\uDB40\uDC41\u00ADc\u202Ed\u2066e\uFE0F\uFE0F\u001Bf\uD800g";

        var result =
                passed(structured("{\"t\":" + quoted(text).replace("\uD800", "\\ud800") + "}"));

        assertThat(result.structured().path("t").asText()).isEqualTo("abcdef\uFFFDg");
        assertThat(result.findings())
                .containsExactly(
                        new Finding(
                                "/result/structuredContent/t", "hidden_characters", 7, null, null),
                        new Finding(
                                "/result/structuredContent/t", "bidi_characters", 2, null, null));
    }

    @Test
    void declaredDataMayPassAndIsLabelled() {
        var manifest =
                Manifests.with(
                        ",\"out\":{\"labels\":[\"pii\"],\"fields\":{\"/accounts/*/iban\":\"financial\"}}");
        var result =
                "{\"accounts\":[{\"iban\":\"%s\",\"note\":\"%s\"}]}"
                        .formatted(Planted.IBAN, Planted.IBAN);

        var screened = passed(screening.screenResult(manifest, json(result), null, null));

        assertThat(screened.structured().at("/accounts/0/iban").asText()).isEqualTo(Planted.IBAN);
        assertThat(screened.structured().at("/accounts/0/note").asText()).startsWith("[REDACTED:");
        assertThat(screened.labels()).containsExactlyInAnyOrder(Label.PII, Label.FINANCIAL);
    }

    @Test
    void aFieldDeclaredAsSomethingElseDoesNotLetASecretPass() {
        var manifest = Manifests.with(",\"out\":{\"fields\":{\"/note\":\"financial\"}}");

        var screened =
                passed(
                        screening.screenResult(
                                manifest,
                                json("{\"note\":\"" + Planted.ACCESS_KEY + "\"}"),
                                null,
                                null));

        assertThat(String.valueOf(screened.structured())).doesNotContain(Planted.ACCESS_KEY);
    }

    @Test
    void aDeclaredFieldSaysNothingAboutContentBlocks() {
        var manifest = Manifests.with(",\"out\":{\"fields\":{\"/text\":\"financial\"}}");

        var screened =
                passed(
                        screening.screenResult(
                                manifest,
                                null,
                                (ArrayNode)
                                        json(
                                                "[{\"type\":\"text\",\"text\":\""
                                                        + Planted.IBAN
                                                        + "\"}]"),
                                null));

        assertThat(String.valueOf(screened.content())).doesNotContain(Planted.IBAN);
    }

    @Test
    void aFieldThatIsAbsentTeachesNothing() {
        var manifest =
                Manifests.with(
                        ",\"out\":{\"fields\":{\"/email\":\"pii\",\"/card\":\"financial\"}}");

        var screened =
                passed(
                        screening.screenResult(
                                manifest, json("{\"email\":\"a@b.c\",\"card\":null}"), null, null));

        assertThat(screened.labels()).containsExactly(Label.PII);
    }

    @Test
    void nothingReturnedTeachesNothing() {
        var manifest = Manifests.with(",\"out\":{\"labels\":[\"pii\"]}");

        var failed = passed(screening.screenResult(manifest, null, null, "no such customer"));
        var empty = passed(screening.screenResult(manifest, json("{}"), null, null));

        assertThat(failed.labels()).isEmpty();
        assertThat(failed.rows()).isZero();
        assertThat(empty.labels()).isEmpty();
    }

    @Test
    void findingsTeachTheirLabels() {
        var result =
                passed(
                        structured(
                                "{\"a\":\"%s\",\"b\":\"%s\",\"c\":%s}"
                                        .formatted(
                                                Planted.ACCESS_KEY,
                                                Planted.CARD,
                                                quoted(Planted.PEM))));

        assertThat(result.labels())
                .containsExactlyInAnyOrder(Label.CREDENTIAL, Label.FINANCIAL, Label.SECRET);
    }

    @Test
    void rowsAreTheLargestArray() {
        assertThat(passed(structured("{\"a\":[1,2,3],\"b\":[1]}")).rows()).isEqualTo(3);
        assertThat(passed(structured("{\"a\":{\"b\":[[1,2],[3]]}}")).rows()).isEqualTo(2);
        assertThat(passed(structured("{\"a\":1}")).rows()).isEqualTo(1);
        assertThat(passed(content("[{\"type\":\"text\",\"text\":\"[1,2,3,4]\"}]")).rows())
                .isEqualTo(4);
    }

    @Test
    void oneRowMoreThanTheLimitIsBlocked() {
        var manifest = Manifests.with(",\"limits\":{\"timeoutMs\":0,\"resultBytes\":0,\"rows\":3}");

        assertThat(screening.screenResult(manifest, json("{\"a\":[1,2,3]}"), null, null))
                .isInstanceOf(ScreenedResult.Passed.class);
        assertThat(types(screening.screenResult(manifest, json("[1,2,3,4]"), null, null)))
                .contains("rows");
        assertThat(
                        types(
                                screening.screenResult(
                                        manifest,
                                        null,
                                        (ArrayNode)
                                                json(
                                                        "[{\"type\":\"text\",\"text\":\"[1,2,3,4]\"}]"),
                                        null)))
                .contains("rows");
    }

    @Test
    void oneByteMoreThanTheLimitIsBlocked() {
        var manifest =
                Manifests.with(",\"limits\":{\"timeoutMs\":0,\"resultBytes\":100,\"rows\":0}");
        var fits = "{\"a\":\"" + "é".repeat(46) + "\"}";
        var over = "{\"a\":\"" + "é".repeat(46) + "x\"}";

        assertThat(fits.getBytes(StandardCharsets.UTF_8)).hasSize(100);
        assertThat(screening.screenResult(manifest, json(fits), null, null))
                .isInstanceOf(ScreenedResult.Passed.class);
        assertThat(types(screening.screenResult(manifest, json(over), null, null)))
                .contains("bytes");
        assertThat(
                        types(
                                screening.screenResult(
                                        manifest, json(fits), (ArrayNode) json("[1]"), null)))
                .contains("bytes");
    }

    @Test
    void oneLevelMoreThanTheLimitIsBlocked() {
        var fits = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
        var over = "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}";

        assertThat(structured(fits)).isInstanceOf(ScreenedResult.Passed.class);
        assertThat(types(structured(over))).containsExactly("depth");
        assertThat(screening.screenArguments(Manifests.reading(), object(fits)))
                .isInstanceOf(ScreenedArguments.Passed.class);
        assertThat(screening.screenArguments(Manifests.reading(), object(over)))
                .isInstanceOf(ScreenedArguments.Blocked.class);
    }

    @Test
    void aKeyThatIsTooLongIsBlocked() {
        var key = "k".repeat(Screening.MAX_KEY_CHARACTERS);

        assertThat(structured("{\"" + key + "\":1}")).isInstanceOf(ScreenedResult.Passed.class);
        assertThat(types(structured("{\"x\":[{\"" + key + "k\":1}]}"))).contains("key_length");
    }

    @Test
    void aNumberThatTwoReadersWouldReadDifferentlyIsBlocked() {
        var result =
                screening.screenResult(
                        Manifests.reading(),
                        JsonNodeFactory.instance
                                .objectNode()
                                .set("n", LongNode.valueOf(Long.MAX_VALUE)),
                        null,
                        null);
        var nan =
                screening.screenResult(
                        Manifests.reading(),
                        JsonNodeFactory.instance
                                .objectNode()
                                .set("n", DoubleNode.valueOf(Double.NaN)),
                        null,
                        null);

        assertThat(types(result)).containsExactly("not_canonical");
        assertThat(types(nan)).containsExactly("not_canonical");
    }

    @Test
    void tooManyFindingsAreBlocked() {
        var many = JsonNodeFactory.instance.arrayNode();
        for (var i = 0; i <= Inspection.MAX_FINDINGS; i++) {
            many.add("card 4111 1111 1111 1111");
        }
        var result = JsonNodeFactory.instance.objectNode().set("a", many);

        var blocked = screening.screenResult(Manifests.reading(), result, null, null);

        assertThat(blocked).isInstanceOf(ScreenedResult.Blocked.class);
        assertThat(blocked.findings().getFirst().type()).isEqualTo("findings");
    }

    @Test
    void aLongErrorIsCutAfterItWasScreened() {
        var error = "x".repeat(Screening.MAX_ERROR_CHARACTERS - 10) + " " + Planted.ACCESS_KEY;

        var result = passed(screening.screenResult(Manifests.reading(), null, null, error));

        assertThat(result.error())
                .hasSize(Screening.MAX_ERROR_CHARACTERS + 1)
                .doesNotContain("AKIA");
    }

    @Test
    void aCredentialMayNotBeSent() {
        for (var secret : List.of(Planted.ACCESS_KEY, Planted.JWT, Planted.PEM)) {
            var screened =
                    screening.screenArguments(
                            Manifests.sending(), object("{\"body\":" + quoted(secret) + "}"));

            assertThat(screened).isInstanceOf(ScreenedArguments.Blocked.class);
            assertThat(((ScreenedArguments.Blocked) screened).message()).contains("/args/body");
        }
    }

    @Test
    void aCredentialForAToolInsideIsReplaced() {
        var screened =
                (ScreenedArguments.Passed)
                        screening.screenArguments(
                                Manifests.reading(),
                                object("{\"q\":\"" + Planted.ACCESS_KEY + "\"}"));

        assertThat(screened.arguments().path("q").asText()).startsWith("[REDACTED:aws_access_key:");
        assertThat(screened.findings().getFirst().at()).isEqualTo("/args/q");
    }

    @Test
    void aPaymentKeepsItsAccountAndIsLabelled() {
        var arguments =
                object(
                        "{\"to\":\"a@example.com\",\"iban\":\"%s\",\"card\":%s}"
                                .formatted(Planted.IBAN, Planted.CARD));

        var screened =
                (ScreenedArguments.Passed)
                        screening.screenArguments(Manifests.sending(), arguments);

        assertThat(screened.arguments()).isEqualTo(arguments);
        assertThat(screened.findings())
                .extracting(Finding::type, Finding::label)
                .containsExactlyInAnyOrder(
                        tuple("iban", Label.FINANCIAL), tuple("card_number", Label.FINANCIAL));
    }

    @Test
    void argumentsLoseTheirHiddenCharacters() {
        var screened =
                (ScreenedArguments.Passed)
                        screening.screenArguments(
                                Manifests.sending(),
                                object("{\"to\":\"a\u202E@example.com\",\"b\":\"x\u200By\"}"));

        assertThat(screened.arguments())
                .isEqualTo(object("{\"to\":\"a@example.com\",\"b\":\"xy\"}"));
        assertThat(types(screened.findings()))
                .containsExactly("bidi_characters", "hidden_characters");
    }

    @Test
    void largeArgumentsAreBlocked() {
        var arguments = object("{\"a\":\"" + "x".repeat(Screening.MAX_ARGUMENT_BYTES) + "\"}");

        assertThat(screening.screenArguments(Manifests.reading(), arguments))
                .isInstanceOf(ScreenedArguments.Blocked.class);
    }

    @Test
    void noPlantedSecretSurvivesAnywhere() {
        var random = new Random(20261123);
        for (var round = 0; round < 3_000; round++) {
            var secret = Planted.random(random);
            var before = noise(random);
            var after =
                    List.of("", " ", "\n", ". And so on", "\"", "')", "|", "&x=", " é")
                            .get(random.nextInt(9));
            var text = before + secret.text() + after;
            JsonNode structured = null;
            ArrayNode content = null;
            String error = null;
            switch (random.nextInt(6)) {
                case 0 -> structured = json("{\"a\":{\"b\":[" + quoted(text) + "]}}");
                case 1 -> structured = json("{" + quoted(text) + ":true}");
                case 2 ->
                        content =
                                (ArrayNode)
                                        json("[{\"type\":\"text\",\"text\":" + quoted(text) + "}]");
                case 3 ->
                        content =
                                (ArrayNode)
                                        json(
                                                "[{\"type\":\"text\",\"text\":"
                                                        + quoted("{\"x\":" + quoted(text) + "}")
                                                        + "}]");
                case 4 ->
                        structured =
                                json(
                                        "{\"log\":"
                                                + quoted(
                                                        "[{\"x\":"
                                                                + quoted(
                                                                        "{\"y\":"
                                                                                + quoted(text)
                                                                                + "}")
                                                                + "}]")
                                                + "}");
                default -> error = text;
            }

            var screened = screening.screenResult(Manifests.reading(), structured, content, error);

            if (screened instanceof ScreenedResult.Blocked blocked) {
                assertThat(blocked.toString()).doesNotContain(secret.forbidden());
                continue; // a private key as a key is longer than a key may be
            }
            var passed = (ScreenedResult.Passed) screened;
            var all = passed.structured() + "" + passed.content() + passed.error();
            for (var forbidden : secret.forbidden()) {
                assertThat(all)
                        .as("round %d, %s behind `%s`", round, secret.type(), before)
                        .doesNotContain(forbidden);
            }
            assertThat(types(passed.findings())).contains(secret.type());
        }
    }

    private static String noise(Random random) {
        return List.of(
                        "",
                        " ",
                        "\n",
                        "the value is ",
                        "key=",
                        "\"",
                        "('",
                        " | ",
                        ", ",
                        "&x=",
                        "C-1001;",
                        "é ",
                        "日本 ")
                .get(random.nextInt(13));
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private ScreenedResult structured(String json) {
        return screening.screenResult(Manifests.reading(), json(json), null, null);
    }

    private ScreenedResult content(String json) {
        return screening.screenResult(Manifests.reading(), null, (ArrayNode) json(json), null);
    }

    private static PassedResult passed(ScreenedResult result) {
        assertThat(result).isInstanceOf(ScreenedResult.Passed.class);
        var passed = (ScreenedResult.Passed) result;
        return new PassedResult(
                passed.structured() == null
                        ? JsonNodeFactory.instance.missingNode()
                        : passed.structured(),
                passed.content() == null
                        ? JsonNodeFactory.instance.missingNode()
                        : passed.content(),
                passed.error(),
                passed.findings(),
                passed.labels(),
                passed.rows());
    }

    /** A result with missing nodes for absent parts. */
    private record PassedResult(
            JsonNode structured,
            JsonNode content,
            @Nullable String error,
            List<Finding> findings,
            Set<Label> labels,
            long rows) {
        @Override
        public String toString() {
            return findings.toString();
        }
    }

    private static List<String> types(ScreenedResult result) {
        assertThat(result).isInstanceOf(ScreenedResult.Blocked.class);
        return types(result.findings());
    }

    private static List<String> types(List<Finding> findings) {
        return findings.stream().map(Finding::type).toList();
    }
}
