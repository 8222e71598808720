package dev.sluicegate.router.chain;

import static dev.sluicegate.router.chain.ChainRows.ALL;
import static dev.sluicegate.router.chain.ChainRows.AMOUNT;
import static dev.sluicegate.router.chain.ChainRows.CALLS;
import static dev.sluicegate.router.chain.ChainRows.CHAIN_ID;
import static dev.sluicegate.router.chain.ChainRows.DEPTH;
import static dev.sluicegate.router.chain.ChainRows.LABELS;
import static dev.sluicegate.router.chain.ChainRows.LAST_AT;
import static dev.sluicegate.router.chain.ChainRows.OPENED_AT;
import static dev.sluicegate.router.chain.ChainRows.PK;
import static dev.sluicegate.router.chain.ChainRows.ROWS_READ;
import static dev.sluicegate.router.chain.ChainRows.SK;
import static dev.sluicegate.router.chain.ChainRows.TOOLS;
import static dev.sluicegate.router.chain.ChainRows.TTL;
import static dev.sluicegate.router.chain.ChainRows.UNTRUSTED;
import static dev.sluicegate.router.chain.ChainRows.number;
import static dev.sluicegate.router.chain.ChainRows.text;
import static dev.sluicegate.router.chain.ChainRows.words;

import dev.sluicegate.contract.Label;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.identity.EffectiveIdentity;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Chains in DynamoDB. Reads are strongly consistent; writes are only ever described here and carried out
 * in the transaction of the record that they belong to, so that no counter and no label exists without
 * its record, nor a record without them.
 */
public final class ChainStore {
    /** Rounds for keys that DynamoDB left unread; then the answer is no. */
    private static final int MAX_READS = 4;

    private static final long BACKOFF_NANOS = 10_000_000;

    private final DynamoDbClient dynamo;
    private final String table;
    private final Clock clock;
    private final ZoneId zone;
    private final RateLimits limits;

    /**
     * @param zone in which a day begins and ends
     */
    public ChainStore(
            DynamoDbClient dynamo, String table, Clock clock, ZoneId zone, RateLimits limits) {
        this.dynamo = dynamo;
        this.table = table;
        this.clock = clock;
        this.zone = zone;
        this.limits = limits;
    }

    /**
     * The caller's chain, the counters of today and the token buckets, in one consistent read. A chain on which nothing
     * happened for 30 minutes is over: the state is then that of a new chain, with the labels that still
     * follow the principal.
     *
     * @throws ChainUnavailableException if it cannot be read
     */
    public ChainState read(EffectiveIdentity identity, String tool) {
        var now = clock.instant();
        var day = LocalDate.ofInstant(now, zone).toString();
        var chain = ChainRows.chainKey(identity);
        var principal = ChainRows.principalKey(identity);
        var quota = ChainRows.quotaKey(identity, day, tool);
        var rate = ChainRows.rateKey(identity);
        var rows = rows(List.of(chain, principal, quota, rate));
        return ChainRows.state(
                rows.getOrDefault(chain, Map.of()),
                rows.getOrDefault(principal, Map.of()),
                rows.getOrDefault(quota, Map.of()),
                ChainRows.rate(rows.getOrDefault(rate, Map.of()), limits, tool, now),
                day,
                now,
                Ulid.next(clock));
    }

    private Map<Map<String, AttributeValue>, Map<String, AttributeValue>> rows(
            List<Map<String, AttributeValue>> keys) {
        var rows = new HashMap<Map<String, AttributeValue>, Map<String, AttributeValue>>();
        var request =
                Map.of(table, KeysAndAttributes.builder().keys(keys).consistentRead(true).build());
        for (var round = 0; round < MAX_READS; round++) {
            if (round > 0) {
                LockSupport.parkNanos(
                        (BACKOFF_NANOS << round)
                                + ThreadLocalRandom.current().nextLong(BACKOFF_NANOS));
            }
            try {
                var response =
                        dynamo.batchGetItem(
                                BatchGetItemRequest.builder().requestItems(request).build());
                for (var row : response.responses().getOrDefault(table, List.of())) {
                    rows.put(Map.of(PK, row.get(PK), SK, row.get(SK)), row);
                }
                if (!response.hasUnprocessedKeys() || response.unprocessedKeys().isEmpty()) {
                    return rows;
                }
                request = response.unprocessedKeys();
            } catch (SdkException e) {
                throw new ChainUnavailableException("the chain table cannot be read", e);
            }
        }
        // INVARIANT: a row that was not read is never taken for a row that is not there
        throw new ChainUnavailableException("the chain table left keys unread", null);
    }

    /**
     * What is written with INTENT: one more call and its amount on the counters of the day, on condition
     * that they are what the decision was made from, and the call in its chain, on condition that the
     * chain is still the one that was read, and one call out of each token bucket, on condition that there
     * is one. When a condition fails the whole transaction does, and the call must be decided anew.
     */
    public List<TransactWriteItem> reserve(
            EffectiveIdentity identity,
            ToolManifest manifest,
            ChainState state,
            BigDecimal amount) {
        return List.of(
                reserveQuota(identity, manifest, state.quota(), amount),
                takeTokens(identity, manifest, state.rate()),
                state.opened()
                        ? continueChain(identity, manifest, state)
                        : openChain(identity, manifest, state));
    }

    /**
     * The condition is the limit itself, not what was read: calls at once do not get in each other's way as
     * long as there is one for each.
     */
    private TransactWriteItem takeTokens(
            EffectiveIdentity identity, ToolManifest manifest, ChainState.Rate rate) {
        var now = clock.instant();
        var names = new HashMap<String, String>();
        var values = new HashMap<String, AttributeValue>();
        names.put("#ttl", TTL);
        names.put("#all", ALL);
        names.put("#tool", manifest.name());
        var ofTool = limits.of(manifest.name());
        values.put(":now", number(ChainRows.micros(now)));
        // a row that is dropped is a full bucket, so it stays until every bucket in it is
        var slowest = limits.slowest();
        values.put(":ttl", number(now.plus(slowest).plus(ChainRows.SLACK).getEpochSecond()));
        var all = take("all", limits.principal(), rate.principalFullAt(), now, values);
        var tool = take("tool", ofTool, rate.toolFullAt(), now, values);
        var update =
                Update.builder()
                        .tableName(table)
                        .key(ChainRows.rateKey(identity))
                        .updateExpression("SET #ttl = :ttl, " + all.set() + ", " + tool.set())
                        .conditionExpression(all.condition() + " AND " + tool.condition())
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values)
                        .build();
        return TransactWriteItem.builder().update(update).build();
    }

    private record Taking(String set, String condition) {}

    /** DynamoDB cannot compute a maximum, so a full bucket and one in use are two expressions. */
    private static Taking take(
            String bucket,
            RateLimits.Limit limit,
            long fullAt,
            Instant now,
            Map<String, AttributeValue> values) {
        var at = ChainRows.micros(now);
        var name = "#" + bucket;
        if (fullAt <= at) {
            values.put(":" + bucket, number(at + limit.stepMicros()));
            return new Taking(
                    name + " = :" + bucket,
                    "(attribute_not_exists(" + name + ") OR " + name + " <= :now)");
        }
        values.put(":" + bucket, number(limit.stepMicros()));
        values.put(":" + bucket + "Latest", number(limit.latestMicros(at)));
        return new Taking(
                name + " = " + name + " + :" + bucket,
                name + " > :now AND " + name + " <= :" + bucket + "Latest");
    }

    private TransactWriteItem reserveQuota(
            EffectiveIdentity identity,
            ToolManifest manifest,
            ChainState.Quota quota,
            BigDecimal amount) {
        var update =
                Update.builder()
                        .tableName(table)
                        .key(ChainRows.quotaKey(identity, quota.day(), manifest.name()))
                        .updateExpression("SET #ttl = :ttl ADD #calls :one, #amount :amount")
                        .conditionExpression(
                                unchanged("#calls", ":calls", quota.calls() == 0)
                                        + " AND "
                                        + unchanged(
                                                "#amount", ":before", quota.amount().signum() == 0))
                        .expressionAttributeNames(
                                Map.of("#ttl", TTL, "#calls", CALLS, "#amount", AMOUNT))
                        .expressionAttributeValues(
                                Map.of(
                                        ":ttl", number(endOf(quota.day())),
                                        ":one", number(1),
                                        ":amount", number(amount),
                                        ":calls", number(quota.calls()),
                                        ":before", number(quota.amount())))
                        .build();
        return TransactWriteItem.builder().update(update).build();
    }

    private static String unchanged(String name, String value, boolean zero) {
        return zero
                ? "(attribute_not_exists(" + name + ") OR " + name + " = " + value + ")"
                : name + " = " + value;
    }

    private long endOf(String day) {
        return LocalDate.parse(day).plusDays(1).atStartOfDay(zone).toEpochSecond()
                + ChainRows.SLACK.toSeconds();
    }

    private TransactWriteItem continueChain(
            EffectiveIdentity identity, ToolManifest manifest, ChainState state) {
        var now = clock.instant();
        var update =
                Update.builder()
                        .tableName(table)
                        .key(ChainRows.chainKey(identity))
                        .updateExpression(
                                "SET #lastAt = :now, #ttl = :ttl ADD #depth :one, #tools :tool")
                        .conditionExpression("#chainId = :id")
                        .expressionAttributeNames(
                                Map.of(
                                        "#lastAt", LAST_AT,
                                        "#ttl", TTL,
                                        "#depth", DEPTH,
                                        "#tools", TOOLS,
                                        "#chainId", CHAIN_ID))
                        .expressionAttributeValues(
                                Map.of(
                                        ":now", number(now.getEpochSecond()),
                                        ":ttl", number(chainTtl(now)),
                                        ":one", number(1),
                                        ":tool", AttributeValue.fromSs(List.of(manifest.name())),
                                        ":id", text(state.chainId())))
                        .build();
        return TransactWriteItem.builder().update(update).build();
    }

    /** A put, so that nothing of a chain that is over remains. */
    private TransactWriteItem openChain(
            EffectiveIdentity identity, ToolManifest manifest, ChainState state) {
        var now = clock.instant();
        var row = new HashMap<>(ChainRows.chainKey(identity));
        row.put(CHAIN_ID, text(state.chainId()));
        row.put(OPENED_AT, number(now.getEpochSecond()));
        row.put(LAST_AT, number(now.getEpochSecond()));
        row.put(TTL, number(chainTtl(now)));
        row.put(DEPTH, number(1));
        row.put(TOOLS, AttributeValue.fromSs(List.of(manifest.name())));
        row.put(UNTRUSTED, AttributeValue.fromBool(false));
        var put =
                Put.builder()
                        .tableName(table)
                        .item(row)
                        .conditionExpression("attribute_not_exists(#pk) OR #lastAt < :open")
                        .expressionAttributeNames(Map.of("#pk", PK, "#lastAt", LAST_AT))
                        .expressionAttributeValues(
                                Map.of(":open", number(ChainRows.lastAtOfAnOpenChain(now))))
                        .build();
        return TransactWriteItem.builder().put(put).build();
    }

    private static long chainTtl(Instant now) {
        return now.plus(ChainRows.WINDOW).plus(ChainRows.SLACK).getEpochSecond();
    }

    /**
     * What is written with OUTCOME, before the result leaves: the labels on the chain, the sensitive ones
     * on the principal as well for 24 hours, and the rows read; or the reservation given back. Without
     * conditions: a lesson must not fail because another call was faster.
     *
     * @param amount as it was reserved
     */
    public List<TransactWriteItem> learn(
            EffectiveIdentity identity,
            ToolManifest manifest,
            ChainState state,
            Learned learned,
            BigDecimal amount) {
        var now = clock.instant();
        var items = new ArrayList<TransactWriteItem>(3);
        items.add(learnChain(identity, state, learned, now));
        var sensitive = learned.labels().stream().filter(Label::followsPrincipal).toList();
        if (!sensitive.isEmpty()) {
            items.add(learnPrincipal(identity, sensitive, now));
        }
        if (learned.refundQuota() || learned.rows() > 0) {
            items.add(learnQuota(identity, manifest, state.quota(), learned, amount));
        }
        return List.copyOf(items);
    }

    private TransactWriteItem learnChain(
            EffectiveIdentity identity, ChainState state, Learned learned, Instant now) {
        var names = new HashMap<String, String>();
        var values = new HashMap<String, AttributeValue>();
        names.put("#lastAt", LAST_AT);
        names.put("#ttl", TTL);
        names.put("#chainId", CHAIN_ID);
        names.put("#openedAt", OPENED_AT);
        values.put(":now", number(now.getEpochSecond()));
        values.put(":ttl", number(chainTtl(now)));
        values.put(":id", text(state.chainId()));
        // a row that was dropped in the meantime comes back whole
        var expression =
                new StringBuilder(
                        "SET #lastAt = :now, #ttl = :ttl, #chainId = if_not_exists(#chainId, :id),"
                                + " #openedAt = if_not_exists(#openedAt, :now)");
        if (learned.labels().contains(Label.UNTRUSTED)) {
            expression.append(", #untrusted = :true");
            names.put("#untrusted", UNTRUSTED);
            values.put(":true", AttributeValue.fromBool(true));
        }
        if (!learned.labels().isEmpty()) {
            expression.append(" ADD #labels :labels");
            names.put("#labels", LABELS);
            values.put(":labels", words(learned.labels()));
        }
        return update(ChainRows.chainKey(identity), expression.toString(), names, values);
    }

    private TransactWriteItem learnPrincipal(
            EffectiveIdentity identity, List<Label> sensitive, Instant now) {
        var until = now.plus(ChainRows.FOLLOW);
        var names = new HashMap<String, String>();
        var values = new HashMap<String, AttributeValue>();
        names.put("#ttl", TTL);
        values.put(":ttl", number(until.plus(ChainRows.SLACK).getEpochSecond()));
        values.put(":until", number(until.getEpochSecond()));
        // every label ends 24 hours after the last call that met it, so a later write is a later
        // end
        var expression = new StringBuilder("SET #ttl = :ttl");
        for (var label : sensitive) {
            expression.append(", #").append(label.word()).append(" = :until");
            names.put("#" + label.word(), label.word());
        }
        return update(ChainRows.principalKey(identity), expression.toString(), names, values);
    }

    private TransactWriteItem learnQuota(
            EffectiveIdentity identity,
            ToolManifest manifest,
            ChainState.Quota quota,
            Learned learned,
            BigDecimal amount) {
        var names = new HashMap<String, String>();
        var values = new HashMap<String, AttributeValue>();
        names.put("#ttl", TTL);
        names.put("#rows", ROWS_READ);
        values.put(":ttl", number(endOf(quota.day())));
        values.put(":rows", number(learned.rows()));
        var expression = new StringBuilder("SET #ttl = :ttl ADD #rows :rows");
        if (learned.refundQuota()) {
            expression.append(", #calls :calls, #amount :amount");
            names.put("#calls", CALLS);
            names.put("#amount", AMOUNT);
            values.put(":calls", number(-1));
            values.put(":amount", number(amount.negate()));
        }
        return update(
                ChainRows.quotaKey(identity, quota.day(), manifest.name()),
                expression.toString(),
                names,
                values);
    }

    private TransactWriteItem update(
            Map<String, AttributeValue> key,
            String expression,
            Map<String, String> names,
            Map<String, AttributeValue> values) {
        var update =
                Update.builder()
                        .tableName(table)
                        .key(key)
                        .updateExpression(expression)
                        .expressionAttributeNames(names)
                        .expressionAttributeValues(values)
                        .build();
        return TransactWriteItem.builder().update(update).build();
    }
}
