package dev.sluicegate.router.policy;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * One item of a step: written if what is there is what the step was decided on.
 *
 * @param attribute that must have the value {@code expected} now, or null when nothing may be there
 */
record ConditionalPut(
        Map<String, AttributeValue> item,
        @Nullable String attribute,
        @Nullable AttributeValue expected) {
    ConditionalPut {
        item = Map.copyOf(item);
    }

    static ConditionalPut absent(Map<String, AttributeValue> item) {
        return new ConditionalPut(item, null, null);
    }

    TransactWriteItem in(String table) {
        var put = Put.builder().tableName(table).item(item);
        if (attribute == null || expected == null) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("#a = :expected")
                    .expressionAttributeNames(Map.of("#a", attribute))
                    .expressionAttributeValues(Map.of(":expected", expected));
        }
        return TransactWriteItem.builder().put(put.build()).build();
    }
}
