package dev.sluicegate.router.policy;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Keeps items and steps like the tables, counts reads, and fails on demand. */
final class InMemoryPolicyTable implements PolicyTable, PolicyLedger {
    final TreeMap<String, Map<String, AttributeValue>> items = new TreeMap<>();

    /** The audit records, as far as they matter here. */
    final List<PolicyStep> steps = new ArrayList<>();

    boolean down;
    boolean catalogueDown;
    int headReads;
    int sliceReads;
    int queries;

    /** The process ends before its write number this many, counted from 0; negative for never. */
    int crashAt = -1;

    /** The process ends after that write instead: it happened, and nobody was told. */
    boolean crashAfter;

    int writes;
    Runnable beforeCommit = () -> {};

    /** What a reader waits in, to stand for a table that takes its time. */
    Runnable beforeGet = () -> {};

    @Override
    public Map<String, AttributeValue> get(String pk, String sk) {
        beforeGet.run();
        synchronized (this) {
            if (pk.equals(PolicyItems.HEAD)) {
                headReads++;
            } else if (sk.startsWith(PolicyItems.SLICE)) {
                sliceReads++;
            }
            fail(down);
            return items.getOrDefault(pk + "|" + sk, Map.of());
        }
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
        write(() -> items.putIfAbsent(key(item), new HashMap<>(item)));
    }

    @Override
    public void commit(PolicyStep step, List<ConditionalPut> puts) {
        beforeCommit.run();
        synchronized (this) {
            if (down) {
                throw SdkClientException.create("the journal is down");
            }
            for (var put : puts) {
                var there = items.get(key(put.item()));
                var holds =
                        put.attribute() == null
                                ? there == null
                                : there != null
                                        && requireNonNull(put.expected())
                                                .equals(there.get(put.attribute()));
                if (!holds) {
                    throw new PublishConflictException(
                            "somebody else changed the policies in between; nothing was done",
                            new IllegalStateException("condition"));
                }
            }
            write(() -> {
                puts.forEach(put -> items.put(key(put.item()), new HashMap<>(put.item())));
                steps.add(step);
            });
        }
    }

    private void write(Runnable change) {
        var here = writes++ == crashAt;
        if (here && !crashAfter) {
            throw new Crash();
        }
        change.run();
        if (here) {
            throw new Crash();
        }
    }

    /** Nothing of the process is left to handle it. */
    static final class Crash extends RuntimeException {}

    private static String key(Map<String, AttributeValue> item) {
        return requireNonNull(item.get("pk")).s() + "|" + requireNonNull(item.get("sk")).s();
    }

    private static void fail(boolean now) {
        if (now) {
            throw SdkClientException.create("the table is down");
        }
    }
}
