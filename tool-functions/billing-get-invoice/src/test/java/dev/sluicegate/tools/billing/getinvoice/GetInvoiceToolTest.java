package dev.sluicegate.tools.billing.getinvoice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.kit.ToolResult;
import dev.sluicegate.kit.testing.LoopbackTable;
import java.math.BigDecimal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GetInvoiceToolTest {
    private static final String CALL = "{\"invoice_id\": \"INV-2001\"}";

    private final LoopbackTable table = new LoopbackTable();

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void anInvoiceSaysWhatCanStillBeRefunded() {
        table.answers("GetItem", invoice("\"refunded\": {\"N\": \"30.50\"},"));

        assertThat(run())
                .isEqualTo(
                        new ToolResult.Done(
                                new ObjectMapper()
                                        .createObjectNode()
                                        .put("invoice_id", "INV-2001")
                                        .put("customer_id", "C-1001")
                                        .put("amount", new BigDecimal("120"))
                                        .put("currency", "EUR")
                                        .put("status", "paid")
                                        .put("refunded", new BigDecimal("30.50"))
                                        .put("refundable", new BigDecimal("89.50"))));
    }

    @Test
    void whatWasNeverRefundedCanBeInFull() {
        table.answers("GetItem", invoice(""));

        var result = (ToolResult.Done) run();

        assertThat(result.structured().path("refunded").decimalValue()).isZero();
        assertThat(result.structured().path("refundable").decimalValue())
                .isEqualByComparingTo("120");
    }

    @Test
    void theAnswerFitsItsOutputSchema() throws Exception {
        table.answers("GetItem", invoice(""));
        var schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(ToolManifest.of(GetInvoice.class).outputSchema());

        var result = ((ToolResult.Done) run()).structured();

        assertThat(schema.validate(new ObjectMapper().readTree(result.toString()))).isEmpty();
    }

    @Test
    void onlyTheInvoiceOfTheCallersTenantIsReadAndARefundOfAMomentAgoIsInIt() {
        table.answers("GetItem", invoice(""));

        run();

        var asked = table.asked().getFirst();
        assertThat(asked.path("TableName").asText()).isEqualTo("table-invoices");
        assertThat(asked.at("/Key/pk/S").asText()).isEqualTo("demo#INV-2001");
        assertThat(asked.at("/Key/sk/S").asText()).isEqualTo("INVOICE");
        assertThat(asked.path("ConsistentRead").asBoolean()).isTrue();
        assertThat(table.operations()).containsExactly("GetItem");
    }

    @Test
    void anUnknownInvoiceIsAFailureThatSaysNoMore() {
        assertThat(run()).isEqualTo(new ToolResult.Failed("no such invoice"));
    }

    private ToolResult run() {
        return new GetInvoiceTool().run(table.call(CALL));
    }

    private static String invoice(String more) {
        return """
        {"Item": {"pk": {"S": "demo#INV-2001"}, "customer_id": {"S": "C-1001"}, "amount": {"N": "120"},
          %s "currency": {"S": "EUR"}, "status": {"S": "paid"}}}
        """
                .formatted(more);
    }
}
