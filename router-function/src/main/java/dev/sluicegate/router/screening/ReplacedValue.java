package dev.sluicegate.router.screening;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What screening itself has written: {@code [REDACTED:<type>:<8 hex>]}. Nothing inside of it is looked
 * at again, so that screening twice changes nothing more.
 */
final class ReplacedValue implements Detector {
    static final String START = "[REDACTED:";

    private static final int MAX_TYPE = 32;
    private static final int FINGERPRINT = 8;

    static String tag(String type, String fingerprint) {
        return START + type + ":" + fingerprint + "]";
    }

    @Override
    public List<String> keywords() {
        return List.of(START.toLowerCase(Locale.ROOT));
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        if (!leaf.holds(start, START)) {
            return null;
        }
        // letters only: nobody gets a secret past us by writing such a tag around it
        var type = end;
        while (type - end < MAX_TYPE && isLowerOrLine(leaf.charAt(type))) {
            type++;
        }
        var close = leaf.runEnd(type + 1, Alphabet.HEX, FINGERPRINT + 1);
        return type > end
                        && leaf.charAt(type) == ':'
                        && close == type + 1 + FINGERPRINT
                        && leaf.charAt(close) == ']'
                ? Span.untouchable(start, close + 1)
                : null;
    }

    private static boolean isLowerOrLine(char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    }
}
