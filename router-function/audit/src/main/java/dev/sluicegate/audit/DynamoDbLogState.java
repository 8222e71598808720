package dev.sluicegate.audit;

import dev.sluicegate.audit.log.Frontier;
import dev.sluicegate.audit.log.LogState;
import dev.sluicegate.audit.log.Placement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * What archivers agree on, in the table {@code tlog}:
 *
 * <pre>
 * logs       CURRENT            open, previous
 * log#2026   HEAD               revision, size, frontier, closed
 * log#2026   SEGMENT#&lt;start&gt;    stage, from, count
 * log#2026   INTEGRATED         size
 * log#2026   PUBLISHED          size, root, previous, stored
 * claim#…    CLAIM              log, index
 * </pre>
 */
final class DynamoDbLogState implements LogState {
    private static final String NEW = "attribute_not_exists(pk)";
    private static final String HEAD = "HEAD";
    private static final String CLAIM = "CLAIM";
    private static final String SEGMENT = "SEGMENT#";
    private static final String INTEGRATED = "INTEGRATED";
    private static final String PUBLISHED = "PUBLISHED";

    /** A limit of DynamoDB. */
    private static final int MAX_BATCH = 100;

    private static final int MAX_SEGMENTS = 200;

    /** As long as the content that it names is kept in any case. */
    private static final Duration SEGMENT_KEPT = Duration.ofDays(30);

    /** Longer than a record may be fed again, from the stream or from the journal. */
    static final Duration CLAIM_KEPT = Duration.ofDays(400);

    private final DynamoDbClient db;
    private final String table;
    private final Clock clock;

    DynamoDbLogState(DynamoDbClient db, String table, Clock clock) {
        this.db = db;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public Optional<Shards> shards() {
        return get("logs", "CURRENT")
                .map(item ->
                        new Shards(
                                (int) number(item, "open"),
                                item.containsKey("previous")
                                        ? OptionalInt.of((int) number(item, "previous"))
                                        : OptionalInt.empty()));
    }

    @Override
    public Optional<Head> head(int shard) {
        return get(log(shard), HEAD)
                .map(item ->
                        new Head(
                                number(item, "revision"),
                                Frontier.of(number(item, "size"), bytes(item, "frontier")),
                                flag(item, "closed")));
    }

    private Map<String, AttributeValue> item(int shard, Head head) {
        var item = key(log(shard), HEAD);
        item.put("revision", number(head.revision()));
        item.put("size", number(head.frontier().size()));
        item.put("frontier", bytes(head.frontier().bytes()));
        item.put("closed", AttributeValue.fromBool(head.closed()));
        return item;
    }

    @Override
    public Map<String, Placement> claims(Collection<String> claims) {
        var found = new HashMap<String, Placement>();
        var all = List.copyOf(claims);
        for (var from = 0; from < all.size(); from += MAX_BATCH) {
            var some = all.subList(from, Math.min(all.size(), from + MAX_BATCH));
            var ask =
                    Map.of(
                            table,
                            KeysAndAttributes.builder()
                                    .consistentRead(true)
                                    .keys(some.stream().map(c -> key("claim#" + c, CLAIM)).toList())
                                    .build());
            while (!ask.isEmpty()) {
                var answer =
                        db.batchGetItem(BatchGetItemRequest.builder().requestItems(ask).build());
                for (var item : answer.responses().getOrDefault(table, List.of())) {
                    found.put(
                            text(item, "pk").substring("claim#".length()),
                            new Placement((int) number(item, "log"), number(item, "index")));
                }
                ask = answer.unprocessedKeys();
            }
        }
        return found;
    }

    @Override
    public boolean commit(
            int shard, Head before, Head after, Segment segment, List<String> claims) {
        var writes = new ArrayList<TransactWriteItem>(claims.size() + 2);
        writes.add(replace(item(shard, after), before));
        writes.add(put(item(shard, segment)));
        var until = ttl(CLAIM_KEPT);
        for (var i = 0; i < claims.size(); i++) {
            var claim = key("claim#" + claims.get(i), CLAIM);
            claim.put("log", number(shard));
            claim.put("index", number(segment.start() + i));
            claim.put("ttl", until);
            writes.add(put(claim));
        }
        return transact(writes);
    }

    @Override
    public boolean open(
            @Nullable Shards before,
            @Nullable Head closing,
            Shards after,
            Head first,
            Segment segment) {
        var writes = new ArrayList<TransactWriteItem>();
        var current = key("logs", "CURRENT");
        current.put("open", number(after.open()));
        after.previous().ifPresent(year -> current.put("previous", number(year)));
        if (before == null || closing == null) {
            writes.add(put(current));
        } else {
            writes.add(
                    TransactWriteItem.builder()
                            .put(put ->
                                    put.tableName(table)
                                            .item(current)
                                            .conditionExpression("#open = :open")
                                            .expressionAttributeNames(Map.of("#open", "open"))
                                            .expressionAttributeValues(
                                                    Map.of(":open", number(before.open()))))
                            .build());
            var closed = new Head(closing.revision() + 1, closing.frontier(), true);
            writes.add(replace(item(before.open(), closed), closing));
        }
        writes.add(put(item(after.open(), first)));
        writes.add(put(item(after.open(), segment)));
        return transact(writes);
    }

    private Map<String, AttributeValue> item(int shard, Segment segment) {
        var item = key(log(shard), SEGMENT + padded(segment.start()));
        item.put("stage", AttributeValue.fromS(segment.stage()));
        item.put("from", number(segment.from()));
        item.put("count", number(segment.count()));
        item.put("ttl", ttl(SEGMENT_KEPT));
        return item;
    }

    @Override
    public List<Segment> segments(int shard, long from) {
        var answer =
                db.query(request ->
                        request.tableName(table)
                                .keyConditionExpression("pk = :pk AND sk BETWEEN :from AND :to")
                                .expressionAttributeValues(
                                        Map.of(
                                                ":pk",
                                                AttributeValue.fromS(log(shard)),
                                                ":from",
                                                AttributeValue.fromS(SEGMENT + padded(from)),
                                                ":to",
                                                AttributeValue.fromS(
                                                        SEGMENT + padded(Long.MAX_VALUE))))
                                .consistentRead(true)
                                .limit(MAX_SEGMENTS));
        return answer.items().stream()
                .map(item ->
                        new Segment(
                                Long.parseLong(text(item, "sk").substring(SEGMENT.length())),
                                text(item, "stage"),
                                (int) number(item, "from"),
                                (int) number(item, "count")))
                .toList();
    }

    @Override
    public long integrated(int shard) {
        return get(log(shard), INTEGRATED).map(item -> number(item, "size")).orElse(0L);
    }

    @Override
    public void integrated(int shard, long size) {
        var item = key(log(shard), INTEGRATED);
        item.put("size", number(size));
        putIf(
                item,
                NEW + " OR #size < :size",
                Map.of("#size", "size"),
                Map.of(":size", number(size)));
    }

    @Override
    public Optional<Published> published(int shard) {
        return get(log(shard), PUBLISHED)
                .map(item ->
                        new Published(
                                number(item, "size"),
                                bytes(item, "root"),
                                item.containsKey("previous")
                                        ? OptionalLong.of(number(item, "previous"))
                                        : OptionalLong.empty(),
                                flag(item, "stored")));
    }

    @Override
    public boolean publish(int shard, @Nullable Published before, Published after) {
        var item = key(log(shard), PUBLISHED);
        item.put("size", number(after.size()));
        item.put("root", bytes(after.root()));
        after.previous().ifPresent(size -> item.put("previous", number(size)));
        item.put("stored", AttributeValue.fromBool(after.stored()));
        return before == null
                ? putIf(item, NEW, Map.of(), Map.of())
                : putIf(
                        item,
                        "#size = :size AND #stored = :stored",
                        Map.of("#size", "size", "#stored", "stored"),
                        Map.of(
                                ":size",
                                number(before.size()),
                                ":stored",
                                AttributeValue.fromBool(before.stored())));
    }

    private boolean putIf(
            Map<String, AttributeValue> item,
            String condition,
            Map<String, String> names,
            Map<String, AttributeValue> values) {
        var put =
                PutItemRequest.builder().tableName(table).item(item).conditionExpression(condition);
        if (!names.isEmpty()) {
            put.expressionAttributeNames(names).expressionAttributeValues(values);
        }
        try {
            db.putItem(put.build());
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private TransactWriteItem put(Map<String, AttributeValue> item) {
        return TransactWriteItem.builder()
                .put(Put.builder().tableName(table).item(item).conditionExpression(NEW).build())
                .build();
    }

    private TransactWriteItem replace(Map<String, AttributeValue> item, Head before) {
        return TransactWriteItem.builder()
                .put(put ->
                        put.tableName(table)
                                .item(item)
                                .conditionExpression("#revision = :revision")
                                .expressionAttributeNames(Map.of("#revision", "revision"))
                                .expressionAttributeValues(
                                        Map.of(":revision", number(before.revision()))))
                .build();
    }

    private boolean transact(List<TransactWriteItem> writes) {
        try {
            db.transactWriteItems(
                    TransactWriteItemsRequest.builder().transactItems(writes).build());
            return true;
        } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream().anyMatch(reason -> lost(reason.code()))) {
                return false;
            }
            throw e;
        }
    }

    private static boolean lost(@Nullable String code) {
        return "ConditionalCheckFailed".equals(code) || "TransactionConflict".equals(code);
    }

    private Optional<Map<String, AttributeValue>> get(String pk, String sk) {
        var answer = db.getItem(get -> get.tableName(table).key(key(pk, sk)).consistentRead(true));
        return answer.hasItem() ? Optional.of(answer.item()) : Optional.empty();
    }

    private AttributeValue ttl(Duration kept) {
        return number(clock.instant().plus(kept).getEpochSecond());
    }

    private static String log(int shard) {
        return "log#" + shard;
    }

    private static String padded(long start) {
        return String.format(Locale.ROOT, "%020d", start);
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        var key = new HashMap<String, AttributeValue>();
        key.put("pk", AttributeValue.fromS(pk));
        key.put("sk", AttributeValue.fromS(sk));
        return key;
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    private static AttributeValue bytes(byte[] value) {
        return AttributeValue.fromB(SdkBytes.fromByteArray(value));
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null ? "" : value.s();
    }

    private static long number(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        if (value == null || value.n() == null) {
            throw new IllegalStateException("an item of the log has no number `" + name + "`");
        }
        return Long.parseLong(value.n());
    }

    private static byte[] bytes(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null || value.b() == null ? new byte[0] : value.b().asByteArray();
    }

    private static boolean flag(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value != null && Boolean.TRUE.equals(value.bool());
    }
}
