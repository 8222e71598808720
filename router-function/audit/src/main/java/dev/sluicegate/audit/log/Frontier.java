package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that is needed of a tree to append to it and to know its root: the roots of the perfect subtrees it is
 * made of, the largest and leftmost first. There are as many as its size has bits set. Immutable.
 */
public final class Frontier {
    public static final Frontier EMPTY = new Frontier(0, List.of());

    private final long size;
    private final List<byte[]> hashes;

    private Frontier(long size, List<byte[]> hashes) {
        this.size = size;
        this.hashes = List.copyOf(hashes);
    }

    /**
     * @param hashes one after the other, {@value TreeHash#BYTES} bytes each
     * @throws IllegalArgumentException if there are more or fewer than a tree of this size has
     */
    public static Frontier of(long size, byte[] hashes) {
        if (size < 0 || hashes.length != Long.bitCount(size) * TreeHash.BYTES) {
            throw new IllegalArgumentException(
                    hashes.length + " bytes of hashes are no frontier of " + size + " leaves");
        }
        var list = new ArrayList<byte[]>();
        for (var at = 0; at < hashes.length; at += TreeHash.BYTES) {
            list.add(Arrays.copyOfRange(hashes, at, at + TreeHash.BYTES));
        }
        return new Frontier(size, list);
    }

    /** This tree with more leaves at its right end. */
    public Frontier with(List<byte[]> leafHashes) {
        var stack = new ArrayList<>(hashes);
        var grown = size;
        for (var leaf : leafHashes) {
            var hash = leaf;
            // each set bit at the low end is a complete subtree that the new one completes further
            for (var bits = grown; (bits & 1) == 1; bits >>>= 1) {
                hash = TreeHash.node(stack.removeLast(), hash);
            }
            stack.add(hash);
            grown++;
        }
        return new Frontier(grown, stack);
    }

    public long size() {
        return size;
    }

    public byte[] root() {
        if (hashes.isEmpty()) {
            return TreeHash.empty();
        }
        var root = hashes.getLast();
        for (var i = hashes.size() - 2; i >= 0; i--) {
            root = TreeHash.node(hashes.get(i), root);
        }
        return root.clone();
    }

    /** The hashes one after the other. */
    public byte[] bytes() {
        var bytes = new byte[hashes.size() * TreeHash.BYTES];
        for (var i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i), 0, bytes, i * TreeHash.BYTES, TreeHash.BYTES);
        }
        return bytes;
    }

    @Override
    public String toString() {
        return "Frontier[" + size + "]";
    }
}
