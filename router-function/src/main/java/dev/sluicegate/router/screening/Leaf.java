package dev.sluicegate.router.screening;

import org.jspecify.annotations.Nullable;

/**
 * A decoded string as detectors see it: {@code key: value}, with typographic variants of ASCII folded
 * to ASCII one to one, so that positions stay what they are.
 */
final class Leaf {
    /** Longest identifier that counts as the key of a value in running text. */
    private static final int MAX_KEY = 48;

    private static final String SEPARATOR = ": ";
    private static final int MAX_SEPARATORS = 16;
    private static final int MAX_IDENTIFIER_TAIL = 24;
    private static final String END_MARKER = "END";

    private final String text;
    private final int offset;
    private int nextEnd = -1;
    private boolean keyOpen;
    private int command = -1;
    private long work;
    private @Nullable Nearby nearby;

    private Leaf(String text, int offset) {
        this.text = text;
        this.offset = offset;
    }

    /**
     * @param context names the value stands under, outermost first, or empty
     */
    static Leaf of(String context, String value) {
        return context.isEmpty()
                ? new Leaf(fold(value), 0)
                : new Leaf(
                        fold(context + SEPARATOR + value), context.length() + SEPARATOR.length());
    }

    String text() {
        return text;
    }

    /** Where the name ends that the value stands under, or -1 when it has none. */
    int nameEnd() {
        return offset - SEPARATOR.length();
    }

    /** Where the value starts in the text. */
    int offset() {
        return offset;
    }

    /** A private key starts here and its end is not in this leaf. */
    boolean keyOpen() {
        return keyOpen;
    }

    void openKey() {
        keyOpen = true;
    }

    /** Characters that were looked at, each time again. */
    long work() {
        return work;
    }

    void worked(long characters) {
        work += characters;
    }

    /** The words around the number that was looked at last. */
    @Nullable Nearby nearby() {
        return nearby;
    }

    void remember(Nearby words) {
        nearby = words;
    }

    /** A command whose options may hold a password stands here. */
    void commandAt(int index) {
        command = index;
    }

    /** Where the last such command stands, or -1. */
    int command() {
        return command;
    }

    char charAt(int index) {
        work++;
        return index >= 0 && index < text.length() ? text.charAt(index) : '\0';
    }

    /** Whether a token may start at {@code index}: nothing that belongs to it stands before. */
    boolean startsToken(int index) {
        var before = charAt(index - 1);
        if (!isAlphanumeric(before)) {
            return true;
        }
        // the n of an escaped line break, or the end of a percent-encoded character
        return (charAt(index - 2) == '\\' && "nrtbf".indexOf(before) >= 0)
                || (charAt(index - 3) == '%' && isHex(charAt(index - 2)) && isHex(before));
    }

    /** End of the run of {@code alphabet} characters at {@code start}, at most {@code max} on. */
    int runEnd(int start, Alphabet alphabet, int max) {
        var limit = (int) Math.min(text.length(), (long) start + max);
        var i = start;
        while (i < limit && alphabet.holds(text.charAt(i))) {
            i++;
        }
        work += i - start + 1L;
        return i;
    }

    /** Start of the run of {@code alphabet} characters that ends before {@code end}. */
    int runStart(int end, Alphabet alphabet, int max) {
        var limit = Math.max(0, end - max);
        var i = end;
        while (i > limit && alphabet.holds(text.charAt(i - 1))) {
            i--;
        }
        work += end - i + 1L;
        return i;
    }

    /** Whether {@code word} stands at {@code index}. */
    boolean holds(int index, String word) {
        work += word.length();
        return text.startsWith(word, index);
    }

    /** Whether what stands at {@code index}, behind separators, is the tag of a replaced value. */
    boolean isReplaced(int index) {
        return charAt(index - 1) == '[' && holds(index - 1, ReplacedValue.START);
    }

    /**
     * Start of the value that is assigned to the name ending at {@code index}, behind colons, equals
     * signs, quotes and the like; -1 when nothing is assigned to it.
     */
    int assigned(int index) {
        var value = runEnd(index, Alphabet.SEPARATOR, MAX_SEPARATORS);
        if (isReplaced(value)) {
            return -1;
        }
        for (var at = index; at < value; at++) {
            if (":=>".indexOf(text.charAt(at)) >= 0) {
                return value < text.length() ? value : -1;
            }
        }
        return -1;
    }

    /** As {@link #assigned}, where the name may go on and a mere space may separate. */
    int behindName(int index) {
        var name = runEnd(index, Alphabet.IDENTIFIER, MAX_IDENTIFIER_TAIL);
        var value = runEnd(name, Alphabet.SEPARATOR, MAX_SEPARATORS);
        return value == name || value >= text.length() || isReplaced(value) ? -1 : value;
    }

    /** The identifier to which the value at {@code index} is assigned; empty when there is none. */
    String keyBefore(int index) {
        var i = index;
        var sign = false;
        for (var n = 0; n < MAX_SEPARATORS && Alphabet.SEPARATOR.holds(charAt(i - 1)); n++) {
            i--;
            sign |= charAt(i) == ':' || charAt(i) == '=';
        }
        if (!sign) {
            return "";
        }
        var end = i;
        while (end - i < MAX_KEY && Alphabet.KEY.holds(charAt(i - 1))) {
            i--;
        }
        return text.substring(i, end);
    }

    /** Index of the next {@code -END} at or after {@code index}, or the length of the text. */
    int endMarker(int index) {
        // remembered, so that many openings without an end do not search the same text again
        if (nextEnd < index) {
            var found = text.indexOf(END_MARKER, index);
            while (found >= 0
                    && charAt(found - 1) != '-'
                    && !(charAt(found - 1) == ' ' && charAt(found - 2) == '-')) {
                found = text.indexOf(END_MARKER, found + 1);
            }
            work += (found < 0 ? text.length() : found) - index;
            nextEnd = found < 0 ? Integer.MAX_VALUE : found;
        }
        return Math.min(nextEnd, text.length());
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isAlphanumeric(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static String fold(String text) {
        char[] folded = null;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < 0x80) {
                continue;
            }
            var to = fold(c);
            if (to != c) {
                if (folded == null) {
                    folded = text.toCharArray();
                }
                folded[i] = to;
            }
        }
        return folded == null ? text : new String(folded);
    }

    private static char fold(char c) {
        if (c >= '\uFF01' && c <= '\uFF5E') {
            return (char) (c - 0xFEE0); // full width forms
        }
        return switch (Character.getType(c)) {
            case Character.SPACE_SEPARATOR -> ' ';
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> '\n';
            case Character.DASH_PUNCTUATION -> '-';
            case Character.DECIMAL_DIGIT_NUMBER -> (char) ('0' + Character.digit(c, 10));
            default -> c == '\u2212' ? '-' : c; // the minus sign is a mathematical symbol
        };
    }
}
