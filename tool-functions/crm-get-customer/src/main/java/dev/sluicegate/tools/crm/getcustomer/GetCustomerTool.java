package dev.sluicegate.tools.crm.getcustomer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.kit.Tool;
import dev.sluicegate.kit.ToolCall;
import dev.sluicegate.kit.ToolResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads the fields of one customer that the call names, and no others, from the table. */
final class GetCustomerTool implements Tool {
    /** What the manifest fills in; repeated so that a call past the router gets no more. */
    private static final List<String> SAFE_FIELDS =
            List.of("name", "email", "phone", "plan", "notes");

    @Override
    public ToolResult run(ToolCall call) {
        var customerId = call.arguments().path("customer_id").asText();
        var fields =
                call.arguments().path("fields").isArray()
                        ? call.arguments()
                                .path("fields")
                                .valueStream()
                                .map(f -> f.asText())
                                .toList()
                        : SAFE_FIELDS;
        var item =
                call.dynamoDb()
                        .getItem(request -> {
                            var names = new LinkedHashMap<String, String>();
                            names.put("#id", "customer_id");
                            fields.forEach(field -> names.put("#" + field, field));
                            request.tableName(call.table("customers"))
                                    .key(
                                            Map.of(
                                                    "pk",
                                                    AttributeValue.fromS(
                                                            call.tenant() + "#" + customerId),
                                                    "sk",
                                                    AttributeValue.fromS("CUSTOMER")))
                                    .projectionExpression(String.join(",", names.keySet()))
                                    .expressionAttributeNames(names);
                        })
                        .item();
        if (item == null || item.isEmpty()) {
            return new ToolResult.Failed("no such customer");
        }
        var customer = JsonNodeFactory.instance.objectNode().put("customer_id", customerId);
        for (var field : fields) {
            var value = item.get(field);
            if (value != null && value.s() != null) {
                customer.put(field, value.s());
            }
        }
        return new ToolResult.Done(customer);
    }
}
