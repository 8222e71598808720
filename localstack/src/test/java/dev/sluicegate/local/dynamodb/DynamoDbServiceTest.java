package dev.sluicegate.local.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.edge.TestFront;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class DynamoDbServiceTest {
    private final DynamoDbService service =
            DynamoDbService.inMemory("eu-central-1", "000000000000");
    private final TestFront front = TestFront.before(service);
    private final DynamoDbClient client = client(front);

    static DynamoDbClient client(TestFront front) {
        return front.client(
                DynamoDbClient.builder()
                        .overrideConfiguration(
                                ClientOverrideConfiguration.builder()
                                        .retryStrategy(retry -> retry.maxAttempts(1))
                                        .build()));
    }

    static Map<String, AttributeValue> item(String pk, String sk) {
        return Map.of("pk", AttributeValue.fromS(pk), "sk", AttributeValue.fromS(sk));
    }

    private static TransactWriteItem put(
            String table, Map<String, AttributeValue> item, @Nullable String condition) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(table).item(item).conditionExpression(condition))
                .build();
    }

    @BeforeEach
    void tables() {
        service.createTables(
                List.of(TableSpec.of("audit").withStream().withTtl("ttl"), TableSpec.of("chains")));
    }

    @AfterEach
    void stop() {
        client.close();
        front.close();
        service.close();
    }

    @Test
    void aTableHasItsKeysStreamAndExpiry() {
        var table = client.describeTable(ask -> ask.tableName("audit")).table();

        assertThat(table.tableArn())
                .isEqualTo("arn:aws:dynamodb:eu-central-1:000000000000:table/audit");
        assertThat(table.keySchema())
                .extracting(key -> key.attributeName())
                .containsExactly("pk", "sk");
        assertThat(table.streamSpecification().streamEnabled()).isTrue();
        assertThat(
                        client.describeTimeToLive(ask -> ask.tableName("audit"))
                                .timeToLiveDescription()
                                .timeToLiveStatus())
                .isEqualTo(TimeToLiveStatus.ENABLED);
    }

    @Test
    void makingTheTablesAgainKeepsWhatIsInThem() {
        client.putItem(put -> put.tableName("chains").item(item("a", "1")));

        service.createTables(List.of(TableSpec.of("chains").withStream().withTtl("ttl")));

        assertThat(client.getItem(get -> get.tableName("chains").key(item("a", "1"))).hasItem())
                .isTrue();
        assertThat(service.streamArn("chains")).startsWith("arn:aws:dynamodb:eu-central-1:");
    }

    @Test
    void aConditionThatFailsSaysSoAndShowsTheItem() {
        client.putItem(put -> put.tableName("audit").item(item("call#demo#1", "0#INTENT")));

        assertThatThrownBy(() ->
                        client.putItem(put ->
                                put.tableName("audit")
                                        .item(item("call#demo#1", "0#INTENT"))
                                        .conditionExpression("attribute_not_exists(pk)")
                                        .returnValuesOnConditionCheckFailure(
                                                ReturnValuesOnConditionCheckFailure.ALL_OLD)))
                .isInstanceOfSatisfying(
                        ConditionalCheckFailedException.class,
                        e -> assertThat(e.item()).containsKey("sk"));
    }

    @Test
    void aTransactionIsAllOrNothingAndTellsTheReasons() {
        client.putItem(put -> put.tableName("chains").item(item("taken", "1")));

        assertThatThrownBy(() ->
                        client.transactWriteItems(write ->
                                write.transactItems(
                                        List.of(
                                                put("audit", item("x", "1"), null),
                                                put(
                                                        "chains",
                                                        item("taken", "1"),
                                                        "attribute_not_exists(pk)")))))
                .isInstanceOfSatisfying(
                        TransactionCanceledException.class,
                        e ->
                                assertThat(e.cancellationReasons())
                                        .extracting(reason -> reason.code())
                                        .containsExactly("None", "ConditionalCheckFailed"));
        assertThat(client.getItem(get -> get.tableName("audit").key(item("x", "1"))).hasItem())
                .isFalse();
    }

    @Test
    void aQueryPages() {
        for (var i = 0; i < 5; i++) {
            var sk = "s" + i;
            client.putItem(put -> put.tableName("chains").item(item("p", sk)));
        }

        var pages =
                client.queryPaginator(query ->
                        query.tableName("chains")
                                .limit(2)
                                .keyConditionExpression("pk = :p")
                                .expressionAttributeValues(
                                        Map.of(":p", AttributeValue.fromS("p"))));

        assertThat(pages.items()).hasSize(5);
    }

    @Test
    void aTableThatIsGoneIsGoneUntilHealed() {
        service.fail("audit", Fault.GONE);

        assertThatThrownBy(() -> client.putItem(put -> put.tableName("audit").item(item("a", "1"))))
                .isInstanceOf(ResourceNotFoundException.class);
        client.putItem(put -> put.tableName("chains").item(item("a", "1")));

        service.heal();
        client.putItem(put -> put.tableName("audit").item(item("a", "1")));
    }

    @Test
    void aFaultCanTellOneKindOfRecordFromAnother() {
        service.fail(
                call -> call.writes() && call.sortKeys().contains("2#OUTCOME"),
                Fault.INTERNAL_ERROR);

        client.transactWriteItems(
                write -> write.transactItems(List.of(put("audit", item("c", "0#INTENT"), null))));
        assertThatThrownBy(() ->
                        client.transactWriteItems(write ->
                                write.transactItems(
                                        List.of(put("audit", item("c", "2#OUTCOME"), null)))))
                .isInstanceOfSatisfying(
                        DynamoDbException.class, e -> assertThat(e.statusCode()).isEqualTo(500));
    }

    @Test
    void aHangingTableAnswersOnceHealed() throws Exception {
        service.fail("audit", Fault.HANG);

        var answer =
                CompletableFuture.supplyAsync(
                        () -> client.putItem(put -> put.tableName("audit").item(item("a", "1"))));
        Thread.sleep(Duration.ofMillis(300));
        assertThat(answer).isNotDone();

        service.heal();
        assertThat(answer).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void aStreamIsReadWithTheSdkUnderOurRegion() {
        client.putItem(put -> put.tableName("audit").item(item("a", "1")));

        try (var streams = front.client(DynamoDbStreamsClient.builder())) {
            var arn =
                    streams.listStreams(list -> list.tableName("audit"))
                            .streams()
                            .getFirst()
                            .streamArn();
            var shard =
                    streams.describeStream(ask -> ask.streamArn(arn))
                            .streamDescription()
                            .shards()
                            .getFirst();
            var iterator =
                    streams.getShardIterator(ask ->
                                    ask.streamArn(arn)
                                            .shardId(shard.shardId())
                                            .shardIteratorType("TRIM_HORIZON"))
                            .shardIterator();
            var records = streams.getRecords(get -> get.shardIterator(iterator)).records();

            assertThat(arn)
                    .startsWith("arn:aws:dynamodb:eu-central-1:000000000000:table/audit/stream/");
            assertThat(records)
                    .singleElement()
                    .satisfies(each -> {
                        assertThat(each.awsRegion()).isEqualTo("eu-central-1");
                        assertThat(each.dynamodb().newImage()).containsKey("pk");
                    });
        }
    }

    @Test
    void whatWasWrittenIsThereAfterARestart(@TempDir Path folder) {
        try (var first = DynamoDbService.in(folder, "eu-central-1", "000000000000")) {
            first.createTables(List.of(TableSpec.of("kept").withStream()));
            first.call(
                    "PutItem",
                    (ObjectNode)
                            Json.read(
                                    "{\"TableName\":\"kept\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"b\"}}}"
                                            .getBytes(StandardCharsets.UTF_8)));
        }

        try (var second = DynamoDbService.in(folder, "eu-central-1", "000000000000")) {
            var scanned = second.call("Scan", Json.object().put("TableName", "kept"));

            assertThat(scanned.path("Count").asInt()).isEqualTo(1);
        }
    }

    @Test
    void anIteratorWorksForItsOwnStreamOnly() {
        service.createTables(List.of(TableSpec.of("other").withStream()));
        var mine = iterator("audit");
        var others = iterator("other");
        var forged = mine.substring(0, mine.indexOf(':')) + others.substring(others.indexOf(':'));

        assertThat(streamAskedFor(mine)).isEqualTo(service.streamArn("audit"));
        assertThat(streamAskedFor(forged)).isEqualTo("*");
        assertThat(streamAskedFor("nonsense")).isEqualTo("*");
    }

    private String iterator(String table) {
        var arn = String.valueOf(service.streamArn(table));
        var shards =
                service.call("DescribeStream", Json.object().put("StreamArn", arn))
                        .path("StreamDescription")
                        .path("Shards");
        return service.call(
                        "GetShardIterator",
                        Json.object()
                                .put("StreamArn", arn)
                                .put("ShardId", shards.path(0).path("ShardId").asText())
                                .put("ShardIteratorType", "TRIM_HORIZON"))
                .path("ShardIterator")
                .asText();
    }

    private String streamAskedFor(String iterator) {
        return service.authorizations(
                        new LocalRequest(
                                "POST",
                                "/",
                                null,
                                Map.of(
                                        "x-amz-target",
                                        List.of("DynamoDBStreams_20120810.GetRecords")),
                                Json.bytes(Json.object().put("ShardIterator", iterator))))
                .getFirst()
                .resource();
    }

    @Test
    void whatExpiredIsToldAsAwsTellsIt() {
        var expired = Json.object().put("eventName", "EXPIRE");
        var removed = Json.object().put("eventName", "REMOVE");

        DynamoDbService.asAws(expired);
        DynamoDbService.asAws(removed);

        assertThat(expired.path("eventName").asText()).isEqualTo("REMOVE");
        assertThat(expired.path("userIdentity").path("principalId").asText())
                .isEqualTo("dynamodb.amazonaws.com");
        assertThat(removed.has("userIdentity")).isFalse();
    }

    @Test
    void nothingIsReportedToAnybody() {
        assertThat(Files.exists(Path.of("dynamodb-local-metadata.json"))).isFalse();
    }
}
