package dev.sluicegate.audit.log;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What archivers agree on: who appended what where. Reads are consistent; each write happens in full or not
 * at all; one that fails with an exception may have happened.
 */
public interface LogState {
    /** The log that is open, and the one before it. */
    Optional<Shards> shards();

    Optional<Head> head(int shard);

    /** Where these entries are, by claim; those that are in no log are absent. */
    Map<String, Placement> claims(Collection<String> claims);

    /**
     * Appends a segment: if the head is still {@code before} and none of the claims is taken.
     *
     * @param claims one for each entry of the segment
     * @return false if something else came first; nothing was written
     */
    boolean commit(int shard, Head before, Head after, Segment segment, List<String> claims);

    /**
     * Opens a log with its first segment and closes the one before.
     *
     * @param before the shards as they were, or null
     * @param closing head of the log before, or null
     * @return false if something else came first; nothing was written
     */
    boolean open(
            @Nullable Shards before,
            @Nullable Head closing,
            Shards after,
            Head first,
            Segment segment);

    /** Segments from the one that starts at {@code from} on, in order; at most some hundreds. */
    List<Segment> segments(int shard, long from);

    /** Up to this size all files of the log are written. */
    long integrated(int shard);

    /** Never backwards. */
    void integrated(int shard, long size);

    Optional<Published> published(int shard);

    /**
     * @param before what was published, or null
     * @return false if something else was published; nothing was written
     */
    boolean publish(int shard, @Nullable Published before, Published after);

    /**
     * @param open year of the log that takes entries
     * @param previous year of the one before, empty for the first
     */
    record Shards(int open, java.util.OptionalInt previous) {}

    /**
     * @param revision rises with every commit
     * @param closed takes no more entries
     */
    record Head(long revision, Frontier frontier, boolean closed) {
        Head with(List<byte[]> leafHashes) {
            return new Head(revision + 1, frontier.with(leafHashes), closed);
        }

        Head close() {
            return new Head(revision + 1, frontier, true);
        }
    }

    /**
     * Entries that were appended together.
     *
     * @param start index of the first
     * @param stage name of the staged content
     * @param from place of the first in it
     */
    record Segment(long start, String stage, int from, int count) {
        long end() {
            return start + count;
        }
    }

    /**
     * @param previous size that was published before
     * @param stored whether the checkpoint's own file is known to be there
     */
    record Published(long size, byte[] root, OptionalLong previous, boolean stored) {
        Published asStored() {
            return new Published(size, root, previous, true);
        }
    }
}
