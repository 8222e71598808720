package dev.sluicegate.audit.log;

import java.util.Arrays;
import java.util.Base64;
import java.util.OptionalLong;

/**
 * What a log says it is at one moment.
 *
 * <p>The one extension line, {@code previous <size>}, names the checkpoint that was published before: so the
 * published checkpoints are a chain under signatures, and one that was removed is missed.
 *
 * @param origin which log, {@code <name>/audit/<year>}
 * @param size leaves
 * @param root RFC 6962 tree hash of them
 * @param previous size of the checkpoint published before, empty for a log's first
 * @see <a href="https://c2sp.org/tlog-checkpoint">tlog-checkpoint</a>
 */
public record Checkpoint(String origin, long size, byte[] root, OptionalLong previous) {
    private static final String PREVIOUS = "previous ";

    public Checkpoint {
        if (origin.isEmpty() || origin.chars().anyMatch(c -> c <= ' ' || c == '+')) {
            throw new IllegalArgumentException("`" + origin + "` is no origin");
        }
        if (size < 0 || root.length != TreeHash.BYTES) {
            throw new IllegalArgumentException("no tree of " + size + " leaves has such a root");
        }
        root = root.clone();
    }

    /** The body of the note. */
    public String text() {
        return origin
                + "\n"
                + size
                + "\n"
                + Base64.getEncoder().encodeToString(root)
                + "\n"
                + (previous.isPresent() ? PREVIOUS + previous.getAsLong() + "\n" : "");
    }

    /**
     * @throws IllegalArgumentException if {@code text} is no checkpoint
     */
    public static Checkpoint parse(String text) {
        var lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty()) {
            throw new IllegalArgumentException("not a checkpoint");
        }
        var previous = OptionalLong.empty();
        for (var i = 3; i < lines.length - 1; i++) {
            if (lines[i].startsWith(PREVIOUS)) {
                previous = OptionalLong.of(size(lines[i].substring(PREVIOUS.length())));
            }
        }
        return new Checkpoint(
                lines[0], size(lines[1]), Base64.getDecoder().decode(lines[2]), previous);
    }

    private static long size(String digits) {
        if (!digits.matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("`" + digits + "` is no tree size");
        }
        return Long.parseLong(digits);
    }

    @Override
    public byte[] root() {
        return root.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Checkpoint c
                && c.origin.equals(origin)
                && c.size == size
                && Arrays.equals(c.root, root)
                && c.previous.equals(previous);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(size) + Arrays.hashCode(root);
    }

    @Override
    public String toString() {
        return "Checkpoint[" + origin + " " + size + "]";
    }
}
