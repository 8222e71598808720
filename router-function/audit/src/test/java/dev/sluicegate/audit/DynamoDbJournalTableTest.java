package dev.sluicegate.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.audit.JournalTable.Written;
import dev.sluicegate.record.JournalKeys;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** What the real SDK client makes of DynamoDB's answers. */
class DynamoDbJournalTableTest {
    private static final List<TransactWriteItem> ALONGSIDE =
            List.of(
                    TransactWriteItem.builder()
                            .put(p -> p.tableName("chains").item(Map.of("pk", s("a"))))
                            .build(),
                    TransactWriteItem.builder()
                            .put(p -> p.tableName("chains").item(Map.of("pk", s("b"))))
                            .build());

    private final ScriptedAws aws = new ScriptedAws();
    private final JournalTable table = new DynamoDbJournalTable(aws.dynamoDb(), "audit");

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void aRecordAloneIsPutIfAbsent() {
        assertThat(put(List.of())).isInstanceOf(Written.Durable.class);

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("PutItem");
        assertThat(asked.body())
                .contains("attribute_not_exists(pk)")
                .contains("\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
    }

    @Test
    void aRecordWithOthersIsOneTransactionUnderItsToken() {
        assertThat(put(ALONGSIDE)).isInstanceOf(Written.Durable.class);

        var asked = aws.asked().getFirst();
        assertThat(asked.operation()).isEqualTo("TransactWriteItems");
        assertThat(asked.body())
                .contains("\"ClientRequestToken\":\"token-1\"")
                .contains("attribute_not_exists(pk)")
                .contains("ALL_OLD");
    }

    @Test
    void aTakenKeySaysWhatIsThere() {
        aws.thenError(
                400, "ConditionalCheckFailedException", ",\"Item\":{\"sha\":{\"S\":\"sha256:x\"}}");

        assertThat(put(List.of())).isEqualTo(new Written.Exists("sha256:x"));
    }

    @Test
    void aTakenKeyInATransactionSaysWhatIsThereWhateverElseFailed() {
        canceled(
                "{\"Code\":\"ConditionalCheckFailed\",\"Item\":{\"sha\":{\"S\":\"sha256:x\"}}}",
                "{\"Code\":\"ConditionalCheckFailed\"}",
                "{\"Code\":\"None\"}");

        assertThat(put(ALONGSIDE)).isEqualTo(new Written.Exists("sha256:x"));
    }

    @Test
    void refusedConditionsAreNamedByTheirPlaceInTheCallersList() {
        canceled(
                "{\"Code\":\"None\"}",
                "{\"Code\":\"TransactionConflict\"}",
                "{\"Code\":\"ConditionalCheckFailed\"}");

        assertThat(put(ALONGSIDE))
                .isInstanceOfSatisfying(
                        Written.Refused.class, r -> assertThat(r.positions()).containsExactly(1));
    }

    @Test
    void aConflictOrAThrottleIsBusy() {
        canceled(
                "{\"Code\":\"None\"}",
                "{\"Code\":\"TransactionConflict\"}",
                "{\"Code\":\"ThrottlingError\"}");
        aws.thenError(400, "ProvisionedThroughputExceededException", "");
        aws.thenError(400, "RequestLimitExceeded", "");

        assertThat(put(ALONGSIDE)).isInstanceOf(Written.Busy.class);
        assertThat(put(List.of())).isInstanceOf(Written.Busy.class);
        assertThat(put(List.of())).isInstanceOf(Written.Busy.class);
    }

    @Test
    void aServerErrorOrATransactionInProgressSaysNothing() {
        aws.thenError(500, "InternalServerError", "");
        aws.thenError(400, "TransactionInProgressException", "");

        assertThat(put(List.of())).isInstanceOf(Written.Unknown.class);
        assertThat(put(ALONGSIDE)).isInstanceOf(Written.Unknown.class);
    }

    @Test
    void noConnectionSaysNothing() {
        aws.close();

        assertThat(put(List.of())).isInstanceOf(Written.Unknown.class);
    }

    @Test
    void aMissingTableOrPermissionIsANo() {
        aws.thenError(400, "ResourceNotFoundException", "");
        aws.thenError(400, "AccessDeniedException", "");
        canceled("{\"Code\":\"None\"}", "{\"Code\":\"ValidationError\"}", "{\"Code\":\"None\"}");

        assertThat(put(List.of())).isInstanceOf(Written.Impossible.class);
        assertThat(put(List.of())).isInstanceOf(Written.Impossible.class);
        assertThat(put(ALONGSIDE)).isInstanceOf(Written.Impossible.class);
    }

    private void canceled(String... reasons) {
        aws.thenError(
                400,
                "TransactionCanceledException",
                ",\"CancellationReasons\":[" + String.join(",", reasons) + "]");
    }

    private Written put(List<TransactWriteItem> alongside) {
        return table.put(
                Map.of(JournalKeys.PK, s("call#demo#c1"), JournalKeys.SK, s("0#INTENT")),
                alongside,
                "token-1");
    }

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }
}
