package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Secret access keys: 40 base64 characters have no mark of their own, so they need a name that says
 * secret, or an access key id nearby.
 */
final class AwsSecretKey implements Detector {
    static final String TYPE = "aws_secret_key";

    private static final int LENGTH = 40;

    /** Characters between a key id and its secret in configuration files, tables and logs. */
    private static final int NEARBY = 400;

    @Override
    public List<String> keywords() {
        return List.of("secret");
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var value = leaf.behindName(end);
        return value < 0 ? null : keyAt(leaf, value);
    }

    /**
     * Secret keys that stand near an access key id.
     *
     * @param found spans of the leaf, in order
     * @param everywhere whether the key id is in a neighbouring leaf
     */
    static List<Span> near(Leaf leaf, List<Span> found, boolean everywhere) {
        if (found.isEmpty() && !everywhere) {
            return List.of();
        }
        var ids = found.stream().filter(span -> span.type().equals(AwsAccessKeyId.TYPE)).toList();
        if (ids.isEmpty() && !everywhere) {
            return List.of();
        }
        var more = new ArrayList<Span>();
        var text = leaf.text();
        var span = 0;
        var id = 0;
        var i = leaf.offset();
        while (i < text.length()) {
            while (span < found.size() && found.get(span).end() <= i) {
                span++;
            }
            if (span < found.size() && found.get(span).start() <= i) {
                i = found.get(span).end();
                continue;
            }
            if (!Alphabet.BASE64.holds(text.charAt(i))) {
                i++;
                continue;
            }
            while (id < ids.size() && ids.get(id).end() + NEARBY < i) {
                id++;
            }
            var close = everywhere || (id < ids.size() && ids.get(id).start() - NEARBY < i);
            var key = close ? keyAt(leaf, i) : null;
            if (key == null) {
                i = leaf.runEnd(i, Alphabet.BASE64, Integer.MAX_VALUE);
            } else {
                more.add(key);
                i = key.end();
            }
        }
        return more;
    }

    private static @Nullable Span keyAt(Leaf leaf, int start) {
        if (!leaf.startsToken(start)
                || leaf.runEnd(start, Alphabet.BASE64_PADDED, LENGTH + 1) != start + LENGTH) {
            return null;
        }
        var key = leaf.text().substring(start, start + LENGTH);
        // forty hexadecimal digits are a commit, a name in one case is a name
        return isMixed(key) ? new Span(start, start + LENGTH, TYPE, Label.CREDENTIAL, key) : null;
    }

    private static boolean isMixed(String key) {
        var upper = false;
        var lower = false;
        var digit = false;
        var beyondHex = false;
        for (var i = 0; i < key.length(); i++) {
            var c = key.charAt(i);
            if (c == '=') {
                return false;
            }
            upper |= c >= 'A' && c <= 'Z';
            lower |= c >= 'a' && c <= 'z';
            digit |= Leaf.isDigit(c);
            beyondHex |= !Leaf.isHex(c);
        }
        return upper && lower && digit && beyondHex;
    }
}
