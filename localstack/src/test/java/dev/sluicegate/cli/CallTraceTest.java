package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.dynamodb.services.local.embedded.DynamoDBEmbedded;

class CallTraceTest {
    private static final String ISSUER = "http://127.0.0.1:8081";
    private static final String CALL = "01KAZ0000000000000000000AA";
    private static final String TOOL = "crm___get_customer";

    private final DynamoDbClient db = DynamoDBEmbedded.create().dynamoDbClient();
    private final CallTrace trace = new CallTrace(db, "test", "demo");

    @BeforeEach
    void tables() {
        for (var table : List.of("sluicegate-test-audit", "sluicegate-test-audit-index")) {
            db.createTable(create ->
                    create.tableName(table)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .attributeDefinitions(attribute("pk"), attribute("sk"))
                            .keySchema(key("pk", KeyType.HASH), key("sk", KeyType.RANGE)));
        }
    }

    @AfterEach
    void close() {
        db.close();
    }

    @Test
    void whatIsInShadowAndWhatAnotherServiceSaidIsToldOf() {
        var decided =
                "{\"outcome\":\"deny\",\"policies\":[],\"reasons\":[],\"set\":\"sha256:00\",\"version\":3,"
                        + "\"external\":{\"service\":\"opa/allow\",\"outcome\":\"deny\",\"reason\":\"closed\"},"
                        + "\"shadow\":[{\"set\":\"sha256:00\",\"outcome\":\"needs_approval\",\"policies\":[\"trial\"]},"
                        + "{\"set\":\"sha256:01\",\"outcome\":\"permit\",\"policies\":[]}]}";
        var call = OutputFormat.JSON.createObjectNode();
        call.set("decision", json(decided));

        assertThat(CallStory.of(call, ISSUER).lines())
                .contains(
                        "          opa/allow said deny: closed",
                        "shadow    needs approval by trial   were the policies in shadow enforced",
                        "shadow    permit   were the set in shadow in force: sha256:01");
    }

    private static JsonNode json(String text) {
        try {
            return OutputFormat.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void aCallThatRanIsToldFromItsRecords() {
        put(JournalKeys.call("demo", CALL), JournalKeys.INTENT, intent());
        put(JournalKeys.exec(TOOL, "demo", CALL), JournalKeys.EXEC, exec());
        put(JournalKeys.call("demo", CALL), JournalKeys.OUTCOME, outcome());
        index(RecordKind.INTENT, "tlog/2025", 0);
        index(RecordKind.OUTCOME, "tlog/2026", 4);

        var found = trace.of(CALL).orElseThrow();

        assertThat(found.path("principal").asText()).isEqualTo(PrincipalId.of(ISSUER, "ada"));
        assertThat(found.path("tool").asText()).isEqualTo(TOOL);
        assertThat(found.path("decision").toString())
                .isEqualTo(
                        "{\"outcome\":\"permit\",\"policies\":[\"grant-support-read\"],"
                                + "\"reasons\":[\"Support may\"],\"set\":\"sha256:00\",\"version\":3}");
        assertThat(found.path("intentAt").asText()).isEqualTo("2026-11-23T10:00:00.000Z");
        assertThat(found.path("exec").path("fn").asText()).isEqualTo("arn:tool");
        assertThat(found.path("session").path("accessKeyId").asText()).isEqualTo("ASIA1");
        assertThat(found.path("screening").toString())
                .isEqualTo(
                        "[{\"type\":\"aws_key\",\"where\":\"/result/structuredContent/notes\",\"count\":1}]");
        assertThat(found.path("outcome").path("bytes").asLong()).isEqualTo(321);
        assertThat(found.path("archive").toString())
                .isEqualTo("{\"log\":\"tlog/2026\",\"index\":4,\"checkpoint\":null}");
        var story = CallStory.of(found, ISSUER);
        assertThat(story)
                .contains(
                        "ada (", "permit by grant-support-read", "aws_key at /result", "tlog/2026");
    }

    @Test
    void aRefusalSaysWhyAndThatNothingRan() {
        put(JournalKeys.call("demo", CALL), JournalKeys.DENIED, denied());

        var found = trace.of(CALL).orElseThrow();

        assertThat(found.path("intentAt").isNull()).isTrue();
        assertThat(found.path("outcome").isNull()).isTrue();
        assertThat(found.path("archive").isNull()).isTrue();
        assertThat(found.path("refusal").path("code").asText()).isEqualTo("denied");
        assertThat(CallStory.of(found, ISSUER))
                .contains("denied at policy: chain holds pii", "not archived yet")
                .doesNotContain("\u001b");
    }

    @Test
    void anUnknownCallHasNoTrace() {
        assertThat(trace.of(CALL)).isEmpty();
        assertThat(trace.last()).isEmpty();
    }

    @Test
    void theLastCallIsTheYoungest() {
        recent("01KAZ0000000000000000000AA");
        recent("01KAZ0000000000000000000AC");
        recent("01KAZ0000000000000000000AB");

        assertThat(trace.last()).contains("01KAZ0000000000000000000AC");
    }

    private void put(String pk, String sk, AuditRecord record) {
        db.putItem(put ->
                put.tableName("sluicegate-test-audit")
                        .item(
                                Map.of(
                                        "pk",
                                        s(pk),
                                        "sk",
                                        s(sk),
                                        JournalKeys.RECORD,
                                        s(new String(record.bytes(), StandardCharsets.UTF_8)))));
    }

    private void index(RecordKind kind, String log, int line) {
        db.putItem(put ->
                put.tableName("sluicegate-test-audit-index")
                        .item(
                                Map.of(
                                        "pk",
                                        s("call#demo#" + CALL),
                                        "sk",
                                        s(kind + "#" + id(kind)),
                                        "log",
                                        s(log),
                                        "index",
                                        AttributeValue.fromN(Integer.toString(line)))));
    }

    /** As in a real journal, no two records share one. */
    private static String id(RecordKind kind) {
        return "01KAZ0000000000000000000R" + kind.name().length();
    }

    private void recent(String callId) {
        db.putItem(put ->
                put.tableName("sluicegate-test-audit-index")
                        .item(Map.of("pk", s("recent#demo"), "sk", s(callId))));
    }

    private static AuditRecord intent() {
        return record(
                RecordKind.INTENT,
                new AuditRecord.Decision(
                        "permit",
                        List.of("grant-support-read"),
                        "sha256:00",
                        3,
                        List.of("Support may"),
                        null,
                        null),
                null,
                null,
                null,
                null,
                null);
    }

    private static AuditRecord exec() {
        return record(
                RecordKind.EXEC,
                null,
                null,
                null,
                new AuditRecord.Exec("arn:tool", "sha256:11"),
                new AuditRecord.Session(
                        "arn:role", Map.of("user", "u", "tenant", "demo"), "u", "ASIA1"),
                null);
    }

    private static AuditRecord outcome() {
        return record(
                RecordKind.OUTCOME,
                null,
                List.of(
                        new AuditRecord.Redaction(
                                "/result/structuredContent/notes", "aws_key", 1, null)),
                new AuditRecord.Outcome("ok", false, null, 321, "hmac-sha256:22", null, null),
                null,
                null,
                null);
    }

    private static AuditRecord denied() {
        return record(
                RecordKind.DENIED,
                new AuditRecord.Decision(
                        "deny", List.of("chain-exfil"), "sha256:00", 3, List.of(), null, null),
                null,
                null,
                null,
                null,
                new AuditRecord.Refusal("policy", "denied", "chain holds pii\u001b[0m"));
    }

    private static AuditRecord record(
            RecordKind kind,
            AuditRecord.@Nullable Decision decision,
            @Nullable List<AuditRecord.Redaction> redact,
            AuditRecord.@Nullable Outcome outcome,
            AuditRecord.@Nullable Exec exec,
            AuditRecord.@Nullable Session session,
            AuditRecord.@Nullable Refusal refusal) {
        return new AuditRecord(
                AuditRecord.VERSION,
                id(kind),
                kind,
                "2026-11-23T10:00:00.000Z",
                new AuditRecord.Writer("w", 0, null, "router"),
                "demo",
                CALL,
                "01KAZ0000000000000000000CH",
                null,
                null,
                null,
                new AuditRecord.Who(
                        PrincipalId.of(ISSUER, "ada"),
                        true,
                        List.of("support"),
                        "dev",
                        "cli",
                        null,
                        null,
                        null,
                        false,
                        null),
                null,
                new AuditRecord.Tool(TOOL, "1", null, null, "read", "low"),
                null,
                decision,
                null,
                null,
                redact,
                outcome,
                exec,
                session,
                refusal,
                null);
    }

    private static AttributeDefinition attribute(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }
}
