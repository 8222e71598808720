package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the archiver's stores ask of DynamoDB and S3, and what they make of the answers. */
class ArchiveStoresTest {
    private static final Clock NOW =
            Clock.fixed(Instant.parse("2026-11-23T10:00:00.900Z"), ZoneOffset.UTC);
    private static final StagedObject OBJECT = new StagedObject("records/x", List.of("{}", "[]"));

    private final ScriptedAws aws = new ScriptedAws();
    private final Ledger ledger = new DynamoDbLedger(aws.dynamoDb(), "tlog", NOW);
    private final Archive archive =
            new S3Archive(aws.s3(), "bucket", ObjectLockMode.COMPLIANCE, Duration.ofDays(1), NOW);

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void claimsAndContentAreOneConditionalTransaction() {
        assertThat(ledger.claim(OBJECT, List.of("s#1", "s#2"))).isTrue();

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("TransactWriteItems");
        assertThat(asked.body().split("attribute_not_exists\\(pk\\)", -1)).hasSize(4);
        assertThat(asked.body()).contains("event#s#1", "event#s#2", "object#records/x");
    }

    @Test
    void aTakenClaimIsANoAndAnyOtherRefusalAFailure() {
        canceled("ConditionalCheckFailed");
        canceled("TransactionConflict");
        canceled("ValidationError");

        assertThat(ledger.claim(OBJECT, List.of("s#1"))).isFalse();
        assertThat(ledger.claim(OBJECT, List.of("s#1"))).isFalse();
        assertThatThrownBy(() -> ledger.claim(OBJECT, List.of("s#1")))
                .isInstanceOf(TransactionCanceledException.class);
    }

    @Test
    void claimsAreReadConsistentlyUntilAllAreAnswered() {
        aws.then(
                200,
                "{\"Responses\":{\"tlog\":[{\"pk\":{\"S\":\"event#s#1\"},\"object\":{\"S\":\"records/x\"}}]},"
                        + "\"UnprocessedKeys\":{\"tlog\":{\"ConsistentRead\":true,\"Keys\":[{\"pk\":{\"S\":\"event#s#2\"},"
                        + "\"sk\":{\"S\":\"CLAIM\"}}]}}}");
        aws.then(
                200,
                "{\"Responses\":{\"tlog\":[{\"pk\":{\"S\":\"event#s#2\"},\"object\":{\"S\":\"records/y\"}}]},\"UnprocessedKeys\":{}}");

        var claims = ledger.claims(List.of("s#1", "s#2", "s#3"));

        assertThat(claims).isEqualTo(Map.of("s#1", "records/x", "s#2", "records/y"));
        assertThat(aws.asked()).hasSize(2);
        assertThat(aws.asked().getFirst().body()).contains("\"ConsistentRead\":true");
    }

    @Test
    void contentComesBackAsItWasKept() {
        var content = Base64.getEncoder().encodeToString(OBJECT.bytes());
        aws.then(200, "{\"Item\":{\"content\":{\"B\":\"" + content + "\"}}}");
        aws.then(200, "{\"Item\":{\"sha\":{\"S\":\"sha256:x\"}}}");

        assertThat(ledger.pending("records/x")).contains(OBJECT);
        assertThat(ledger.pending("records/x")).isEmpty();
    }

    @Test
    void theContentGoesWhenTheObjectIsArchived() {
        ledger.archived(OBJECT);

        assertThat(aws.asked().getFirst().body())
                .contains(OBJECT.sha())
                .doesNotContain("\"content\"");
    }

    @Test
    void anObjectIsPutIfAbsentUnderLockWithItsHash() {
        assertThat(archive.put("records/2026/x.ndjson", OBJECT.bytes())).isTrue();

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("PUT");
        assertThat(asked.path()).isEqualTo("/bucket/records/2026/x.ndjson");
        assertThat(asked.headers())
                .containsEntry("if-none-match", "*")
                .containsEntry("x-amz-object-lock-mode", "COMPLIANCE")
                .containsEntry("x-amz-object-lock-retain-until-date", "2026-11-24T10:00:01Z")
                .containsKey("x-amz-checksum-sha256");
    }

    @Test
    void aTakenObjectIsANoAndAnyOtherRefusalAFailure() {
        aws.then(412, "<Error><Code>PreconditionFailed</Code></Error>");
        aws.then(403, "<Error><Code>AccessDenied</Code></Error>");

        assertThat(archive.put("x", OBJECT.bytes())).isFalse();
        assertThatThrownBy(() -> archive.put("x", OBJECT.bytes())).isInstanceOf(S3Exception.class);
    }

    @Test
    void aCallIsIndexedByItsIdAndListedByTheRecordThatBeganIt() {
        var index = new DynamoDbCallIndex(aws.dynamoDb(), "audit-index");

        index.add(Records.intent(Records.writer("w"), "c1"), "records/x", 4);
        index.add(
                Records.record(RecordKind.OUTCOME, Records.writer("w"), "demo", "c1", "o1"),
                "records/x",
                5);
        index.add(
                Records.record(RecordKind.WRITER_OPEN, Records.writer("w"), "-", null, "w1"),
                "records/x",
                6);

        assertThat(aws.asked()).hasSize(3);
        assertThat(aws.asked().get(0).body())
                .contains("call#demo#c1", "INTENT#intent-c1", "\"index\":{\"N\":\"4\"}")
                .contains("\"principal\":{\"S\":\"ada\"}");
        assertThat(aws.asked().get(1).body()).contains("recent#demo", "\"sk\":{\"S\":\"c1\"}");
        assertThat(aws.asked().get(2).body()).contains("OUTCOME#o1");
    }

    @Test
    void theReaderPutsACallTogetherFromBothPartitionsAndTheIndex() {
        var intent = Records.intent(Records.writer("w"), "c1");
        var exec = Records.record(RecordKind.EXEC, Records.writer("t"), "demo", "c1", "e1");
        var outcome = Records.record(RecordKind.OUTCOME, Records.writer("w"), "demo", "c1", "o1");
        aws.then(200, "{\"Items\":[" + item(outcome) + "," + item(intent) + "],\"Count\":2}");
        aws.then(200, "{\"Items\":[" + item(exec) + "],\"Count\":1}");
        aws.then(
                200,
                "{\"Items\":[{\"sk\":{\"S\":\"INTENT#intent-c1\"},\"log\":{\"S\":\"records/x\"},\"index\":{\"N\":\"4\"}}],\"Count\":1}");

        var call = reader().call("c1").orElseThrow();

        assertThat(call.entries())
                .extracting(entry -> entry.record().kind())
                .containsExactly(RecordKind.INTENT, RecordKind.EXEC, RecordKind.OUTCOME);
        assertThat(call.entry(RecordKind.INTENT).orElseThrow().position())
                .isEqualTo(new CallRecords.Position("records/x", 4));
        assertThat(call.entry(RecordKind.OUTCOME).orElseThrow().position()).isNull();
        assertThat(aws.asked().get(1).body()).contains("exec#" + Records.TOOL + "#demo#c1");
    }

    @Test
    void aCallNobodyRecordedIsEmpty() {
        aws.then(200, "{\"Items\":[],\"Count\":0}");

        assertThat(reader().call("c1")).isEmpty();
    }

    @Test
    void theLastCallIsTheYoungestOfTheTenant() {
        aws.then(200, "{\"Items\":[{\"sk\":{\"S\":\"c9\"}}],\"Count\":1}");

        assertThat(reader().lastCall()).contains("c9");
        assertThat(aws.asked().getFirst().body())
                .contains("recent#demo", "\"ScanIndexForward\":false", "\"Limit\":1");
    }

    private TrailReader reader() {
        return new TrailReader(aws.dynamoDb(), "audit", "audit-index", "demo");
    }

    private static String item(dev.sluicegate.record.AuditRecord record) {
        return Changes.item(
                        "pk", "sk", new String(record.bytes(), StandardCharsets.UTF_8), "sha256:x")
                .toString();
    }

    private void canceled(String code) {
        aws.thenError(
                400,
                "TransactionCanceledException",
                ",\"CancellationReasons\":[{\"Code\":\"None\"},{\"Code\":\"" + code + "\"}]");
    }
}
