package dev.sluicegate.audit.log;

import java.util.Locale;

/**
 * Names of a log's files, relative to the log.
 *
 * @see <a href="https://c2sp.org/tlog-tiles">tlog-tiles</a>
 */
public final class TilePath {
    /** Hashes or entries in a full tile. */
    public static final int WIDTH = 256;

    /** The movable pointer: the newest checkpoint. */
    public static final String CHECKPOINT = "checkpoint";

    private TilePath() {}

    /**
     * @param level 0 for leaf hashes
     * @param width 1 to {@value #WIDTH}; below that the tile is partial
     */
    public static String tile(int level, long n, int width) {
        return "tile/" + level + "/" + number(n) + partial(width);
    }

    /** The bundle of entries beside a tile of level 0. */
    public static String entries(long n, int width) {
        return "tile/entries/" + number(n) + partial(width);
    }

    /** A checkpoint as it was published, for good; sorts by size. */
    public static String checkpoint(long size) {
        return String.format(Locale.ROOT, "checkpoints/%020d", size);
    }

    private static String partial(int width) {
        if (width < 1 || width > WIDTH) {
            throw new IllegalArgumentException("a tile has no width " + width);
        }
        return width == WIDTH ? "" : ".p/" + width;
    }

    /** Three digits a path element, all but the last marked with an x. */
    private static String number(long n) {
        if (n < 0) {
            throw new IllegalArgumentException("no tile has the number " + n);
        }
        var path = String.format(Locale.ROOT, "%03d", n % 1000);
        for (var rest = n / 1000; rest > 0; rest /= 1000) {
            path = String.format(Locale.ROOT, "x%03d/%s", rest % 1000, path);
        }
        return path;
    }
}
