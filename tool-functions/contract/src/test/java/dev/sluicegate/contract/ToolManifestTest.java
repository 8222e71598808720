package dev.sluicegate.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolManifestTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MANIFEST =
            """
            {"name": "billing___pay", "version": "1", "owner": "billing", "title": "Pay",
             "description": "Pays", "effect": "write", "risk": "high", "scopes": ["billing:*"],
             "inputSchema": {"type": "object", "additionalProperties": false,
               "properties": {"to": {"type": "string"}, "amount": {"type": "number"},
                 "n": {"type": "integer"}},
               "required": ["to"]},
             "outputSchema": {"type": "object"},
             "out": {"labels": ["pii", "financial"], "fields": {"/iban": "financial"}},
             "receivers": ["/to"], "egress": true, "bind": {"payee": "$.to"},
             "quota": {"sum": "$.amount"},
             "limits": {"timeoutMs": 5000, "resultBytes": 1000, "rows": 1},
             "audit": {"payload": "summary", "facts": ["/amount"]}, "isolation": "tenant",
             "role": {"statements": [{"Effect": "Allow", "Action": ["dynamodb:PutItem"],
               "Resource": ["${table:payments}"]}]},
             "consequence": "Pay {amount} to {to}"}
            """;

    @Test
    void aManifestSaysWhatItsFileSays() {
        var manifest = read(MANIFEST);

        assertThat(manifest.target()).isEqualTo("billing");
        assertThat(manifest.effect()).isEqualTo(Effect.WRITE);
        assertThat(manifest.risk()).isEqualTo(Risk.HIGH);
        assertThat(manifest.requiredScopes()).containsExactly("billing:*", "tools:write");
        assertThat(manifest.out().labels()).containsExactly(Label.PII, Label.FINANCIAL);
        assertThat(manifest.out().fields()).isEqualTo(Map.of("/iban", Label.FINANCIAL));
        assertThat(manifest.isolation()).isEqualTo(ToolManifest.Isolation.TENANT);
        assertThat(manifest.audit().payload()).isEqualTo(ToolManifest.Audit.Payload.SUMMARY);
        assertThat(manifest.schemaSha()).startsWith("sha256:");
    }

    @Test
    void anArgumentMayBeMirroredIntoAHeader() {
        var mirrored =
                MANIFEST.replace(
                        "\"n\": {\"type\": \"integer\"}",
                        "\"n\": {\"type\": \"integer\", \"x-mcp-header\": \"N\"}");

        assertThat(read(mirrored).inputSchema().findValues("x-mcp-header")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\": \"number\", \"x-mcp-header\": \"N\"}|only string, integer or boolean",
                "{\"x-mcp-header\": \"N\"}|only string, integer or boolean",
                "{\"type\": \"integer\", \"x-mcp-header\": \"a b\"}|not the token",
                "{\"type\": \"integer\", \"x-mcp-header\": \"\"}|not the token",
                "{\"type\": \"integer\", \"x-mcp-header\": 7}|not the token",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"string\", \"x-mcp-header\": \"X\"}, \"b\": {\"type\": \"string\", \"x-mcp-header\": \"x\"}}}|twice",
                "{\"type\": \"array\", \"items\": {\"type\": \"string\", \"x-mcp-header\": \"N\"}}|by `properties` alone"
            })
    void aMarkThatMakesClientsDropTheToolIsRefused(String property, String why) {
        var marked = MANIFEST.replace("\"n\": {\"type\": \"integer\"}", "\"n\": " + property);

        assertThatThrownBy(() -> read(marked))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x-mcp-header")
                .hasMessageContaining(why);
    }

    @Test
    void theWordsOfAManifestAreLowerCaseBothWays() {
        var json = read(MANIFEST).toJson();

        assertThat(json.path("effect").asText()).isEqualTo("write");
        assertThat(json.path("risk").asText()).isEqualTo("high");
        assertThat(json.at("/out/labels/0").asText()).isEqualTo("pii");
        assertThat(json.path("out").path("fields").path("/iban").asText()).isEqualTo("financial");
        assertThat(json.at("/audit/payload").asText()).isEqualTo("summary");
        assertThat(json.path("isolation").asText()).isEqualTo("tenant");
        assertThat(ToolManifest.of(json)).isEqualTo(read(MANIFEST));
    }

    @Test
    void theJsonOfAManifestIsValidAgainstItsSchema() {
        assertThat(schema().validate(json())).isEmpty();
        assertThat(schema().validate(read(MANIFEST).toJson())).isEmpty();
    }

    @Test
    void whatMayBeAbsentHasASafeDefault() {
        var json = json();
        json.remove(Set.of("scopes", "receivers", "bind", "quota", "limits", "audit", "isolation"));
        json.put("egress", false);

        var manifest = ToolManifest.of(json);

        assertThat(manifest.requiredScopes()).containsExactly("tools:write");
        assertThat(manifest.receivers()).isEmpty();
        assertThat(manifest.bind()).isEmpty();
        assertThat(manifest.quota()).isNull();
        assertThat(manifest.limits()).isEqualTo(ToolManifest.Limits.DEFAULT);
        assertThat(manifest.audit().payload()).isEqualTo(ToolManifest.Audit.Payload.DIGEST);
        assertThat(manifest.isolation()).isEqualTo(ToolManifest.Isolation.NONE);
        assertThat(manifest.toJson().has("quota")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "/name|\"pay\"",
                "/name|\"Billing___pay\"",
                "/name|\"___pay\"",
                "/version|\" \"",
                "/effect|\"WRITE\"",
                "/effect|\"delete\"",
                "/risk|\"huge\"",
                "/inputSchema/additionalProperties|true",
                "/inputSchema/type|\"array\"",
                "/outputSchema/type|\"array\"",
                "/out/labels|[\"personal\"]",
                "/out/labels|[\"PII\"]",
                "/out/fields|{\"iban\":\"financial\"}",
                "/receivers|[]",
                "/receivers|[\"/cc\"]",
                "/receivers|[\"to\"]",
                "/bind|{\"tenant\":\"$.to\"}",
                "/bind|{\"user\":\"$.to\"}",
                "/bind|{\"Payee\":\"$.to\"}",
                "/bind|{\"payee\":\"$.amount\"}",
                "/bind|{\"payee\":\"$.nobody\"}",
                "/bind|{\"payee\":\"to\"}",
                "/quota/sum|\"$.total\"",
                "/audit/payload|\"all\"",
                "/audit/facts|[\"/secret\"]",
                "/limits/timeoutMs|-1",
                "/limits/timeoutMs|20001",
                "/limits/resultBytes|5242881",
                "/isolation|\"user\"",
                "/role/statements/0/Effect|\"Deny\"",
                "/role/statements/0/Action|\"*\"",
                "/role/statements/0/Action|[\"dynamodb:*\"]",
                "/role/statements/0/Resource|\"*\"",
                "/role/statements/0/Resource|[]",
                "/surprise|1",
            })
    void aManifestWithOneThingWrongIsRefused(String pointer, String value) throws Exception {
        var json = json();
        set(json, pointer, JSON.readTree(value));

        assertThatThrownBy(() -> ToolManifest.of(json))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name",
                "version",
                "owner",
                "title",
                "description",
                "effect",
                "risk",
                "inputSchema",
                "outputSchema"
            })
    void aManifestWithoutARequiredFieldIsRefusedAndTheMessageNamesIt(String field) {
        var json = json();
        json.remove(field);

        assertThatThrownBy(() -> ToolManifest.of(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(field);
        assertThat(schema().validate(json)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "1", "{", "{\"name\":1,\"name\":2}", "{} {}"})
    void whatIsNoManifestIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theArgumentsThatBindACallBecomeTags() {
        var manifest = read(MANIFEST);

        assertThat(manifest.bound(JSON.createObjectNode().put("to", "a@example.com")))
                .isEqualTo(Map.of("payee", "a@example.com"));
        assertThatThrownBy(() -> manifest.bound(JSON.createObjectNode()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> manifest.bound(JSON.createObjectNode().put("to", 1.5)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ObjectNode json() {
        try {
            return (ObjectNode) JSON.readTree(MANIFEST);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void set(ObjectNode root, String pointer, JsonNode value) {
        var slash = pointer.lastIndexOf('/');
        var parent = (ObjectNode) root.at(pointer.substring(0, slash));
        parent.set(pointer.substring(slash + 1), value);
    }

    private static ToolManifest read(String json) {
        return ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static Schema schema() {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                        Objects.requireNonNull(
                                ToolManifest.class.getResourceAsStream("tool.schema.json")));
    }
}
