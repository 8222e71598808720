package dev.sluicegate.router.chain;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.sluicegate.contract.Label;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.router.identity.EffectiveIdentity;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Keys and attributes of the chain table, and what three of its rows mean together. */
final class ChainRows {
    /** A chain is over when nothing was called for this long. */
    static final Duration WINDOW = Duration.ofMinutes(30);

    /** How long a sensitive label follows its principal, across chains and clients. */
    static final Duration FOLLOW = Duration.ofHours(24);

    /** How much longer than it matters a row is kept before DynamoDB may drop it. */
    static final Duration SLACK = Duration.ofDays(2);

    static final String PK = "pk";
    static final String SK = "sk";
    static final String TTL = "ttl";
    static final String CHAIN_ID = "chainId";
    static final String OPENED_AT = "openedAt";
    static final String LAST_AT = "lastAt";
    static final String DEPTH = "depth";
    static final String LABELS = "labels";
    static final String TOOLS = "tools";
    static final String UNTRUSTED = "untrusted";
    static final String CALLS = "calls";
    static final String ROWS_READ = "rowsRead";
    static final String AMOUNT = "amount";

    /** The bucket of all tools; a name with a sign that no tool's name has. */
    static final String ALL = "*";

    private ChainRows() {}

    static Map<String, AttributeValue> chainKey(EffectiveIdentity identity) {
        // a client chooses its id; hashed, it can neither be too long nor reach into another key
        var client = PrincipalId.of("client", identity.clientId());
        return key(
                "chain#" + identity.tenant() + "#" + identity.principalId() + "#" + client,
                "STATE");
    }

    static Map<String, AttributeValue> principalKey(EffectiveIdentity identity) {
        return key("principal#" + identity.tenant() + "#" + identity.principalId(), "LABELS");
    }

    static Map<String, AttributeValue> quotaKey(
            EffectiveIdentity identity, String day, String tool) {
        return key("quota#" + identity.tenant() + "#" + identity.principalId(), day + "#" + tool);
    }

    /** Of the principal, not of a client: a client is free to call itself something else. */
    static Map<String, AttributeValue> rateKey(EffectiveIdentity identity) {
        return key("rate#" + identity.tenant() + "#" + identity.principalId(), "BUCKETS");
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        return Map.of(PK, text(pk), SK, text(sk));
    }

    /**
     * @param chain row, empty when absent
     * @param principal row, empty when absent
     * @param quota row, empty when absent
     * @param rate the buckets, from their row
     * @param newChainId of the chain that this call opens when there is none to continue
     * @throws ChainUnavailableException if a row is not what was written
     */
    static ChainState state(
            Map<String, AttributeValue> chain,
            Map<String, AttributeValue> principal,
            Map<String, AttributeValue> quota,
            ChainState.Rate rate,
            String day,
            Instant now,
            String newChainId) {
        try {
            Set<Label> labels = EnumSet.noneOf(Label.class);
            for (var label : Label.values()) {
                // a label may follow for another moment than its row says, never a shorter one
                if (label.followsPrincipal()
                        && whole(principal, label.word()) >= now.getEpochSecond()) {
                    labels.add(label);
                }
            }
            var counters =
                    new ChainState.Quota(
                            day,
                            whole(quota, CALLS),
                            whole(quota, ROWS_READ),
                            decimal(quota, AMOUNT));
            if (!chain.containsKey(CHAIN_ID) || isOver(chain, now)) {
                return new ChainState(
                        newChainId, false, 0, labels, Set.of(), false, counters, rate);
            }
            texts(chain, LABELS).stream().map(Label::of).forEach(labels::add);
            return new ChainState(
                    requireNonNull(chain.get(CHAIN_ID).s(), CHAIN_ID),
                    true,
                    whole(chain, DEPTH),
                    labels,
                    texts(chain, TOOLS),
                    chain.containsKey(UNTRUSTED)
                            && Boolean.TRUE.equals(chain.get(UNTRUSTED).bool()),
                    counters,
                    rate);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new ChainUnavailableException("a row of the chain table makes no sense", e);
        }
    }

    /**
     * @param row of the principal's buckets, empty when absent
     * @throws ChainUnavailableException if it is not what was written
     */
    static ChainState.Rate rate(
            Map<String, AttributeValue> row, RateLimits limits, String tool, Instant now) {
        try {
            var principal = whole(row, ALL);
            var ofTool = whole(row, tool);
            var at = micros(now);
            var waitOfPrincipal = principal - limits.principal().latestMicros(at);
            var waitOfTool = ofTool - limits.of(tool).latestMicros(at);
            var wait = Math.max(0, Math.max(waitOfPrincipal, waitOfTool));
            return new ChainState.Rate(
                    principal,
                    ofTool,
                    Duration.of(wait, ChronoUnit.MICROS),
                    wait > 0 && waitOfTool >= waitOfPrincipal);
        } catch (IllegalArgumentException e) {
            throw new ChainUnavailableException("a row of the chain table makes no sense", e);
        }
    }

    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    /** The same comparison as in the condition of {@link ChainStore#reserve}. */
    private static boolean isOver(Map<String, AttributeValue> chain, Instant now) {
        return whole(chain, LAST_AT) < lastAtOfAnOpenChain(now);
    }

    static long lastAtOfAnOpenChain(Instant now) {
        return now.getEpochSecond() - WINDOW.toSeconds();
    }

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    static AttributeValue number(BigDecimal value) {
        return AttributeValue.fromN(value.toPlainString());
    }

    static AttributeValue words(Collection<Label> labels) {
        return AttributeValue.fromSs(labels.stream().map(Label::word).sorted().toList());
    }

    private static long whole(Map<String, AttributeValue> row, String name) {
        return row.containsKey(name) ? Long.parseLong(row.get(name).n()) : 0;
    }

    private static BigDecimal decimal(Map<String, AttributeValue> row, String name) {
        return row.containsKey(name) ? new BigDecimal(row.get(name).n()) : BigDecimal.ZERO;
    }

    private static Set<String> texts(Map<String, AttributeValue> row, String name) {
        return row.containsKey(name)
                ? row.get(name).ss().stream().collect(toUnmodifiableSet())
                : Set.of();
    }
}
