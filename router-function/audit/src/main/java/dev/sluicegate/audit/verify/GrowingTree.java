package dev.sluicegate.audit.verify;

import dev.sluicegate.audit.log.TreeHash;
import java.util.ArrayList;
import java.util.List;

/** A tree that leaves are added to: its root at any size, and the hashes of its tiles. */
final class GrowingTree {
    /** Told of a tile with all the hashes that it will ever have, or has at the end. */
    @FunctionalInterface
    interface Tile {
        void complete(int level, long n, List<byte[]> hashes);
    }

    private final Tile tiles;
    private final List<byte[]> perfect = new ArrayList<>(); // by height, null where there is none
    private final List<List<byte[]>> levels = new ArrayList<>();
    private long size;

    GrowingTree(Tile tiles) {
        this.tiles = tiles;
    }

    long size() {
        return size;
    }

    void add(byte[] leaf) {
        size++;
        var hash = leaf;
        var height = 0;
        tile(0, hash);
        for (; (size >> height & 1) == 0; height++) {
            hash = TreeHash.node(perfect.get(height), hash);
            if ((height + 1) % 8 == 0) {
                tile((height + 1) / 8, hash);
            }
        }
        while (perfect.size() <= height) {
            perfect.add(hash);
        }
        perfect.set(height, hash);
    }

    private void tile(int level, byte[] hash) {
        if (levels.size() == level) {
            levels.add(new ArrayList<>());
        }
        var hashes = levels.get(level);
        hashes.add(hash);
        if (hashes.size() == Shape.WIDTH) {
            tiles.complete(level, (size >> (8 * level)) / Shape.WIDTH - 1, List.copyOf(hashes));
            hashes.clear();
        }
    }

    byte[] root() {
        byte[] root = TreeHash.empty();
        var first = true;
        for (var height = 0; size >> height > 0; height++) {
            if ((size >> height & 1) == 1) {
                root = first ? perfect.get(height) : TreeHash.node(perfect.get(height), root);
                first = false;
            }
        }
        return root;
    }

    /** Tells of the tiles that are not full. */
    void end() {
        for (var level = 0; level < levels.size(); level++) {
            if (!levels.get(level).isEmpty()) {
                tiles.complete(
                        level, (size >> (8 * level)) / Shape.WIDTH, List.copyOf(levels.get(level)));
            }
        }
    }
}
