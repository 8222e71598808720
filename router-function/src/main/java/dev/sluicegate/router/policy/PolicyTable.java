package dev.sluicegate.router.policy;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** The five things done with the policy table; a port because tests must make each of them fail. */
interface PolicyTable {
    /** The item, strongly consistent; empty when there is none. */
    Map<String, AttributeValue> get(String pk, String sk);

    /** All items of {@code pk} whose sort key starts with {@code prefix}. */
    List<Map<String, AttributeValue>> query(String pk, String prefix);

    /** Writes an item unless its key is taken: content-addressed items never change. */
    void putIfAbsent(Map<String, AttributeValue> item);

    /**
     * Replaces the head and writes {@code together} with it, all or nothing.
     *
     * @param expected version the head must have now; 0 when there must be none
     * @throws PublishConflictException if it has another
     */
    void moveHead(
            Map<String, AttributeValue> head, long expected, List<TransactWriteItem> together);

    /** The conditional write of {@link #moveHead}, for somebody else's transaction. */
    TransactWriteItem headMove(Map<String, AttributeValue> head, long expected);
}
