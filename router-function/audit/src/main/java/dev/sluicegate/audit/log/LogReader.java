package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one log: checkpoints, entries, proofs. What it reads is checked against nothing; proofs are what others
 * check. Not thread-safe; keeps the tiles it has read.
 */
public final class LogReader {
    private static final int MAX_KEPT = 4096; // tiles of 8 KiB

    private final LogFiles files;
    private final String folder;
    private final Map<String, byte[]> kept = new HashMap<>();

    /**
     * @param shard year of the log
     */
    public LogReader(LogFiles files, int shard) {
        this.files = files;
        this.folder = LogName.folder(shard);
    }

    /** The newest checkpoint, as the pointer says; empty if nothing is published. */
    public Optional<SignedNote> checkpoint() {
        return files.read(folder + TilePath.CHECKPOINT).map(SignedNote::parse);
    }

    /** The checkpoint that was published at exactly this size. */
    public Optional<SignedNote> checkpoint(long size) {
        return files.read(folder + TilePath.checkpoint(size)).map(SignedNote::parse);
    }

    /**
     * Entries {@code from} to {@code to}, which is excluded.
     *
     * @param size of a published tree: which partial bundles there are follows from it
     * @throws IllegalArgumentException if the tree has no such entries
     * @throws LogConflictException if a file is missing or too short
     */
    public List<byte[]> entries(long from, long to, long size) {
        if (from < 0 || to < from || to > size) {
            throw new IllegalArgumentException(
                    "no entries " + from + " to " + to + " in a tree of " + size);
        }
        var entries = new ArrayList<byte[]>();
        for (var n = from / TilePath.WIDTH; n * TilePath.WIDTH < to; n++) {
            var bundle = bundle(n, size);
            var first = Math.max(from, n * TilePath.WIDTH);
            var last = Math.min(to, n * TilePath.WIDTH + bundle.size());
            for (var i = first; i < last; i++) {
                entries.add(bundle.get((int) (i % TilePath.WIDTH)));
            }
        }
        if (entries.size() != to - from) {
            throw new LogConflictException("entries are missing between " + from + " and " + to);
        }
        return entries;
    }

    /** One entry. */
    public byte[] entry(long index, long size) {
        return entries(index, index + 1, size).getFirst();
    }

    private List<byte[]> bundle(long n, long size) {
        var width = (int) Math.min(TilePath.WIDTH, size - n * TilePath.WIDTH);
        return EntryBundle.decode(RightEdge.need(files, folder + TilePath.entries(n, width)));
    }

    /**
     * What shows that the entry at {@code index} is in the tree of {@code size}: the hashes beside its way to
     * the root, the lowest first.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1">RFC 6962, section 2.1.1</a>
     */
    public List<byte[]> inclusion(long index, long size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("no entry " + index + " in a tree of " + size);
        }
        var proof = new ArrayList<byte[]>();
        path(index, 0, size, size, proof);
        return proof;
    }

    private void path(long index, long from, long to, long size, List<byte[]> proof) {
        if (to - from == 1) {
            return;
        }
        var split = from + split(to - from);
        if (index < split) {
            path(index, from, split, size, proof);
            proof.add(hash(split, to, size));
        } else {
            path(index, split, to, size, proof);
            proof.add(hash(from, split, size));
        }
    }

    /**
     * What shows that the tree of {@code older} leaves is the beginning of the one of {@code newer}.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2">RFC 6962, section 2.1.2</a>
     */
    public List<byte[]> consistency(long older, long newer) {
        if (older < 0 || older > newer) {
            throw new IllegalArgumentException("a tree of " + newer + " has no part of " + older);
        }
        var proof = new ArrayList<byte[]>();
        if (older > 0 && older < newer) {
            subproof(older, 0, newer, true, newer, proof);
        }
        return proof;
    }

    private void subproof(
            long older, long from, long to, boolean whole, long size, List<byte[]> proof) {
        if (older == to) {
            if (!whole) {
                proof.add(hash(from, to, size));
            }
            return;
        }
        var split = from + split(to - from);
        if (older <= split) {
            subproof(older, from, split, whole, size, proof);
            proof.add(hash(split, to, size));
        } else {
            subproof(older, split, to, false, size, proof);
            proof.add(hash(from, split, size));
        }
    }

    /** The largest power of two below {@code n}. */
    private static long split(long n) {
        return Long.highestOneBit(n - 1);
    }

    /** Hash of the leaves {@code from} to {@code to}, a subtree of the tree of {@code size}. */
    private byte[] hash(long from, long to, long size) {
        var count = to - from;
        if (Long.bitCount(count) == 1) {
            return perfect(from, count, size);
        }
        var split = from + split(count);
        return TreeHash.node(hash(from, split, size), hash(split, to, size));
    }

    /** A subtree whose hash is in a tile, or is made of a tile's hashes. */
    private byte[] perfect(long from, long count, long size) {
        var height = Long.numberOfTrailingZeros(count);
        var level = height / 8;
        var hashes = 1 << (height % 8);
        var first = from >> (8 * level);
        var n = first / TilePath.WIDTH;
        var tile = tile(level, n, size);
        var at = (int) (first % TilePath.WIDTH);
        var list = new ArrayList<byte[]>();
        for (var i = at; i < at + hashes; i++) {
            list.add(Arrays.copyOfRange(tile, i * TreeHash.BYTES, (i + 1) * TreeHash.BYTES));
        }
        return Frontier.EMPTY.with(list).root();
    }

    private byte[] tile(int level, long n, long size) {
        var nodes = size >> (8 * level);
        var width = (int) Math.min(TilePath.WIDTH, nodes - n * TilePath.WIDTH);
        var name = TilePath.tile(level, n, width);
        if (kept.size() > MAX_KEPT) {
            kept.clear();
        }
        var tile = kept.computeIfAbsent(name, _ -> RightEdge.need(files, folder + name));
        if (tile.length != width * TreeHash.BYTES) {
            throw new LogConflictException(
                    "the file `" + folder + name + "` has " + tile.length + " bytes");
        }
        return tile;
    }
}
