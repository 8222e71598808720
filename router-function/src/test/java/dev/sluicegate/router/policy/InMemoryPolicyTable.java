package dev.sluicegate.router.policy;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Keeps items like the table, counts reads, and fails on demand. */
final class InMemoryPolicyTable implements PolicyTable {
    final TreeMap<String, Map<String, AttributeValue>> items = new TreeMap<>();
    final List<TransactWriteItem> together = new ArrayList<>();
    boolean down;
    boolean catalogueDown;
    int headReads;
    int sliceReads;
    int queries;

    @Override
    public synchronized Map<String, AttributeValue> get(String pk, String sk) {
        if (pk.equals(PolicyItems.HEAD)) {
            headReads++;
        } else {
            sliceReads++;
        }
        fail(down);
        return items.getOrDefault(pk + "|" + sk, Map.of());
    }

    @Override
    public synchronized List<Map<String, AttributeValue>> query(String pk, String prefix) {
        queries++;
        fail(down || (catalogueDown && prefix.equals(PolicyItems.TOOL)));
        var start = pk + "|" + prefix;
        return items.tailMap(start, true).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(start))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public synchronized void putIfAbsent(Map<String, AttributeValue> item) {
        fail(down);
        items.putIfAbsent(key(item), new HashMap<>(item));
    }

    @Override
    public TransactWriteItem headMove(Map<String, AttributeValue> head, long expected) {
        return TransactWriteItem.builder().put(put -> put.tableName("policy").item(head)).build();
    }

    @Override
    public synchronized void moveHead(
            Map<String, AttributeValue> head, long expected, List<TransactWriteItem> writes) {
        fail(down);
        var current = items.get("head|head");
        var version =
                current == null
                        ? 0
                        : PolicyItems.Head.read(current)
                                .map(PolicyItems.Head::version)
                                .orElseThrow();
        if (version != expected) {
            throw new PublishConflictException(expected, new IllegalStateException("condition"));
        }
        items.put("head|head", new HashMap<>(head));
        together.addAll(writes);
    }

    private static String key(Map<String, AttributeValue> item) {
        return requireNonNull(item.get("pk")).s() + "|" + requireNonNull(item.get("sk")).s();
    }

    private static void fail(boolean now) {
        if (now) {
            throw SdkClientException.create("the table is down");
        }
    }
}
