package dev.sluicegate.audit.log;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Signs what is integrated and makes it known. Sizes are published in one order, which the state keeps: a size
 * is entered there before it is signed, and completed by whoever comes next if its publisher died. So the
 * checkpoints, of which each names the one before, are one chain without gaps.
 */
final class Publication {
    private static final int MAX_ATTEMPTS = 16;

    private final LogState state;
    private final LogStorage storage;
    private final CheckpointSigner signer;
    private final LogName name;

    Publication(LogState state, LogStorage storage, CheckpointSigner signer, LogName name) {
        this.state = state;
        this.storage = storage;
        this.signer = signer;
        this.name = name;
    }

    /**
     * Publishes the tree unless a larger one is published already.
     *
     * @return the size that is published, at least that of {@code tree}
     */
    long of(int shard, Frontier tree) {
        for (var attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var last = state.published(shard).orElse(null);
            if (last != null && !last.stored()) {
                complete(shard, last);
            }
            if (last != null && last.size() >= tree.size()) {
                point(shard, RightEdge.need(storage, file(shard, last)));
                return last.size();
            }
            var next =
                    new LogState.Published(
                            tree.size(),
                            tree.root(),
                            last == null ? OptionalLong.empty() : OptionalLong.of(last.size()),
                            false);
            if (state.publish(shard, last == null ? null : last.asStored(), next)) {
                point(shard, complete(shard, next));
                return next.size();
            }
        }
        throw new LogBusyException("publishing");
    }

    private static String file(int shard, LogState.Published published) {
        return LogName.folder(shard) + TilePath.checkpoint(published.size());
    }

    /** The checkpoint's own file, written if it is not there yet. */
    private byte[] complete(int shard, LogState.Published entered) {
        var file = file(shard, entered);
        var checkpoint =
                new Checkpoint(
                        name.origin(shard), entered.size(), entered.root(), entered.previous());
        // the state only says what to sign; whether it is true is asked of the files
        var files = RightEdge.read(storage, LogName.folder(shard), entered.size());
        if (!Arrays.equals(files.root(), entered.root())) {
            throw new LogConflictException(
                    "the files of " + shard + " at size " + entered.size() + " have another root");
        }
        var key = NoteKey.of(checkpoint.origin(), signer.publicKey());
        var note = SignedNote.sign(checkpoint.text(), key, signer).bytes();
        if (!storage.create(file, note)) {
            note = RightEdge.need(storage, file);
            if (!SignedNote.parse(note).text().equals(checkpoint.text())) {
                throw new LogConflictException("the file `" + file + "` holds something else");
            }
        }
        state.publish(shard, entered, entered.asStored());
        return note;
    }

    /** Moves the pointer, never back. */
    private void point(int shard, byte[] note) {
        var file = LogName.folder(shard) + TilePath.CHECKPOINT;
        var size = size(note);
        for (var attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var seen = storage.pointer(file).orElse(null);
            if (seen != null && size(seen.content()) >= size) {
                return;
            }
            if (storage.move(file, seen, note)) {
                return;
            }
        }
        throw new LogBusyException("moving the pointer");
    }

    /** A pointer that cannot be read is replaced: what it should say is published under lock. */
    private static long size(byte[] note) {
        try {
            return Checkpoint.parse(SignedNote.parse(note).text()).size();
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }
}
