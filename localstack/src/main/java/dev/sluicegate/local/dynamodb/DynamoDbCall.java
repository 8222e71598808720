package dev.sluicegate.local.dynamodb;

import java.util.Set;

/**
 * What a request is about, as far as a fault may depend on it.
 *
 * @param operation such as {@code TransactWriteItems}
 * @param tables names of the tables it touches
 * @param sortKeys values of {@code sk} in its keys and items, e.g. the kinds of audit records it writes
 */
public record DynamoDbCall(String operation, Set<String> tables, Set<String> sortKeys) {
    public DynamoDbCall {
        tables = Set.copyOf(tables);
        sortKeys = Set.copyOf(sortKeys);
    }

    public boolean writes() {
        return operation.startsWith("Put")
                || operation.startsWith("UpdateItem")
                || operation.startsWith("DeleteItem")
                || operation.equals("BatchWriteItem")
                || operation.equals("TransactWriteItems")
                || operation.startsWith("Execute")
                || operation.equals("BatchExecuteStatement");
    }
}
