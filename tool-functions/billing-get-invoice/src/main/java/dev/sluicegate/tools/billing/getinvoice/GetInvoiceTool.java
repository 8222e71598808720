package dev.sluicegate.tools.billing.getinvoice;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.kit.Tool;
import dev.sluicegate.kit.ToolCall;
import dev.sluicegate.kit.ToolResult;
import java.math.BigDecimal;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads one invoice and works out what of it can still be refunded. */
final class GetInvoiceTool implements Tool {
    @Override
    public ToolResult run(ToolCall call) {
        var invoiceId = call.arguments().path("invoice_id").asText();
        var invoice =
                call.dynamoDb()
                        .getItem(request ->
                                request.tableName(call.table("invoices"))
                                        .key(
                                                Map.of(
                                                        "pk",
                                                        AttributeValue.fromS(
                                                                call.tenant() + "#" + invoiceId),
                                                        "sk",
                                                        AttributeValue.fromS("INVOICE")))
                                        // a refund of a moment ago is in the answer
                                        .consistentRead(true))
                        .item();
        if (invoice == null || invoice.isEmpty()) {
            return new ToolResult.Failed("no such invoice");
        }
        var amount = number(invoice, "amount");
        var refunded = number(invoice, "refunded");
        return new ToolResult.Done(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("invoice_id", invoiceId)
                        .put("customer_id", text(invoice, "customer_id"))
                        .put("amount", amount)
                        .put("currency", text(invoice, "currency"))
                        .put("status", text(invoice, "status"))
                        .put("refunded", refunded)
                        .put("refundable", amount.subtract(refunded)));
    }

    private static String text(Map<String, AttributeValue> invoice, String name) {
        var value = invoice.get(name);
        return value == null || value.s() == null ? "" : value.s();
    }

    private static BigDecimal number(Map<String, AttributeValue> invoice, String name) {
        var value = invoice.get(name);
        return value == null || value.n() == null ? BigDecimal.ZERO : new BigDecimal(value.n());
    }
}
