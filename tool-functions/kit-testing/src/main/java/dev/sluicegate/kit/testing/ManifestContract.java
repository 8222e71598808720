package dev.sluicegate.kit.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.kit.ToolFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What holds for the manifest and the handler of every tool; a tool's test extends it and adds its arguments. */
public abstract class ManifestContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Class<? extends ToolFunction> handler;
    private final Starter starter;
    private final List<String> tables;

    /**
     * @param handler the class that {@code META-INF/handler} names
     * @param starter its public constructor
     * @param tables the tables it uses, each the environment variable {@code <TABLE>_TABLE}
     */
    protected ManifestContract(
            Class<? extends ToolFunction> handler, Starter starter, List<String> tables) {
        this.handler = handler;
        this.starter = starter;
        this.tables = List.copyOf(tables);
    }

    /** The constructor that the local stack calls. */
    @FunctionalInterface
    public interface Starter {
        ToolFunction start(
                Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock);
    }

    @BeforeEach
    void region() {
        System.setProperty("aws.region", "eu-central-1");
    }

    @Test
    void theManifestIsValidAgainstItsSchema() throws IOException {
        try (var schema = ToolManifest.class.getResourceAsStream("tool.schema.json");
                var json = handler.getResourceAsStream("tool.json")) {
            assertThat(
                            registry()
                                    .getSchema(Objects.requireNonNull(schema))
                                    .validate(JSON.readTree(Objects.requireNonNull(json))))
                    .isEmpty();
        }
    }

    @Test
    void theZipNamesItsHandler() throws IOException {
        try (var named = handler.getResourceAsStream("/META-INF/handler")) {
            assertThat(
                            new String(
                                    Objects.requireNonNull(named).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .isEqualToIgnoringNewLines(handler.getName());
        }
    }

    @Test
    void theHandlerStartsInItsEnvironmentOnly() {
        var credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret"));
        var environment = new HashMap<String, String>();
        environment.put("TOOL_NAME", ToolManifest.of(handler).name());
        environment.put("GRANT_SECRET_ID", "grant");
        environment.put("AUDIT_TABLE", "audit");
        environment.put("DATA_ROLE_ARN", "arn:aws:iam::000000000000:role/data");
        tables.forEach(table -> environment.put(table + "_TABLE", "table"));
        assertThat(starter.start(environment, credentials, Clock.systemUTC())).isNotNull();

        var needed = new ArrayList<>(List.of("GRANT_SECRET_ID", "AUDIT_TABLE", "DATA_ROLE_ARN"));
        tables.forEach(table -> needed.add(table + "_TABLE"));
        for (var missing : needed) {
            var without = new HashMap<>(environment);
            without.remove(missing);
            assertThatThrownBy(() -> starter.start(without, credentials, Clock.systemUTC()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(missing);
        }
    }

    /** Whether the manifest's input schema accepts these arguments, written as JSON. */
    protected boolean accepts(String arguments) {
        try {
            return inputSchema().validate(JSON.readTree(arguments)).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Schema inputSchema() {
        return registry().getSchema(ToolManifest.of(handler).inputSchema());
    }

    private static SchemaRegistry registry() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    }
}
