package dev.sluicegate.tools.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.contract.ToolManifest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class ManifestTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ToolManifest manifest = ToolManifest.of(Send.class);

    @BeforeEach
    void region() {
        System.setProperty("aws.region", "eu-central-1");
    }

    @Test
    void theManifestIsValidAgainstItsSchema() throws Exception {
        try (var schema = ToolManifest.class.getResourceAsStream("tool.schema.json");
                var json = Send.class.getResourceAsStream("tool.json")) {
            assertThat(
                            registry()
                                    .getSchema(Objects.requireNonNull(schema))
                                    .validate(JSON.readTree(Objects.requireNonNull(json))))
                    .isEmpty();
        }
    }

    @Test
    void theZipNamesItsHandler() throws Exception {
        try (var handler = Send.class.getResourceAsStream("/META-INF/handler")) {
            assertThat(
                            new String(
                                    Objects.requireNonNull(handler).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(Send.class.getName());
        }
    }

    @Test
    void theHandlerStartsInItsEnvironmentOnly() {
        var credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret"));
        var environment =
                Map.of(
                        "TOOL_NAME", manifest.name(),
                        "GRANT_SECRET_ID", "grant",
                        "AUDIT_TABLE", "audit",
                        "DATA_ROLE_ARN", "arn:aws:iam::000000000000:role/data",
                        "CUSTOMERS_TABLE", "customers",
                        "INVOICES_TABLE", "invoices",
                        "REFUNDS_TABLE", "refunds",
                        "MAILBOX_TABLE", "mailbox");
        assertThat(new Send(environment, credentials, Clock.systemUTC())).isNotNull();

        for (var missing :
                new String[] {"GRANT_SECRET_ID", "AUDIT_TABLE", "DATA_ROLE_ARN", "MAILBOX_TABLE"}) {
            var without = new HashMap<>(environment);
            without.remove(missing);
            assertThatThrownBy(() -> new Send(without, credentials, Clock.systemUTC()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(missing);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\"}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": [\"b@example.com\", \"c@example.com\"]}",
                "{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\", \"cc\": []}",
                "{\"to\": \"a@example.com\", \"subject\": \"Gr\\u00fc\\u00dfe\", \"body\": \"b\"}"
            })
    void theseArgumentsAreAccepted(String arguments) throws Exception {
        assertThat(inputSchema().validate(JSON.readTree(arguments))).isEmpty();
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
    void theseArgumentsAreRefused(String arguments) throws Exception {
        assertThat(inputSchema().validate(JSON.readTree(arguments))).isNotEmpty();
    }

    private Schema inputSchema() {
        return registry().getSchema(manifest.inputSchema());
    }

    private static SchemaRegistry registry() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    }
}
