package dev.sluicegate.tools.crm.getcustomer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.kit.ToolResult;
import dev.sluicegate.kit.testing.LoopbackTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GetCustomerToolTest {
    private static final String ADA =
            """
            {"Item": {"pk": {"S": "demo#C-1001"}, "customer_id": {"S": "C-1001"},
              "name": {"S": "Nora"}, "email": {"S": "nora@example.com"}, "plan": {"S": "gold"},
              "card_number": {"S": "4111111111111111"}}}
            """;

    private final LoopbackTable table = new LoopbackTable();

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void theNamedFieldsAreReadAndNoOthers() throws Exception {
        table.answers("GetItem", ADA);

        var result =
                run("{\"customer_id\": \"C-1001\", \"fields\": [\"name\", \"plan\", \"notes\"]}");

        assertThat(result)
                .isEqualTo(
                        new ToolResult.Done(
                                new ObjectMapper()
                                        .createObjectNode()
                                        .put("customer_id", "C-1001")
                                        .put("name", "Nora")
                                        .put("plan", "gold")));
        var asked = table.asked().getFirst();
        assertThat(asked.path("TableName").asText()).isEqualTo("table-customers");
        assertThat(asked.at("/Key/pk/S").asText()).isEqualTo("demo#C-1001");
        assertThat(asked.at("/Key/sk/S").asText()).isEqualTo("CUSTOMER");
        assertThat(asked.path("ExpressionAttributeNames").valueStream().map(JsonNode::asText))
                .containsExactlyInAnyOrder("customer_id", "name", "plan", "notes");
    }

    @Test
    void withoutFieldsOnlyTheSafeOnesAreRead() {
        table.answers("GetItem", ADA);

        var result = run("{\"customer_id\": \"C-1001\"}");

        assertThat(result.toString()).doesNotContain("4111");
        assertThat(table.asked().getFirst().toString()).doesNotContain("card_number");
    }

    @Test
    void anUnknownCustomerIsAFailureThatSaysNoMore() {
        assertThat(run("{\"customer_id\": \"C-9\"}"))
                .isEqualTo(new ToolResult.Failed("no such customer"));
    }

    private ToolResult run(String arguments) {
        return new GetCustomerTool().run(table.call(arguments));
    }
}
