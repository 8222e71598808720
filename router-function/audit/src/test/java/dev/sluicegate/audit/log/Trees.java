package dev.sluicegate.audit.log;

import java.util.List;

/** Merkle trees as RFC 6962 defines them, recursively and slowly. */
final class Trees {
    private Trees() {}

    static byte[] root(List<byte[]> entries) {
        if (entries.isEmpty()) {
            return TreeHash.empty();
        }
        if (entries.size() == 1) {
            return TreeHash.leaf(entries.getFirst());
        }
        var split = 1;
        while (split * 2 < entries.size()) {
            split *= 2;
        }
        return TreeHash.node(
                root(entries.subList(0, split)), root(entries.subList(split, entries.size())));
    }
}
