package dev.sluicegate.router.policy;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The three things done with the policy table alone; a port because tests must make each of them fail. */
interface PolicyTable {
    /** The item, strongly consistent; empty when there is none. */
    Map<String, AttributeValue> get(String pk, String sk);

    /** All items of {@code pk} whose sort key starts with {@code prefix}, strongly consistent, in order. */
    List<Map<String, AttributeValue>> query(String pk, String prefix);

    /** Writes an item unless its key is taken: content-addressed items never change. */
    void putIfAbsent(Map<String, AttributeValue> item);
}
