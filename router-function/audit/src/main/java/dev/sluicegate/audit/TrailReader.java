package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * Reads what happened to a call: from the journal, where records are durable first, and from the index for
 * their place in the archive. Proves nothing; that is the verifier's work.
 */
public final class TrailReader {
    private final DynamoDbClient db;
    private final String auditTable;
    private final String indexTable;
    private final String tenant;

    /**
     * @param db may query both tables
     */
    public TrailReader(DynamoDbClient db, String auditTable, String indexTable, String tenant) {
        this.db = db;
        this.auditTable = auditTable;
        this.indexTable = indexTable;
        this.tenant = tenant;
    }

    /**
     * Empty if the journal has no record of the call.
     *
     * @throws dev.sluicegate.record.MalformedJsonException if an item is not a record
     */
    public Optional<CallRecords> call(String callId) {
        var items = new ArrayList<>(query(auditTable, JournalKeys.call(tenant, callId)));
        if (items.isEmpty()) {
            return Optional.empty();
        }
        for (var tool : tools(items)) {
            items.addAll(query(auditTable, JournalKeys.exec(tool, tenant, callId)));
        }
        var positions = positions(callId);
        var entries = new ArrayList<CallRecords.Entry>();
        for (var item : items) {
            var bytes = text(item, JournalKeys.RECORD).getBytes(StandardCharsets.UTF_8);
            var record = AuditRecord.read(bytes);
            entries.add(
                    new CallRecords.Entry(
                            record, CanonicalJson.sha256(bytes), positions.get(record.id())));
        }
        // the names of the kinds are in the order of a call's life
        entries.sort((a, b) -> a.record().kind().compareTo(b.record().kind()));
        return Optional.of(new CallRecords(callId, entries));
    }

    /** The youngest call of the tenant that is archived. */
    public Optional<String> lastCall() {
        return db
                .query(
                        request(indexTable, IndexKeys.recent(tenant))
                                .scanIndexForward(false)
                                .limit(1)
                                .build())
                .items()
                .stream()
                .map(item -> text(item, JournalKeys.SK))
                .findFirst();
    }

    private static List<String> tools(List<Map<String, AttributeValue>> items) {
        var names = new ArrayList<String>();
        for (var item : items) {
            var record =
                    AuditRecord.read(
                            text(item, JournalKeys.RECORD).getBytes(StandardCharsets.UTF_8));
            var tool = record.tool();
            if (tool != null && !names.contains(tool.name())) {
                names.add(tool.name());
            }
        }
        return names;
    }

    private Map<String, CallRecords.Position> positions(String callId) {
        var positions = new HashMap<String, CallRecords.Position>();
        for (var row : query(indexTable, IndexKeys.call(tenant, callId))) {
            var sk = text(row, JournalKeys.SK);
            var index = row.get(IndexKeys.INDEX);
            var checkpoint = row.get(IndexKeys.CHECKPOINT);
            positions.put(
                    sk.substring(sk.indexOf('#') + 1),
                    new CallRecords.Position(
                            text(row, IndexKeys.LOG),
                            index == null ? -1 : Long.parseLong(index.n()),
                            checkpoint == null ? null : Long.valueOf(checkpoint.n())));
        }
        return positions;
    }

    private List<Map<String, AttributeValue>> query(String table, String pk) {
        return db.queryPaginator(request(table, pk).consistentRead(true).build()).items().stream()
                .toList();
    }

    private static QueryRequest.Builder request(String table, String pk) {
        return QueryRequest.builder()
                .tableName(table)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", AttributeValue.fromS(pk)));
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null || value.s() == null ? "" : value.s();
    }
}
