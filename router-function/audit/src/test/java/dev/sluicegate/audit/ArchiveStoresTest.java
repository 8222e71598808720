package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.audit.log.Frontier;
import dev.sluicegate.audit.log.LogState;
import dev.sluicegate.audit.log.LogStorage;
import dev.sluicegate.audit.log.Placement;
import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the archiver's stores ask of DynamoDB and S3, and what they make of the answers. */
class ArchiveStoresTest {
    private static final Clock NOW =
            Clock.fixed(Instant.parse("2026-11-23T10:00:00.900Z"), ZoneOffset.UTC);
    private static final LogState.Head HEAD = new LogState.Head(7, Frontier.EMPTY, false);
    private static final LogState.Segment SEGMENT = new LogState.Segment(0, "stage/x", 0, 2);

    private final ScriptedAws aws = new ScriptedAws();
    private final LogState state = new DynamoDbLogState(aws.dynamoDb(), "tlog", NOW);
    private final LogStorage storage =
            new S3LogStorage(
                    aws.s3(),
                    new S3LogStorage.Lock("bucket", ObjectLockMode.COMPLIANCE, Duration.ofDays(1)),
                    "passing",
                    NOW);

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void placesClaimsAndHeadAreOneConditionalTransaction() {
        assertThat(state.commit(2026, HEAD, HEAD, SEGMENT, List.of("a", "b"))).isTrue();

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("TransactWriteItems");
        assertThat(asked.body().split("attribute_not_exists\\(pk\\)", -1)).hasSize(4);
        assertThat(asked.body())
                .contains("claim#a", "claim#b", "SEGMENT#00000000000000000000", "log#2026")
                .contains("\"#revision = :revision\"", "\":revision\":{\"N\":\"7\"}");
    }

    @Test
    void aHeadThatMovedOrATakenClaimIsANoAndAnyOtherRefusalAFailure() {
        canceled("ConditionalCheckFailed");
        canceled("TransactionConflict");
        canceled("ValidationError");

        assertThat(state.commit(2026, HEAD, HEAD, SEGMENT, List.of("a", "b"))).isFalse();
        assertThat(state.commit(2026, HEAD, HEAD, SEGMENT, List.of("a", "b"))).isFalse();
        assertThatThrownBy(() -> state.commit(2026, HEAD, HEAD, SEGMENT, List.of("a", "b")))
                .isInstanceOf(TransactionCanceledException.class);
    }

    @Test
    void claimsAreReadConsistentlyUntilAllAreAnswered() {
        aws.then(
                200,
                "{\"Responses\":{\"tlog\":[{\"pk\":{\"S\":\"claim#a\"},\"log\":{\"N\":\"2026\"},\"index\":{\"N\":\"4\"}}]},"
                        + "\"UnprocessedKeys\":{\"tlog\":{\"ConsistentRead\":true,\"Keys\":[{\"pk\":{\"S\":\"claim#b\"},"
                        + "\"sk\":{\"S\":\"CLAIM\"}}]}}}");
        aws.then(
                200,
                "{\"Responses\":{\"tlog\":[{\"pk\":{\"S\":\"claim#b\"},\"log\":{\"N\":\"2026\"},\"index\":{\"N\":\"5\"}}]},\"UnprocessedKeys\":{}}");

        var claims = state.claims(List.of("a", "b", "c"));

        assertThat(claims)
                .isEqualTo(Map.of("a", new Placement(2026, 4), "b", new Placement(2026, 5)));
        assertThat(aws.asked()).hasSize(2);
        assertThat(aws.asked().getFirst().body()).contains("\"ConsistentRead\":true");
    }

    @Test
    void whatIsIntegratedAndPublishedMovesOnConditionsOnly() {
        var first = new LogState.Published(3, new byte[32], OptionalLong.empty(), false);

        state.integrated(2026, 9);
        state.publish(2026, null, first);
        state.publish(2026, first, first);

        assertThat(aws.asked().get(0).body()).contains("OR #size < :size");
        assertThat(aws.asked().get(1).body()).contains("attribute_not_exists(pk)");
        assertThat(aws.asked().get(2).body()).contains("#size = :size AND #stored = :stored");
        aws.thenError(400, "ConditionalCheckFailedException", "");
        assertThat(state.publish(2026, first, first)).isFalse();
    }

    @Test
    void aFileIsPutIfAbsentUnderLockWithItsHash() {
        assertThat(storage.create("tlog/2026/tile/0/000", new byte[32])).isTrue();

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("PUT");
        assertThat(asked.path()).isEqualTo("/bucket/tlog/2026/tile/0/000");
        assertThat(asked.headers())
                .containsEntry("if-none-match", "*")
                .containsEntry("x-amz-object-lock-mode", "COMPLIANCE")
                .containsEntry("x-amz-object-lock-retain-until-date", "2026-11-24T10:00:01Z")
                .containsKey("x-amz-checksum-sha256");
    }

    @Test
    void aTakenFileIsANoAndAnyOtherRefusalAFailure() {
        aws.then(412, "<Error><Code>PreconditionFailed</Code></Error>");
        aws.then(403, "<Error><Code>AccessDenied</Code></Error>");

        assertThat(storage.create("x", new byte[1])).isFalse();
        assertThatThrownBy(() -> storage.create("x", new byte[1])).isInstanceOf(S3Exception.class);
    }

    @Test
    void thePointerMovesOnlyFromWhatWasSeenAndIsNotLocked() {
        storage.move("tlog/2026/checkpoint", null, new byte[1]);
        storage.move(
                "tlog/2026/checkpoint", new LogStorage.Pointer(new byte[1], "\"e\""), new byte[2]);

        assertThat(aws.asked().get(0).headers())
                .containsEntry("if-none-match", "*")
                .doesNotContainKey("x-amz-object-lock-mode");
        assertThat(aws.asked().get(1).headers()).containsEntry("if-match", "\"e\"");
        assertThat(aws.asked().get(1).path()).isEqualTo("/passing/tlog/2026/checkpoint");
        aws.then(412, "<Error><Code>PreconditionFailed</Code></Error>");
        assertThat(storage.move("tlog/2026/checkpoint", null, new byte[1])).isFalse();
    }

    @Test
    void aCallIsIndexedByItsIdAndListedByTheRecordThatBeganIt() {
        var index = new DynamoDbCallIndex(aws.dynamoDb(), "audit-index");

        index.add(
                Records.intent(Records.writer("w"), "c1"), new CallIndex.Place("tlog/2026", 4, 9));
        index.add(
                Records.record(RecordKind.OUTCOME, Records.writer("w"), "demo", "c1", "o1"),
                new CallIndex.Place("tlog/2026", 5, 9));
        index.add(
                Records.record(RecordKind.WRITER_OPEN, Records.writer("w"), "-", null, "w1"),
                new CallIndex.Place("tlog/2026", 6, 9));

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
                "{\"Items\":[{\"sk\":{\"S\":\"INTENT#intent-c1\"},\"log\":{\"S\":\"tlog/2026\"},\"index\":{\"N\":\"4\"}}],\"Count\":1}");

        var call = reader().call("c1").orElseThrow();

        assertThat(call.entries())
                .extracting(entry -> entry.record().kind())
                .containsExactly(RecordKind.INTENT, RecordKind.EXEC, RecordKind.OUTCOME);
        assertThat(call.entry(RecordKind.INTENT).orElseThrow().position())
                .isEqualTo(new CallRecords.Position("tlog/2026", 4, null));
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
