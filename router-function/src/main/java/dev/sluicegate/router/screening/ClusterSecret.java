package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data of a Kubernetes Secret in YAML: whatever the entries are called, they are secret.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/configuration/secret/">Secrets of Kubernetes</a>
 */
final class ClusterSecret implements Detector {
    private static final int MAX_AWAY = 2_048;
    private static final int MAX_LINES = 256;
    private static final int MIN_VALUE = 6;

    @Override
    public List<String> keywords() {
        return List.of("kind: secret");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        if (leaf.charAt(end) > ' ') {
            return null;
        }
        var limit = Math.min(leaf.text().length(), end + MAX_AWAY);
        leaf.worked(limit - end);
        var data = leaf.text().indexOf("\ndata:", end, limit);
        if (data < 0) {
            data = leaf.text().indexOf("\nstringData:", end, limit);
        }
        return data < 0 ? null : values(leaf, data + 1);
    }

    /** From the first value to the last one of the block. */
    private static @Nullable Span values(Leaf leaf, int block) {
        var text = leaf.text();
        var from = -1;
        var to = -1;
        var line = lineEnd(leaf, block) + 1;
        for (var n = 0; n < MAX_LINES && line < text.length() && leaf.charAt(line) <= ' '; n++) {
            var end = lineEnd(leaf, line);
            var colon = text.indexOf(": ", line, end);
            var value = colon < 0 ? -1 : leaf.runEnd(colon + 2, Alphabet.SEPARATOR, 8);
            var comment = text.indexOf('#', line, end);
            if (value > 0
                    && value < end
                    && !leaf.isReplaced(value)
                    && (comment < 0 || comment > colon)) {
                var length = leaf.runEnd(value, Alphabet.BASE64_PADDED, end - value) - value;
                if (length >= MIN_VALUE && !Shape.of(leaf, value, value + length).isPlaceholder()) {
                    from = from < 0 ? value : from;
                    to = Math.max(to, end);
                }
            }
            line = end + 1;
        }
        while (to > from && Character.isWhitespace(leaf.charAt(to - 1))) {
            to--;
        }
        return from < 0
                ? null
                : new Span(from, to, "secret", Label.SECRET, text.substring(from, to));
    }

    private static int lineEnd(Leaf leaf, int from) {
        var limit = Math.min(leaf.text().length(), from + MAX_AWAY);
        var end = leaf.text().indexOf('\n', from, limit);
        leaf.worked((end < 0 ? limit : end) - from);
        return end < 0 ? limit : end;
    }
}
