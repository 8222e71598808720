package dev.sluicegate.router.screening;

import static dev.sluicegate.router.screening.Screened.released;
import static dev.sluicegate.router.screening.Screened.typesIn;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords in URLs and on command lines. */
class CredentialsInTextTest {
    @ParameterizedTest
    @CsvSource({
        "connection_string, postgres://app:{w16}@db.internal:5432/app",
        "connection_string, postgresql://postgres:s2Tf2k@{w4}@db.example:5434/x",
        "connection_string, mysql://root:{w12}@db/shop",
        "connection_string, mongodb+srv://svc:{w16}@cluster0.example.net/?retryWrites=true",
        "connection_string, redis://:{w20}@cache:6379/0",
        "connection_string, amqps://guest:{w12}@mq:5671/",
        "connection_string, jdbc:postgresql://app:{w12}@db/x",
        "connection_string, jdbc:oracle:thin:scott/{w10}@//db:1521/x",
        "connection_string, sqlserver://sa:{w14}@db:1433",
        "url_password, https://user:{w14}@example.com/path",
        "url_password, ftp://user:{w8}@ftp.example.com",
        "url_password, https://x-token:{w20}@git.example.com/a/b.git"
    })
    void aPasswordInAUrlIsFoundAndTheRestStays(String type, String template) {
        var url = Template.filled(template);

        assertThat(typesIn("see " + url + " there")).containsExactly(type);
        assertThat(released("see " + url + " there"))
                .endsWith(url.substring(url.lastIndexOf('@')) + " there");
    }

    @ParameterizedTest
    @CsvSource({
        "password, Server=db;Database=a;User Id=sa;Password={w14};Encrypt=True",
        "password, jdbc:sqlserver://db:1433;user=sa;password={w14};encrypt=true",
        "password, jdbc:mysql://db/x?user=a&password={w14}&useSSL=true",
        "password, host=db user=app password={w14} dbname=x",
        "basic_auth, curl -u admin:{w14} https://example.com",
        "basic_auth, curl -s --user 'admin:{w14}' https://example.com",
        "basic_auth, sshpass -p {w14} ssh root@example.com",
        "bearer_token, Authorization: Basic YWRtaW46{w20}==",
        "azure_sas_signature, https://a.blob.core.example/c?sv=2024&sig={w43}%3D&se=2026"
    })
    void aPasswordAmongOtherSettingsIsFound(String type, String template) {
        assertThat(typesIn(Template.filled(template))).containsExactly(type);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://db.internal:5432/app",
                "https://example.com:8443/a@b",
                "https://user@example.com/",
                "https://<user>:<password>@example.com/",
                "postgres://${USER}:${PASSWORD}@db/x",
                "https://example.com/?next=https://a:443/@me",
                "curl -u \"$USER:$PASSWORD\" https://example.com",
                "curl https://example.com/a:b",
                "mkdir -p target/classes",
                "ratio is 3://4:5 @ noon"
            })
    void whatHasNoPasswordIsLeftAlone(String text) {
        assertThat(typesIn(text)).isEmpty();
        assertThat(released(text)).isEqualTo(text);
    }

    @Test
    void puttyAgeAndPgpKeysAreFound() {
        var age = "AGE-SECRET-" + "KEY-1" + "Q".repeat(58);

        assertThat(typesIn(age)).containsExactly("private_key");
        assertThat(
                        typesIn(
                                "-----BEGIN PGP "
                                        + "PRIVATE KEY BLOCK-----\n"
                                        + Template.filled("{b64}\n{b64}")
                                        + "\n-----END PGP PRIVATE KEY BLOCK-----"))
                .containsExactly("private_key");
    }
}
