package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** The index in the {@code audit-index} table. */
final class DynamoDbCallIndex implements CallIndex {
    private final DynamoDbClient db;
    private final String table;

    DynamoDbCallIndex(DynamoDbClient db, String table) {
        this.db = db;
        this.table = table;
    }

    @Override
    public void add(AuditRecord record, Place place) {
        var call = record.call();
        if (call == null) {
            return;
        }
        var row = new HashMap<String, AttributeValue>();
        text(row, "pk", IndexKeys.call(record.tenant(), call));
        text(row, "sk", record.kind() + "#" + record.id());
        text(row, IndexKeys.LOG, place.log());
        row.put(IndexKeys.INDEX, AttributeValue.fromN(Long.toString(place.index())));
        row.put(IndexKeys.CHECKPOINT, AttributeValue.fromN(Long.toString(place.checkpoint())));
        text(row, "chain", record.chain());
        var who = record.who();
        text(row, "principal", who == null ? null : who.sub());
        var tool = record.tool();
        text(row, "tool", tool == null ? null : tool.name());
        text(row, "ts", record.ts());
        put(row);
        switch (record.kind()) {
            case INTENT, DENIED -> {
                var recent = new HashMap<String, AttributeValue>();
                text(recent, "pk", IndexKeys.recent(record.tenant()));
                text(recent, "sk", call);
                text(recent, "ts", record.ts());
                put(recent);
            }
            default -> {} // the call is listed by the record that began it
        }
    }

    private void put(Map<String, AttributeValue> row) {
        db.putItem(PutItemRequest.builder().tableName(table).item(row).build());
    }

    private static void text(Map<String, AttributeValue> row, String name, @Nullable String value) {
        if (value != null) {
            row.put(name, AttributeValue.fromS(value));
        }
    }
}
