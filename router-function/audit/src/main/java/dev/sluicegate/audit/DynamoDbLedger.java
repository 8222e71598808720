package dev.sluicegate.audit;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The ledger in the {@code tlog} table: {@code event#<position>} names the object of an event, {@code
 * object#<key>} holds its content until it is archived, then its hash and size.
 */
final class DynamoDbLedger implements Ledger {
    private static final String NEW_KEY = "attribute_not_exists(pk)";
    private static final String CLAIM = "CLAIM";
    private static final String STATE = "STATE";

    /** A stream delivers for 24 hours; a claim need not outlive that by much. */
    private static final Duration CLAIM_KEPT = Duration.ofDays(8);

    private final DynamoDbClient db;
    private final String table;
    private final Clock clock;

    DynamoDbLedger(DynamoDbClient db, String table, Clock clock) {
        this.db = db;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public boolean claim(StagedObject object, List<String> positions) {
        var writes = new ArrayList<TransactWriteItem>(positions.size() + 1);
        var staged = state(object);
        staged.put("content", AttributeValue.fromB(SdkBytes.fromByteArray(object.bytes())));
        writes.add(put(staged));
        var until = clock.instant().plus(CLAIM_KEPT).getEpochSecond();
        for (var position : positions) {
            var claim = key("event#" + position, CLAIM);
            claim.put("object", AttributeValue.fromS(object.key()));
            claim.put("ttl", AttributeValue.fromN(Long.toString(until)));
            writes.add(put(claim));
        }
        try {
            db.transactWriteItems(
                    TransactWriteItemsRequest.builder().transactItems(writes).build());
            return true;
        } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream().anyMatch(r -> taken(r.code()))) {
                return false;
            }
            throw e;
        }
    }

    private static boolean taken(@org.jspecify.annotations.Nullable String code) {
        return "ConditionalCheckFailed".equals(code) || "TransactionConflict".equals(code);
    }

    private TransactWriteItem put(Map<String, AttributeValue> item) {
        return TransactWriteItem.builder()
                .put(Put.builder().tableName(table).item(item).conditionExpression(NEW_KEY).build())
                .build();
    }

    @Override
    public Map<String, String> claims(Collection<String> positions) {
        var found = new HashMap<String, String>();
        var ask =
                Map.of(
                        table,
                        KeysAndAttributes.builder()
                                .consistentRead(true)
                                .keys(
                                        positions.stream()
                                                .map(p -> key("event#" + p, CLAIM))
                                                .toList())
                                .build());
        while (!ask.isEmpty()) {
            var answer = db.batchGetItem(BatchGetItemRequest.builder().requestItems(ask).build());
            for (var item : answer.responses().getOrDefault(table, List.of())) {
                found.put(text(item, "pk").substring("event#".length()), text(item, "object"));
            }
            ask = answer.unprocessedKeys();
        }
        return found;
    }

    @Override
    public Optional<StagedObject> pending(String key) {
        var item =
                db.getItem(
                                GetItemRequest.builder()
                                        .tableName(table)
                                        .key(key("object#" + key, STATE))
                                        .consistentRead(true)
                                        .build())
                        .item();
        var content = item.get("content");
        if (content == null) {
            return Optional.empty();
        }
        var lines = content.b().asUtf8String().split("\n", -1);
        return Optional.of(new StagedObject(key, List.of(lines).subList(0, lines.length - 1)));
    }

    @Override
    public void archived(StagedObject object) {
        db.putItem(PutItemRequest.builder().tableName(table).item(state(object)).build());
    }

    private static Map<String, AttributeValue> state(StagedObject object) {
        var item = key("object#" + object.key(), STATE);
        item.put("sha", AttributeValue.fromS(object.sha()));
        item.put("lines", AttributeValue.fromN(Integer.toString(object.lines().size())));
        return item;
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        var key = new HashMap<String, AttributeValue>();
        key.put("pk", AttributeValue.fromS(pk));
        key.put("sk", AttributeValue.fromS(sk));
        return key;
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null ? "" : value.s();
    }
}
