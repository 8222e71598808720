package dev.sluicegate.tools.mail.send;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.kit.Tool;
import dev.sluicegate.kit.ToolCall;
import dev.sluicegate.kit.ToolResult;
import java.util.HashMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Puts one mail into the caller's outbox, once per call id. */
final class SendTool implements Tool {
    @Override
    public ToolResult run(ToolCall call) {
        var to = call.arguments().path("to").asText();
        var cc =
                call.arguments().path("cc").valueStream().map(address -> address.asText()).toList();
        var item = new HashMap<String, AttributeValue>();
        item.put("pk", AttributeValue.fromS(call.tenant() + "#" + call.principal()));
        // the call id is a ULID: mails sort by time, and a call that runs again meets itself
        item.put("sk", AttributeValue.fromS(call.callId()));
        item.put("to", AttributeValue.fromS(to));
        if (!cc.isEmpty()) {
            item.put("cc", AttributeValue.fromL(cc.stream().map(AttributeValue::fromS).toList()));
        }
        item.put("subject", AttributeValue.fromS(call.arguments().path("subject").asText()));
        item.put("body", AttributeValue.fromS(call.arguments().path("body").asText()));
        item.put("at", AttributeValue.fromS(call.now().toString()));
        item.put("callId", AttributeValue.fromS(call.callId()));
        try {
            call.dynamoDb()
                    .putItem(request ->
                            request.tableName(call.table("mailbox"))
                                    .item(item)
                                    .conditionExpression("attribute_not_exists(pk)"));
        } catch (ConditionalCheckFailedException e) {
            return sent(call, cc.size()); // the call ran before: the same answer again
        }
        return sent(call, cc.size());
    }

    private static ToolResult sent(ToolCall call, int copies) {
        return new ToolResult.Done(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("message_id", call.callId())
                        .put("receivers", 1 + copies)
                        .put("status", "sent"));
    }
}
