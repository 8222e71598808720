package dev.sluicegate.audit.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which files a tree of some size has (tlog-tiles). */
final class Shape {
    static final int WIDTH = 256;

    private Shape() {}

    /**
     * A file of hashes or entries.
     *
     * @param level of hashes, -1 for entries
     * @param n number of the tile
     * @param width hashes or entries in it
     */
    record Part(int level, long n, int width) implements Comparable<Part> {
        String name() {
            var path = new StringBuilder(pad(n % 1000));
            for (var rest = n / 1000; rest > 0; rest /= 1000) {
                path.insert(0, "x" + pad(rest % 1000) + "/");
            }
            return (level < 0 ? "tile/entries/" : "tile/" + level + "/")
                    + path
                    + (width == WIDTH ? "" : ".p/" + width);
        }

        /** Null if it is no name of a tile or a bundle, in the one form it has. */
        static @Nullable Part parse(String path) {
            var rest = path.startsWith("tile/") ? path.substring("tile/".length()) : "";
            var slash = rest.indexOf('/');
            if (slash < 0) {
                return null;
            }
            try {
                var level =
                        rest.startsWith("entries/")
                                ? -1
                                : Integer.parseInt(rest.substring(0, slash));
                var number = rest.substring(slash + 1);
                var width = WIDTH;
                var partial = number.indexOf(".p/");
                if (partial >= 0) {
                    width = Integer.parseInt(number.substring(partial + 3));
                    number = number.substring(0, partial);
                }
                var n = Long.parseLong(number.replace("x", "").replace("/", ""));
                var part = new Part(level, n, width);
                return n >= 0 && level < 8 && part.name().equals(path) ? part : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }

        private static String pad(long number) {
            var digits = Long.toString(number);
            return "0".repeat(3 - digits.length()) + digits;
        }

        @Override
        public int compareTo(Part other) {
            var byLevel = Integer.compare(level, other.level);
            var byNumber = Long.compare(n, other.n);
            return byLevel != 0 ? byLevel : byNumber != 0 ? byNumber : width - other.width;
        }
    }

    /** The entries of a bundle, as far as they are whole. */
    static List<byte[]> entries(byte[] bundle) {
        var entries = new ArrayList<byte[]>();
        for (var at = 0; bundle.length - at > 2; ) {
            var length = (bundle[at] & 0xff) << 8 | (bundle[at + 1] & 0xff);
            at += 2;
            if (bundle.length - at < length) {
                return entries;
            }
            entries.add(Arrays.copyOfRange(bundle, at, at + length));
            at += length;
        }
        return entries;
    }

    static String checkpoint(long size) {
        var digits = Long.toString(size);
        return "checkpoints/" + "0".repeat(20 - digits.length()) + digits;
    }

    /** What a tree of {@code size} adds to one of {@code before}: full parts between, and its partial ones. */
    static List<Part> added(long before, long size) {
        var parts = new ArrayList<Part>();
        for (var level = -1; ; level++) {
            var height = Math.max(0, level);
            var from = before >> (8 * height);
            var to = size >> (8 * height);
            if (to == 0) {
                return parts;
            }
            for (var n = from / WIDTH; n < to / WIDTH; n++) {
                parts.add(new Part(level, n, WIDTH));
            }
            if (to % WIDTH > 0) {
                parts.add(new Part(level, to / WIDTH, (int) (to % WIDTH)));
            }
        }
    }

    /** Everything that trees of these sizes have, each once. */
    static SortedSet<Part> all(Collection<Long> ascending) {
        var parts = new TreeSet<Part>();
        var before = 0L;
        for (var size : ascending) {
            parts.addAll(added(before, size));
            before = size;
        }
        return parts;
    }
}
