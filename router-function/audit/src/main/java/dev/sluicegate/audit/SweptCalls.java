package dev.sluicegate.audit;

import dev.sluicegate.audit.log.Placement;
import dev.sluicegate.record.JournalKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What the sweeper knows: how far it came, and what the journal says of a call. */
final class SweptCalls {
    private static final String PK = "sweeper";
    private static final String SK = "POSITION";

    private final DynamoDbClient db;
    private final String audit;
    private final String tlog;

    SweptCalls(DynamoDbClient db, String audit, String tlog) {
        this.db = db;
        this.audit = audit;
        this.tlog = tlog;
    }

    Optional<Placement> position() {
        var item = item(tlog, PK, SK);
        var log = item.get("log");
        var index = item.get("index");
        return log == null || index == null
                ? Optional.empty()
                : Optional.of(new Placement(Integer.parseInt(log.n()), Long.parseLong(index.n())));
    }

    /** Two sweepers at once may set it back: then some calls are looked at twice. */
    void position(Placement reached) {
        var item = key(PK, SK);
        item.put("log", AttributeValue.fromN(Integer.toString(reached.shard())));
        item.put("index", AttributeValue.fromN(Long.toString(reached.index())));
        db.putItem(put -> put.tableName(tlog).item(item));
    }

    boolean ended(String tenant, String call) {
        return !item(audit, JournalKeys.call(tenant, call), JournalKeys.OUTCOME).isEmpty();
    }

    boolean executed(String tool, String tenant, String call) {
        return !item(audit, JournalKeys.exec(tool, tenant, call), JournalKeys.EXEC).isEmpty();
    }

    private Map<String, AttributeValue> item(String table, String pk, String sk) {
        return db.getItem(get -> get.tableName(table).key(key(pk, sk)).consistentRead(true)).item();
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        var key = new HashMap<String, AttributeValue>();
        key.put(JournalKeys.PK, AttributeValue.fromS(pk));
        key.put(JournalKeys.SK, AttributeValue.fromS(sk));
        return key;
    }
}
