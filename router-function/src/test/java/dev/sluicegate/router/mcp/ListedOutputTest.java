package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RefusalCode;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListedOutputTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String OWN =
            """
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
             "$defs": {"id": {"type": "string", "pattern": "^C-[0-9]+$"}},
             "properties": {"id": {"$ref": "#/$defs/id"}, "next": {"$ref": "#"}},
             "required": ["id"], "additionalProperties": false}
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"C-1\"} | true",
                "{\"id\":\"C-1\",\"next\":{\"id\":\"C-2\"}} | true",
                "{\"id\":\"D-1\"} | false",
                "{\"id\":\"C-1\",\"next\":{\"id\":\"D-2\"}} | false",
                "{\"id\":\"C-1\",\"more\":1} | false",
                "{\"code\":\"denied\",\"message\":\"no\"} | false",
                "{} | false"
            })
    void itAdmitsWhatTheToolReturnsAndNothingElse(String result, boolean admitted)
            throws JsonProcessingException {
        assertThat(admits(JSON.readTree(result).deepCopy())).isEqualTo(admitted);
    }

    @Test
    void itAdmitsARefusalWithAllItsDetails() throws JsonProcessingException {
        var refused =
                new Outcome.Refused(
                        "01JDCALL000000000000000000",
                        "",
                        RefusalCode.APPROVAL_REQUIRED,
                        "an approval is needed",
                        List.of("because"),
                        new Outcome.ApprovalRequest(
                                "a", "sha256:00", "https://console.test/a", Instant.EPOCH));

        var structured = (ObjectNode) Results.refusal(refused).path("structuredContent");

        assertThat(admits(structured)).isTrue();
    }

    @Test
    void theDialectStaysAtTheRootAndTheManifestAsItWas() throws JsonProcessingException {
        var own = (ObjectNode) JSON.readTree(OWN);

        var listed = ListedOutput.of(own);

        assertThat(listed.path("$schema")).isEqualTo(own.path("$schema"));
        assertThat(listed.path("type").asText()).isEqualTo("object");
        assertThat(listed.path("anyOf").path(0).has("$schema")).isFalse();
        assertThat(own).isEqualTo(JSON.readTree(OWN));
    }

    private static boolean admits(ObjectNode result) throws JsonProcessingException {
        var listed = ListedOutput.of((ObjectNode) JSON.readTree(OWN));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(listed)
                .validate(result)
                .isEmpty();
    }
}
