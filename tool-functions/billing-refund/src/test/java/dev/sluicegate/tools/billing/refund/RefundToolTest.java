package dev.sluicegate.tools.billing.refund;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.kit.ToolResult;
import dev.sluicegate.kit.testing.LoopbackTable;
import java.math.BigDecimal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefundToolTest {
    private static final String FIFTY =
            "{\"invoice_id\": \"INV-2001\", \"amount\": 50, \"currency\": \"EUR\"}";

    private final LoopbackTable table = new LoopbackTable();

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void aRefundAndTheInvoicesTotalAreOneTransaction() {
        table.answers("GetItem", invoice("120", "30"));

        assertThat(run(FIFTY)).isEqualTo(done());

        var items = table.asked().getLast().path("TransactItems");
        assertThat(items).hasSize(2);
        var update = items.path(0).path("Update");
        assertThat(update.path("TableName").asText()).isEqualTo("table-invoices");
        assertThat(update.at("/Key/pk/S").asText()).isEqualTo("demo#INV-2001");
        assertThat(update.path("ConditionExpression").asText())
                .isEqualTo("attribute_exists(pk) AND #refunded = :before");
        assertThat(update.at("/ExpressionAttributeValues/:before/N").asText()).isEqualTo("30");
        assertThat(update.at("/ExpressionAttributeValues/:after/N").asText()).isEqualTo("80");
        var put = items.path(1).path("Put");
        assertThat(put.path("TableName").asText()).isEqualTo("table-refunds");
        assertThat(put.at("/Item/pk/S").asText()).isEqualTo("demo#INV-2001");
        assertThat(put.at("/Item/sk/S").asText()).isEqualTo(LoopbackTable.CALL_ID);
        assertThat(put.at("/Item/amount/N").asText()).isEqualTo("50");
        assertThat(put.path("ConditionExpression").asText()).isEqualTo("attribute_not_exists(pk)");
    }

    @Test
    void theWholeInvoiceMayBeRefundedAndNotACentMore() {
        table.answers("GetItem", invoice("80", "30"))
                .answers("GetItem", invoice("80", "30"))
                .answers("GetItem", "{}");
        assertThat(run(FIFTY)).isEqualTo(done());

        assertThat(run(FIFTY.replace("50", "50.01")))
                .isEqualTo(new ToolResult.Failed("refunds would exceed the invoice"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "-0.01"})
    void anAmountThatIsNotPositiveTouchesNothing(String amount) {
        assertThat(run(FIFTY.replace("50", amount)))
                .isEqualTo(new ToolResult.Failed("the amount is not positive"));
        assertThat(table.operations()).isEmpty();
    }

    @Test
    void anUnknownInvoiceIsRefused() {
        table.answers("GetItem", "{}");

        assertThat(run(FIFTY)).isEqualTo(new ToolResult.Failed("no such invoice"));
    }

    @Test
    void anotherCurrencyIsRefused() {
        table.answers("GetItem", invoice("120", "0"));

        assertThat(run(FIFTY.replace("EUR", "USD")))
                .isEqualTo(new ToolResult.Failed("the invoice is in another currency"));
    }

    @Test
    void aCallThatRanBeforeIsAnsweredAgainWithoutASecondRefund() {
        table.answers("GetItem", invoice("120", "30"))
                .answers("TransactWriteItems", cancelled("None", "ConditionalCheckFailed"));

        assertThat(run(FIFTY)).isEqualTo(done());
        assertThat(table.operations()).containsExactly("GetItem", "TransactWriteItems");
    }

    @Test
    void aCallThatRanBeforeAndUsedUpTheInvoiceIsAnsweredAgain() {
        table.answers("GetItem", invoice("50", "50"))
                .answers("GetItem", "{\"Item\": {\"pk\": {\"S\": \"demo#INV-2001\"}}}");

        assertThat(run(FIFTY)).isEqualTo(done());
        assertThat(table.operations()).containsExactly("GetItem", "GetItem");
    }

    @Test
    void whenTheTotalChangedMeanwhileItIsReadAgain() {
        table.answers("GetItem", invoice("120", "30"))
                .answers("GetItem", invoice("120", "60"))
                .answers("TransactWriteItems", cancelled("ConditionalCheckFailed", "None"))
                .answers("TransactWriteItems", "{}");

        assertThat(run(FIFTY)).isEqualTo(done());
        assertThat(
                        table.asked()
                                .getLast()
                                .at("/TransactItems/0/Update/ExpressionAttributeValues/:after/N")
                                .asText())
                .isEqualTo("110");
    }

    @Test
    void anInvoiceThatNeverRestsIsLeftAlone() {
        table.answers("GetItem", invoice("120", "30"))
                .answers("TransactWriteItems", cancelled("TransactionConflict", "None"));

        assertThat(run(FIFTY))
                .isEqualTo(
                        new ToolResult.Failed(
                                "the invoice is being changed by others, nothing was refunded"));
    }

    private ToolResult run(String arguments) {
        return new RefundTool().run(table.call(arguments));
    }

    private static ToolResult done() {
        return new ToolResult.Done(
                new ObjectMapper()
                        .createObjectNode()
                        .put("refund_id", LoopbackTable.CALL_ID)
                        .put("invoice_id", "INV-2001")
                        .put("amount", new BigDecimal("50"))
                        .put("currency", "EUR")
                        .put("status", "refunded"));
    }

    private static String invoice(String amount, String refunded) {
        return """
        {"Item": {"pk": {"S": "demo#INV-2001"}, "amount": {"N": "%s"},
          "currency": {"S": "EUR"}, "refunded": {"N": "%s"}}}
        """
                .formatted(amount, refunded);
    }

    private static String cancelled(String first, String second) {
        return """
        {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
         "CancellationReasons": [{"Code": "%s"}, {"Code": "%s"}]}
        """
                .formatted(first, second);
    }
}
