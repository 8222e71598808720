package dev.sluicegate.router.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The policy table in DynamoDB. */
final class DynamoDbPolicyTable implements PolicyTable {
    private final DynamoDbClient client;
    private final String table;

    DynamoDbPolicyTable(DynamoDbClient client, String table) {
        this.client = client;
        this.table = table;
    }

    @Override
    public Map<String, AttributeValue> get(String pk, String sk) {
        return client.getItem(request ->
                        request.tableName(table)
                                .key(Map.of("pk", text(pk), "sk", text(sk)))
                                .consistentRead(true))
                .item();
    }

    @Override
    public List<Map<String, AttributeValue>> query(String pk, String prefix) {
        return new ArrayList<>(
                client
                        .queryPaginator(request ->
                                request.tableName(table)
                                        .keyConditionExpression("pk = :pk AND begins_with(sk, :sk)")
                                        .expressionAttributeValues(
                                                Map.of(
                                                        ":pk", text(pk),
                                                        ":sk", text(prefix)))
                                        .consistentRead(true))
                        .items()
                        .stream()
                        .toList());
    }

    @Override
    public void putIfAbsent(Map<String, AttributeValue> item) {
        try {
            client.putItem(request ->
                    request.tableName(table)
                            .item(item)
                            .conditionExpression("attribute_not_exists(pk)"));
        } catch (ConditionalCheckFailedException e) {
            // there already: same key, same content
            return;
        }
    }

    @Override
    public void moveHead(
            Map<String, AttributeValue> head, long expected, List<TransactWriteItem> together) {
        var writes = new ArrayList<TransactWriteItem>();
        writes.add(headMove(head, expected));
        writes.addAll(together);
        try {
            client.transactWriteItems(request -> request.transactItems(writes));
        } catch (TransactionCanceledException e) {
            if (e.hasCancellationReasons()
                    && "ConditionalCheckFailed".equals(e.cancellationReasons().getFirst().code())) {
                throw new PublishConflictException(expected, e);
            }
            throw e;
        }
    }

    @Override
    public TransactWriteItem headMove(Map<String, AttributeValue> head, long expected) {
        var put = Put.builder().tableName(table).item(head);
        if (expected == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("#version = :expected")
                    .expressionAttributeNames(Map.of("#version", "version"))
                    .expressionAttributeValues(
                            Map.of(":expected", AttributeValue.fromN(Long.toString(expected))));
        }
        return TransactWriteItem.builder().put(put.build()).build();
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }
}
