package dev.sluicegate.tools.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.kit.testing.ManifestContract;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest extends ManifestContract {
    ManifestTest() {
        super(Send.class, Send::new, List.of("MAILBOX"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": [\"b@example.com\", \"c@example.com\"]}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": []}",
                "{\"to\": \"a@example.com\", \"subject\": \"Gr\\u00fc\\u00dfe\", \"body\": \"b\"}"
            })
    void theseArgumentsAreAccepted(String arguments) {
        assertThat(accepts(arguments)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"to\": \"nobody\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"a@b@example.com\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"Ada <a@example.com>\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com,b@evil.test\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": [\"a@example.com\"], \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": \"b@example.com\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": [\"a b@example.com\"]}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": [\"a@example.com\", \"a@example.com\"]}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": [\"a0@example.com\", \"a1@example.com\", \"a2@example.com\", \"a3@example.com\", \"a4@example.com\", \"a5@example.com\", \"a6@example.com\", \"a7@example.com\", \"a8@example.com\", \"a9@example.com\", \"a10@example.com\"]}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\\r\\nBcc: x@evil.test\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"bcc\": \"x@evil.test\"}"
            })
    void theseArgumentsAreRefused(String arguments) {
        assertThat(accepts(arguments)).isFalse();
    }
}
