package dev.sluicegate.tools.billing;

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

    private final ToolManifest manifest = ToolManifest.of(Refund.class);

    @BeforeEach
    void region() {
        System.setProperty("aws.region", "eu-central-1");
    }

    @Test
    void theManifestIsValidAgainstItsSchema() throws Exception {
        try (var schema = ToolManifest.class.getResourceAsStream("tool.schema.json");
                var json = Refund.class.getResourceAsStream("tool.json")) {
            assertThat(
                            registry()
                                    .getSchema(Objects.requireNonNull(schema))
                                    .validate(JSON.readTree(Objects.requireNonNull(json))))
                    .isEmpty();
        }
    }

    @Test
    void theZipNamesItsHandler() throws Exception {
        try (var handler = Refund.class.getResourceAsStream("/META-INF/handler")) {
            assertThat(
                            new String(
                                    Objects.requireNonNull(handler).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(Refund.class.getName());
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
        assertThat(new Refund(environment, credentials, Clock.systemUTC())).isNotNull();

        for (var missing :
                new String[] {
                    "GRANT_SECRET_ID", "AUDIT_TABLE", "DATA_ROLE_ARN", "INVOICES_TABLE"
                }) {
            var without = new HashMap<>(environment);
            without.remove(missing);
            assertThatThrownBy(() -> new Refund(without, credentials, Clock.systemUTC()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(missing);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0.01, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 49.99, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": -5, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 1000000, \"currency\": \"EUR\"}"
            })
    void theseArgumentsAreAccepted(String arguments) throws Exception {
        assertThat(inputSchema().validate(JSON.readTree(arguments))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": \"50\", \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 0.001, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 1000000.01, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"eur\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EURO\"}",
                "{\"invoice_id\": \"2001\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001#x\", \"amount\": 50, \"currency\": \"EUR\"}",
                "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EUR\", \"also\": 1}"
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
