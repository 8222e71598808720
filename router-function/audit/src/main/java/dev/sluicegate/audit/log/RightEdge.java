package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of a tree that are not full: what it takes to go on building, and to know the root from the files
 * themselves.
 */
final class RightEdge {
    /** Told of a tile that became full, or of each that is not. */
    @FunctionalInterface
    interface Tile {
        void at(int level, long n, byte[] hashes);
    }

    private final List<List<byte[]>> levels = new ArrayList<>();
    private long size;

    private RightEdge(long size) {
        this.size = size;
    }

    /** From the files of a log. */
    static RightEdge read(LogFiles files, String folder, long size) {
        var edge = new RightEdge(size);
        var level = 0;
        for (var nodes = size; nodes > 0; nodes /= TilePath.WIDTH, level++) {
            var width = (int) (nodes % TilePath.WIDTH);
            var hashes = new ArrayList<byte[]>();
            if (width > 0) {
                var tile = TilePath.tile(level, nodes / TilePath.WIDTH, width);
                var bytes = need(files, folder + tile);
                if (bytes.length != width * TreeHash.BYTES) {
                    throw new LogConflictException(
                            "the file `" + folder + tile + "` has " + bytes.length + " bytes");
                }
                for (var at = 0; at < bytes.length; at += TreeHash.BYTES) {
                    hashes.add(Arrays.copyOfRange(bytes, at, at + TreeHash.BYTES));
                }
            }
            edge.levels.add(hashes);
        }
        return edge;
    }

    static byte[] need(LogFiles files, String name) {
        return files.read(name)
                .orElseThrow(() -> new LogConflictException("the file `" + name + "` is missing"));
    }

    long size() {
        return size;
    }

    void add(byte[] leafHash, Tile full) {
        size++;
        var hash = leafHash;
        for (var level = 0; ; level++) {
            if (level == levels.size()) {
                levels.add(new ArrayList<>());
            }
            var tile = levels.get(level);
            tile.add(hash);
            if (tile.size() < TilePath.WIDTH) {
                return;
            }
            full.at(level, (size >> (8 * (level + 1))) - 1, joined(tile));
            hash = Frontier.EMPTY.with(tile).root();
            tile.clear();
        }
    }

    void partial(Tile each) {
        for (var level = 0; level < levels.size(); level++) {
            var tile = levels.get(level);
            if (!tile.isEmpty()) {
                each.at(level, size >> (8 * (level + 1)), joined(tile));
            }
        }
    }

    /** From the lowest tile, whose hashes are rightmost, up. */
    byte[] root() {
        byte @Nullable [] root = null;
        for (var tile : levels) {
            if (tile.isEmpty()) {
                continue;
            }
            var own = Frontier.EMPTY.with(tile).bytes();
            for (var at = own.length - TreeHash.BYTES; at >= 0; at -= TreeHash.BYTES) {
                var hash = Arrays.copyOfRange(own, at, at + TreeHash.BYTES);
                root = root == null ? hash : TreeHash.node(hash, root);
            }
        }
        return root == null ? TreeHash.empty() : root;
    }

    private static byte[] joined(List<byte[]> hashes) {
        var bytes = new byte[hashes.size() * TreeHash.BYTES];
        for (var i = 0; i < hashes.size(); i++) {
            System.arraycopy(hashes.get(i), 0, bytes, i * TreeHash.BYTES, TreeHash.BYTES);
        }
        return bytes;
    }
}
