package dev.sluicegate.router.screening;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words around a number, read only when a number has passed its check. */
final class Nearby {
    private static final int BEFORE = 56;
    private static final int AFTER = 56;

    /** Words before numbers that count things and not people. */
    private static final List<String> OTHER_NUMBERS =
            List.of(
                    " part ",
                    " lot ",
                    " sku ",
                    " order ",
                    " batch ",
                    " serial ",
                    " model ",
                    " item ",
                    " invoice ",
                    " ticket ",
                    " product ",
                    " article ",
                    " catalog ",
                    " isbn ",
                    " version ",
                    " build ",
                    " trace ",
                    " commit ",
                    " ref ");

    private final Leaf leaf;
    private final int start;
    private @Nullable String before;
    private @Nullable String after;

    private Nearby(Leaf leaf, int start) {
        this.leaf = leaf;
        this.start = start;
    }

    /** The words around the number at {@code start}; several detectors ask about the same one. */
    static Nearby of(Leaf leaf, int start) {
        var known = leaf.nearby();
        if (known == null || known.start != start) {
            known = new Nearby(leaf, start);
            leaf.remember(known);
        }
        return known;
    }

    List<String> wordsBefore() {
        return List.of(before().strip().split(" ", -1));
    }

    /** Whether one of {@code words} stands shortly before the number or behind it on its line. */
    boolean saysAny(WordList words) {
        return words.isIn(before()) || words.isIn(after());
    }

    /** Whether what stands before says that something else is numbered. */
    boolean saysOtherNumber() {
        for (var word : OTHER_NUMBERS) {
            if (before().contains(word)) {
                return true;
            }
        }
        return false;
    }

    private String after() {
        var known = after;
        if (known == null) {
            leaf.worked(AFTER);
            var to = Math.min(leaf.text().length(), start + AFTER);
            var newline = leaf.text().indexOf('\n', start, to);
            known = Names.phrase(leaf.text().substring(start, newline < 0 ? to : newline));
            after = known;
        }
        return known;
    }

    private String before() {
        var known = before;
        if (known == null) {
            leaf.worked(BEFORE);
            known = Names.phrase(leaf.text().substring(Math.max(0, start - BEFORE), start));
            before = known;
        }
        return known;
    }
}
