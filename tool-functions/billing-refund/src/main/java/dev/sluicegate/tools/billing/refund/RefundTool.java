package dev.sluicegate.tools.billing.refund;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.kit.Tool;
import dev.sluicegate.kit.ToolCall;
import dev.sluicegate.kit.ToolResult;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Adds one refund to an invoice: the refund and the invoice's new total in one transaction, once per call
 * id, never above the invoice. Whether the amount is acceptable at all is policy's business; that it is
 * positive is checked here too, because a negative refund would raise what can be refunded later.
 */
final class RefundTool implements Tool {
    /** Another refund of the invoice at the same moment makes the condition on its total stale. */
    private static final int ATTEMPTS = 10;

    @Override
    public ToolResult run(ToolCall call) {
        var refund =
                new Refunded(
                        call.arguments().path("invoice_id").asText(),
                        call.arguments().path("amount").decimalValue(),
                        call.arguments().path("currency").asText());
        if (refund.amount().signum() <= 0) {
            return new ToolResult.Failed("the amount is not positive");
        }
        var dynamoDb = call.dynamoDb();
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            var invoice = invoice(call, dynamoDb, refund);
            if (invoice.isEmpty()) {
                return new ToolResult.Failed("no such invoice");
            }
            if (!text(invoice, "currency").equals(refund.currency())) {
                return new ToolResult.Failed("the invoice is in another currency");
            }
            var before = number(invoice, "refunded");
            var after = before.add(refund.amount());
            if (after.compareTo(number(invoice, "amount")) > 0) {
                return already(call, dynamoDb, refund)
                        ? done(call, refund)
                        : new ToolResult.Failed("refunds would exceed the invoice");
            }
            try {
                dynamoDb.transactWriteItems(request ->
                        request.transactItems(
                                total(call, refund, invoice.get("refunded"), after),
                                entry(call, refund)));
                return done(call, refund);
            } catch (TransactionCanceledException e) {
                if (entryExists(e.cancellationReasons())) {
                    return done(call, refund); // the call ran before: the same answer again
                }
                if (call.remaining().toMillis() <= 0) {
                    break;
                }
            }
        }
        return new ToolResult.Failed(
                "the invoice is being changed by others, nothing was refunded");
    }

    private static Map<String, AttributeValue> invoice(
            ToolCall call, DynamoDbClient dynamoDb, Refunded refund) {
        var item =
                dynamoDb.getItem(request ->
                                request.tableName(call.table("invoices"))
                                        .key(key(call, refund, "INVOICE"))
                                        .consistentRead(true))
                        .item();
        return item == null ? Map.of() : item;
    }

    private static boolean already(ToolCall call, DynamoDbClient dynamoDb, Refunded refund) {
        return dynamoDb.getItem(request ->
                        request.tableName(call.table("refunds"))
                                .key(key(call, refund, call.callId()))
                                .consistentRead(true))
                .hasItem();
    }

    private static TransactWriteItem total(
            ToolCall call, Refunded refund, @Nullable AttributeValue before, BigDecimal after) {
        var unchanged = before == null ? "attribute_not_exists(#refunded)" : "#refunded = :before";
        var values = new HashMap<String, AttributeValue>();
        values.put(":after", AttributeValue.fromN(after.toPlainString()));
        if (before != null) {
            values.put(":before", before);
        }
        return TransactWriteItem.builder()
                .update(update ->
                        update.tableName(call.table("invoices"))
                                .key(key(call, refund, "INVOICE"))
                                .updateExpression("SET #refunded = :after")
                                .conditionExpression("attribute_exists(pk) AND " + unchanged)
                                .expressionAttributeNames(Map.of("#refunded", "refunded"))
                                .expressionAttributeValues(values))
                .build();
    }

    private static TransactWriteItem entry(ToolCall call, Refunded refund) {
        return TransactWriteItem.builder()
                .put(put ->
                        put.tableName(call.table("refunds"))
                                .item(
                                        Map.of(
                                                "pk",
                                                partition(call, refund),
                                                "sk",
                                                AttributeValue.fromS(call.callId()),
                                                "amount",
                                                AttributeValue.fromN(
                                                        refund.amount().toPlainString()),
                                                "currency",
                                                AttributeValue.fromS(refund.currency()),
                                                "at",
                                                AttributeValue.fromS(call.now().toString()),
                                                "principal",
                                                AttributeValue.fromS(call.principal())))
                                .conditionExpression("attribute_not_exists(pk)"))
                .build();
    }

    private static boolean entryExists(List<CancellationReason> reasons) {
        return reasons.size() == 2 && "ConditionalCheckFailed".equals(reasons.get(1).code());
    }

    private static ToolResult done(ToolCall call, Refunded refund) {
        return new ToolResult.Done(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("refund_id", call.callId())
                        .put("invoice_id", refund.invoiceId())
                        .put("amount", refund.amount())
                        .put("currency", refund.currency())
                        .put("status", "refunded"));
    }

    private static Map<String, AttributeValue> key(ToolCall call, Refunded refund, String sk) {
        return Map.of("pk", partition(call, refund), "sk", AttributeValue.fromS(sk));
    }

    private static AttributeValue partition(ToolCall call, Refunded refund) {
        return AttributeValue.fromS(call.tenant() + "#" + refund.invoiceId());
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null || value.s() == null ? "" : value.s();
    }

    private static BigDecimal number(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null || value.n() == null ? BigDecimal.ZERO : new BigDecimal(value.n());
    }

    private record Refunded(String invoiceId, BigDecimal amount, String currency) {}
}
