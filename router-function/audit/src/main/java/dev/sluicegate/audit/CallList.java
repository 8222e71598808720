package dev.sluicegate.audit;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The archived calls of a tenant in the order of their time, from the index. */
public final class CallList {
    private final DynamoDbClient db;
    private final String indexTable;
    private final String tenant;

    public CallList(DynamoDbClient db, String indexTable, String tenant) {
        this.db = db;
        this.indexTable = indexTable;
        this.tenant = tenant;
    }

    /** Ids of at most {@code limit} calls, the oldest first, that sort after {@code id}. */
    public List<String> after(String id, int limit) {
        return db
                .queryPaginator(request ->
                        request.tableName(indexTable)
                                .keyConditionExpression("pk = :pk AND sk > :id")
                                .expressionAttributeValues(
                                        Map.of(
                                                ":pk",
                                                AttributeValue.fromS(IndexKeys.recent(tenant)),
                                                ":id",
                                                AttributeValue.fromS(id)))
                                .consistentRead(true)
                                .limit(limit))
                .items()
                .stream()
                .limit(limit)
                .flatMap(item -> Stream.ofNullable(item.get("sk")))
                .map(AttributeValue::s)
                .toList();
    }
}
