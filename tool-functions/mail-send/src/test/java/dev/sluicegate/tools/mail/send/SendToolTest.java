package dev.sluicegate.tools.mail.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.kit.ToolResult;
import dev.sluicegate.kit.testing.LoopbackTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class SendToolTest {
    private static final String MAIL =
            """
            {"to": "nora@example.com", "subject": "Hello", "body": "How are you",
             "cc": ["ben@example.com"]}
            """;

    private final LoopbackTable table = new LoopbackTable();

    @AfterEach
    void close() {
        table.close();
    }

    @Test
    void aMailIsPutIntoTheCallersOutbox() {
        assertThat(run(MAIL)).isEqualTo(sent(2));

        var asked = table.asked().getFirst();
        assertThat(asked.path("TableName").asText()).isEqualTo("table-mailbox");
        var item = asked.path("Item");
        assertThat(item.at("/pk/S").asText()).isEqualTo("demo#" + LoopbackTable.PRINCIPAL);
        assertThat(item.at("/sk/S").asText()).isEqualTo(LoopbackTable.CALL_ID);
        assertThat(item.at("/to/S").asText()).isEqualTo("nora@example.com");
        assertThat(item.at("/cc/L/0/S").asText()).isEqualTo("ben@example.com");
        assertThat(item.at("/subject/S").asText()).isEqualTo("Hello");
        assertThat(item.at("/body/S").asText()).isEqualTo("How are you");
        assertThat(item.at("/callId/S").asText()).isEqualTo(LoopbackTable.CALL_ID);
        assertThat(asked.path("ConditionExpression").asText())
                .isEqualTo("attribute_not_exists(pk)");
    }

    @Test
    void aMailWithoutCopiesHasOneReceiver() {
        assertThat(run("{\"to\": \"a@example.com\", \"subject\": \"s\", \"body\": \"b\"}"))
                .isEqualTo(sent(1));
        assertThat(table.asked().getFirst().path("Item").has("cc")).isFalse();
    }

    @Test
    void aCallThatRanBeforeIsAnsweredAgainWithoutASecondMail() {
        table.answers(
                "PutItem",
                "{\"__type\": \"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\"}");

        assertThat(run(MAIL)).isEqualTo(sent(2));
        assertThat(table.operations()).containsExactly("PutItem");
    }

    @Test
    void aRefusedWriteIsNotASentMail() {
        table.answers("PutItem", "{\"__type\": \"AccessDeniedException\"}");

        assertThatThrownBy(() -> run(MAIL)).isInstanceOf(DynamoDbException.class);
    }

    private ToolResult run(String arguments) {
        return new SendTool().run(table.call(arguments));
    }

    private static ToolResult sent(int receivers) {
        return new ToolResult.Done(
                new ObjectMapper()
                        .createObjectNode()
                        .put("message_id", LoopbackTable.CALL_ID)
                        .put("receivers", receivers)
                        .put("status", "sent"));
    }
}
