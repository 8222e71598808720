package dev.sluicegate.tools.crm;

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

    private final ToolManifest manifest = ToolManifest.of(GetCustomer.class);

    @BeforeEach
    void region() {
        System.setProperty("aws.region", "eu-central-1");
    }

    @Test
    void theManifestIsValidAgainstItsSchema() throws Exception {
        try (var schema = ToolManifest.class.getResourceAsStream("tool.schema.json");
                var json = GetCustomer.class.getResourceAsStream("tool.json")) {
            assertThat(
                            registry()
                                    .getSchema(Objects.requireNonNull(schema))
                                    .validate(JSON.readTree(Objects.requireNonNull(json))))
                    .isEmpty();
        }
    }

    @Test
    void theZipNamesItsHandler() throws Exception {
        try (var handler = GetCustomer.class.getResourceAsStream("/META-INF/handler")) {
            assertThat(
                            new String(
                                    Objects.requireNonNull(handler).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(GetCustomer.class.getName());
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
        assertThat(new GetCustomer(environment, credentials, Clock.systemUTC())).isNotNull();

        for (var missing :
                new String[] {
                    "GRANT_SECRET_ID", "AUDIT_TABLE", "DATA_ROLE_ARN", "CUSTOMERS_TABLE"
                }) {
            var without = new HashMap<>(environment);
            without.remove(missing);
            assertThatThrownBy(() -> new GetCustomer(without, credentials, Clock.systemUTC()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(missing);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"customer_id\": \"C-1001\"}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"card_number\", \"iban\"]}"
            })
    void theseArgumentsAreAccepted(String arguments) throws Exception {
        assertThat(inputSchema().validate(JSON.readTree(arguments))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"customer_id\": 1}",
                "{\"customer_id\": \"1001\"}",
                "{\"customer_id\": \"C-1001\\n\"}",
                "{\"customer_id\": \"C-1*\"}",
                "{\"customer_id\": \"C-12345678901\"}",
                "{\"customer_id\": \"C-1\", \"fields\": []}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"name\", \"name\"]}",
                "{\"customer_id\": \"C-1\", \"fields\": [\"pk\"]}",
                "{\"customer_id\": \"C-1\", \"fields\": \"name\"}",
                "{\"customer_id\": \"C-1\", \"all\": true}"
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
