package dev.sluicegate.router.approval;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.enforcement.ApprovalGate;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Requests for approval in DynamoDB. The same operation asked for again while its request waits is that
 * same request. Arguments are not kept, only their binding. Nothing here approves anything.
 */
public final class ApprovalRequests implements ApprovalGate {
    /** A request that another caller makes at the same time is seen in the second round. */
    private static final int MAX_ROUNDS = 3;

    /** How long a request can be looked up after it ended. */
    private static final Duration KEEP = Duration.ofDays(30);

    private static final char[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();
    private static final int ID_LENGTH = 26; // 130 bits: nobody guesses one

    private final DynamoDbClient dynamo;
    private final String table;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public ApprovalRequests(DynamoDbClient dynamo, String table, Clock clock) {
        this.dynamo = dynamo;
        this.table = table;
        this.clock = clock;
    }

    /**
     * @throws ApprovalUnavailableException if the request can be neither found nor made
     */
    @Override
    public Outcome.ApprovalRequest request(
            InboundCall call, ChainState chain, Decision.NeedsApproval need) {
        var binding = Binding.of(call, need.basis());
        var tenant = call.identity().tenant();
        try {
            for (var round = 0; round < MAX_ROUNDS; round++) {
                var pending = pending(tenant, binding);
                if (pending != null) {
                    return pending;
                }
                var made = new Outcome.ApprovalRequest(nextId(), binding.sha(), null, end(need));
                try {
                    dynamo.transactWriteItems(
                            TransactWriteItemsRequest.builder()
                                    .transactItems(items(call, chain, need, made))
                                    .build());
                    return made;
                } catch (TransactionCanceledException e) {
                    if (round == MAX_ROUNDS - 1) {
                        throw new ApprovalUnavailableException(
                                "the request was neither taken nor found", e);
                    }
                }
            }
        } catch (SdkException e) {
            throw new ApprovalUnavailableException("the approvals table does not answer", e);
        }
        throw new IllegalStateException("unreachable: the last round returns or throws");
    }

    private Instant end(Decision.NeedsApproval need) {
        // whole seconds, as the row keeps it, so that both answers are the same
        return Instant.ofEpochSecond(clock.instant().plus(need.rule().ttl()).getEpochSecond());
    }

    private Outcome.@Nullable ApprovalRequest pending(String tenant, Binding binding) {
        var row =
                dynamo.getItem(
                                GetItemRequest.builder()
                                        .tableName(table)
                                        .key(bindKey(tenant, binding.sha()))
                                        .consistentRead(true)
                                        .build())
                        .item();
        return row == null ? null : pending(row, binding, clock.instant());
    }

    /** The request that {@code row} points to, or null when there is none or its time is over. */
    static Outcome.@Nullable ApprovalRequest pending(
            Map<String, AttributeValue> row, Binding binding, Instant now) {
        var id = row.get("approvalId");
        var until = row.get("approveBy");
        if (id == null || until == null) {
            return null;
        }
        var expires = Instant.ofEpochSecond(Long.parseLong(until.n()));
        return expires.isAfter(now)
                ? new Outcome.ApprovalRequest(id.s(), binding.sha(), null, expires)
                : null;
    }

    /** The request and the pointer from its binding, both or neither. */
    List<TransactWriteItem> items(
            InboundCall call,
            ChainState chain,
            Decision.NeedsApproval need,
            Outcome.ApprovalRequest made) {
        var tenant = call.identity().tenant();
        var now = clock.instant().getEpochSecond();
        var approveBy = AttributeValue.fromN(Long.toString(made.expires().getEpochSecond()));
        var ttl = AttributeValue.fromN(Long.toString(made.expires().plus(KEEP).getEpochSecond()));

        var meta =
                new HashMap<String, AttributeValue>(
                        Map.of(
                                "pk", text("approval#" + tenant + "#" + made.approvalId()),
                                "sk", text("META")));
        meta.put("status", text("PENDING"));
        meta.put("bind", text(made.bind()));
        meta.put("requester", text(call.identity().principalId()));
        meta.put("tool", text(call.tool().name()));
        meta.put(
                "rule",
                AttributeValue.fromM(
                        Map.of(
                                "approver", text(need.rule().approver()),
                                "quorum",
                                        AttributeValue.fromN(
                                                Integer.toString(need.rule().quorum())),
                                "ttlSeconds",
                                        AttributeValue.fromN(
                                                Long.toString(need.rule().ttl().toSeconds())))));
        meta.put("policySet", text(need.basis().set()));
        meta.put("callId", text(call.callId()));
        meta.put("chainId", text(chain.chainId()));
        meta.put("approveBy", approveBy);
        meta.put("createdAt", AttributeValue.fromN(Long.toString(now)));
        meta.put("ttl", ttl);

        var bind = new HashMap<>(bindKey(tenant, made.bind()));
        bind.put("approvalId", text(made.approvalId()));
        bind.put("approveBy", approveBy);
        bind.put("ttl", ttl);

        return List.of(
                TransactWriteItem.builder()
                        .put(
                                Put.builder()
                                        .tableName(table)
                                        .item(meta)
                                        .conditionExpression("attribute_not_exists(#pk)")
                                        .expressionAttributeNames(Map.of("#pk", "pk"))
                                        .build())
                        .build(),
                TransactWriteItem.builder()
                        .put(
                                Put.builder()
                                        .tableName(table)
                                        .item(bind)
                                        .conditionExpression(
                                                "attribute_not_exists(#pk) OR #approveBy <= :now")
                                        .expressionAttributeNames(
                                                Map.of("#pk", "pk", "#approveBy", "approveBy"))
                                        .expressionAttributeValues(
                                                Map.of(
                                                        ":now",
                                                        AttributeValue.fromN(Long.toString(now))))
                                        .build())
                        .build());
    }

    private static Map<String, AttributeValue> bindKey(String tenant, String bind) {
        return Map.of("pk", text("bind#" + tenant + "#" + bind), "sk", text("OPEN"));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private String nextId() {
        var id = new StringBuilder(ID_LENGTH);
        for (var i = 0; i < ID_LENGTH; i++) {
            id.append(BASE32[random.nextInt(BASE32.length)]);
        }
        return id.toString();
    }
}
