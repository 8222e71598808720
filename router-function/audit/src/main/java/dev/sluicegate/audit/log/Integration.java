package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the files of a log from its segments: bundles of entries and tiles of hashes. */
final class Integration {
    private final LogState state;
    private final LogStorage storage;

    Integration(LogState state, LogStorage storage) {
        this.state = state;
        this.storage = storage;
    }

    /**
     * Writes every file that a tree of this size has.
     *
     * @return false if files are written beyond it by now; those of exactly this size need not be there
     * @throws LogConflictException if the tree that the segments make is not the one of the head, or a file
     *     holds something else
     */
    boolean upTo(int shard, Frontier head) {
        var done = state.integrated(shard);
        if (done >= head.size()) {
            return done == head.size();
        }
        var edge = RightEdge.read(storage, LogName.folder(shard), done);
        var entries = bundle(shard, done);
        var staged = new HashMap<String, List<byte[]>>();
        while (edge.size() < head.size()) {
            var segments = state.segments(shard, edge.size());
            if (segments.isEmpty()
                    || segments.getFirst().start() != edge.size()
                    || segments.getFirst().end() > head.size()) {
                throw new LogConflictException(
                        "the log of " + shard + " has no segment at " + edge.size());
            }
            for (var segment : segments) {
                if (segment.start() != edge.size() || segment.end() > head.size()) {
                    break; // appended since the head was read
                }
                append(shard, edge, entries, content(staged, segment));
            }
            // memory stays bounded after a long silence
            finish(shard, edge, entries);
            staged.clear();
        }
        if (!Arrays.equals(edge.root(), head.root())) {
            throw new LogConflictException(
                    "the files of "
                            + shard
                            + " at size "
                            + head.size()
                            + " are not those of the head");
        }
        state.integrated(shard, edge.size());
        return true;
    }

    private List<byte[]> content(Map<String, List<byte[]>> staged, LogState.Segment segment) {
        return staged.computeIfAbsent(
                        segment.stage(), stage -> EntryBundle.decode(storage.staged(stage)))
                .subList(segment.from(), segment.from() + segment.count());
    }

    private List<byte[]> bundle(int shard, long size) {
        var width = (int) (size % TilePath.WIDTH);
        var entries = new ArrayList<byte[]>();
        if (width > 0) {
            var file = LogName.folder(shard) + TilePath.entries(size / TilePath.WIDTH, width);
            entries.addAll(EntryBundle.decode(RightEdge.need(storage, file)));
        }
        return entries;
    }

    private void append(int shard, RightEdge edge, List<byte[]> entries, List<byte[]> added) {
        for (var entry : added) {
            entries.add(entry);
            edge.add(
                    TreeHash.leaf(entry),
                    (level, n, tile) ->
                            create(
                                    LogName.folder(shard) + TilePath.tile(level, n, TilePath.WIDTH),
                                    tile));
            if (entries.size() == TilePath.WIDTH) {
                var n = edge.size() / TilePath.WIDTH - 1;
                create(
                        LogName.folder(shard) + TilePath.entries(n, TilePath.WIDTH),
                        EntryBundle.encode(entries));
                entries.clear();
            }
        }
    }

    private void finish(int shard, RightEdge edge, List<byte[]> entries) {
        edge.partial((level, n, tile) ->
                create(
                        LogName.folder(shard)
                                + TilePath.tile(level, n, tile.length / TreeHash.BYTES),
                        tile));
        if (!entries.isEmpty()) {
            var n = edge.size() / TilePath.WIDTH;
            create(
                    LogName.folder(shard) + TilePath.entries(n, entries.size()),
                    EntryBundle.encode(entries));
        }
    }

    /** Somebody else may have written it, or this very process before it died: the same, or nothing goes on. */
    private void create(String name, byte[] content) {
        if (storage.create(name, content)) {
            return;
        }
        var there = storage.read(name);
        if (there.isEmpty() || !Arrays.equals(there.get(), content)) {
            throw new LogConflictException("the file `" + name + "` holds something else");
        }
    }
}
