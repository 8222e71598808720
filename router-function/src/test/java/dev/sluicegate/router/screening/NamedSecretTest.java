package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Screened.released;
import static dev.sluicegate.router.screening.Screened.typesIn;
import static dev.sluicegate.router.screening.Screened.typesUnder;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamedSecretTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_key={w32}",
                "API_KEY: {h32}",
                "export CLIENT_SECRET='{h40}'",
                "\"clientSecret\" => \"{w24}\"",
                "const string AppToken = \"{w30}\";",
                "var hubspotToken string = \"{h8}-{h4}-{h4}-{h4}-{h12}\"",
                "System.setProperty(\"AIRTABLE_TOKEN\", \"{w17}\")",
                "<datadogToken>\n    {l40}\n</datadogToken>",
                "$lookerToken .= \"{l20}\"",
                "cloudflare_TOKEN ?= \"{h37}\"",
                "stripe.key: {w32}",
                "X-Api-Key: {w40}",
                "https://api.example.test/v1?api_key={w32}&page=2",
                "signing_key = {b43}=",
                "PrivateKey = {b43}=",
                "someclient SECRET {w32}",
                "company-secret-{w24}"
            })
    void aRandomValueBehindANameThatSaysSecretIsFound(String template) {
        var text = Template.filled(template);

        assertThat(typesIn(text)).as(text).hasSize(1);
        assertThat(released(text)).as(text).contains("[REDACTED:");
    }

    @ParameterizedTest
    @CsvSource({
        "password, hunter2",
        "db_password, open_sesame",
        "PGPASSWORD, s3cr!t#x",
        "userPwd, 4ian1234",
        "passphrase, correcthorse"
    })
    void aPasswordNeedsNoRandomnessUnderItsOwnKey(String key, String value) {
        assertThat(typesUnder(key, value)).containsExactly("password");
        assertThat(typesIn(key + "=" + value + "\nnext=1")).containsExactly("password");
        assertThat(typesIn(key + ": \"" + value + "\", other")).containsExactly("password");
        assertThat(typesIn("Server=db;" + key + "=" + value + ";Encrypt=true"))
                .containsExactly("password");
    }

    /** In a field its end is known: what would end a value in running text belongs to it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "&", ";", ",", " ", "'", "\"", "<", ")", "}", "|", "\\", "\t", "`", "\n", "é", "/"
            })
    void nothingOfAFieldThatIsNamedAfterASecretIsLeft(String sign) {
        var password = "Tr0ub4dor" + sign + "3xyz9";
        var token = "k9Xz82LqPw7" + sign + "77vbNmR41sT0y";
        for (var key : List.of("password", "db_password", "userPwd")) {
            assertThat(releasedUnder(key, password))
                    .as(key)
                    .matches("\\[REDACTED:password:[0-9a-f]{8}]");
        }
        for (var key : List.of("client_secret", "api_key", "secret", "token", "stripeKey")) {
            assertThat(releasedUnder(key, token))
                    .as(key)
                    .matches("\\[REDACTED:[a-z_]+:[0-9a-f]{8}]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse battery staple", "a&b&c&d&e&f", "x;y;z", " 1234"})
    void aPasswordMayBeWrittenInAnyWay(String password) {
        assertThat(releasedUnder("password", password))
                .matches("\\[REDACTED:password:[0-9a-f]{8}]");
        assertThat(releasedUnder("api_key", "k9&77vbNmR41sT0yQ2"))
                .matches("\\[REDACTED:secret:[0-9a-f]{8}]");
    }

    @ParameterizedTest
    @CsvSource({
        "password, ''",
        "password, your password here",
        "password, the password must have eight characters",
        "password, required",
        "secret, see the runbook of the team",
        "token, ask your administrator"
    })
    void wordsAboutASecretAreNone(String key, String value) {
        assertThat(releasedUnder(key, value)).isEqualTo(value);
    }

    private static String releasedUnder(String key, String value) {
        return Screened.releasedUnder(key, value);
    }

    @ParameterizedTest
    @CsvSource({
        "nextToken, {w64}",
        "nextPageToken, {k60}",
        "continuation_token, {w64}",
        "syncToken, {w40}",
        "idempotencyKey, {h8}-{h4}-{h4}-{h4}-{h12}",
        "cacheKey, {h64}",
        "partitionKey, CUST#{h8}-{h4}-{h4}-{h4}-{h12}",
        "primaryKey, {h32}",
        "objectKey, {h40}",
        "s3Key, reports/2026/{h32}.parquet",
        "keyFingerprint, SHA256:{w43}",
        "publicKey, {b120}",
        "apiKeyName, ci-deploy-79",
        "apiKeyId, {w20}",
        "secretArn, arn:aws:secretsmanager:eu-central-1:{d12}:secret:prod/db-{w6}",
        "tokenType, Bearer",
        "maxTokens, 4096",
        "total_tokens, 123456789012345678",
        "issueKey, OPS-2417",
        "monkey, {h32}",
        "keyboard, {h32}",
        "key, {h40}",
        "etag, {h32}",
        "sha, {h40}",
        "integrity, sha512-{b86}=="
    })
    void aNameThatSpeaksOfSomethingElseHidesNothing(String key, String template) {
        var value = Template.filled(template);

        assertThat(typesUnder(key, value)).as(key + ": " + value).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "the old api_key must be revoked before Friday",
                "Enter your password to continue",
                "password: required",
                "password reset for the account was requested",
                "\"passwordLabel\": \"Password:\"",
                "password = os.environ.get",
                "password = getPassword()",
                "password: ${DB_PASSWORD}",
                "password={{ .Values.password }}",
                "password: ********",
                "password=$1",
                "token: {{count}} tokens left",
                "secret: see the vault",
                "token = response.headers.authorization",
                "fix: token parser handles empty key (#3576)",
                "access key rotation is due on 2026-05-04",
                "a key of the map and a token of the text"
            })
    void proseAndProgramsHideNothing(String text) {
        assertThat(typesIn(text)).isEmpty();
    }

    @Test
    void theValueOfANamedSettingHasTheNameThatStandsBesideIt() {
        var value = Template.filled("{w32}");
        var json =
                Manifests.json("{\"env\":[{\"name\":\"API_TOKEN\",\"value\":\"" + value + "\"}]}");

        var released = Screened.released(new Screening(Screened.DIGEST), json).toString();

        assertThat(released).doesNotContain(value).contains("[REDACTED:");
    }

    @Test
    void aHiddenCharacterInANameDoesNotHideWhatItSays() {
        var screening = new Screening(Screened.DIGEST);
        for (var key : new String[] {"pass\u200Bword", "pas\u0000sword", "\u202Epassword"}) {
            var released = Screened.released(screening, Screened.text(key, "hunter2"));

            assertThat(released.path("password").asText()).startsWith("[REDACTED:password:");
        }
    }

    @Test
    void allDataOfAClusterSecretIsSecret() {
        var yaml =
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  first: "
                        + Template.filled("{b20}")
                        + "\n  second: "
                        + Template.filled("{b12}")
                        + "\n";
        var json =
                Manifests.json(
                        "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"db\"},\"data\":{\"first\":\"abc\"}}");

        assertThat(typesIn(yaml)).containsExactly("secret");
        assertThat(released(yaml)).contains("name: db").doesNotContain(Template.filled("{b12}"));
        assertThat(
                        Screened.released(new Screening(Screened.DIGEST), json)
                                .at("/data/first")
                                .asText())
                .startsWith("[REDACTED:secret:");
    }

    @Test
    void theSpecialTypeWinsOverTheNameAndNothingOfEitherStays() {
        var token = Template.filled("ghp_{w36}");

        assertThat(typesIn("api_key = \"" + token + "\"")).containsExactly("github_token");
        assertThat(released("api_key = \"" + token + "\""))
                .matches("api_key = \"\\[REDACTED:github_token:[0-9a-f]{8}]\"");
        assertThat(typesIn("password=prefix" + token + "\n")).hasSize(1);
        assertThat(released("password=pre!" + token + "\n"))
                .doesNotContain("pre!")
                .doesNotContain(token);
    }
}
