package dev.sluicegate.router.screening;

import java.lang.Character.UnicodeScript;
import java.util.Set;

/**
 * Takes out characters that a person does not see but a model reads: zero-width and tag characters,
 * control characters, variation selectors in rows, and those that turn the direction of the text around.
 *
 * @see <a href="https://www.unicode.org/reports/tr36/">Unicode security considerations</a>
 */
final class HiddenCharacters {
    static final String HIDDEN = "hidden_characters";
    static final String BIDI = "bidi_characters";

    private static final int NONE = -1;
    private static final int REPLACEMENT = 0xFFFD;
    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int EMOJI_VARIATION = 0xFE0F;

    /** Scripts in which joiners change how a word is written. */
    private static final Set<UnicodeScript> JOINING =
            Set.of(
                    UnicodeScript.ARABIC,
                    UnicodeScript.SYRIAC,
                    UnicodeScript.NKO,
                    UnicodeScript.MONGOLIAN,
                    UnicodeScript.DEVANAGARI,
                    UnicodeScript.BENGALI,
                    UnicodeScript.GURMUKHI,
                    UnicodeScript.GUJARATI,
                    UnicodeScript.ORIYA,
                    UnicodeScript.TAMIL,
                    UnicodeScript.TELUGU,
                    UnicodeScript.KANNADA,
                    UnicodeScript.MALAYALAM,
                    UnicodeScript.SINHALA,
                    UnicodeScript.KHMER,
                    UnicodeScript.MYANMAR);

    private enum Kind {
        VISIBLE,
        HIDDEN,
        BIDI,
        BROKEN
    }

    /**
     * @param hidden how many hidden characters were taken out
     * @param bidi how many bidirectional control characters were taken out
     */
    record Cleaned(String text, int hidden, int bidi) {}

    private HiddenCharacters() {}

    /** {@code text} as a person sees it; the same instance when nothing was hidden. */
    static Cleaned clean(String text) {
        var plain = 0;
        while (plain < text.length() && isPlain(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return new Cleaned(text, 0, 0);
        }
        var out = new StringBuilder(text.length()).append(text, 0, plain);
        var hidden = 0;
        var bidi = 0;
        var previous = plain == 0 ? NONE : text.charAt(plain - 1);
        for (var i = plain; i < text.length(); ) {
            var c = text.codePointAt(i);
            i += Character.charCount(c);
            var following = i < text.length() ? text.codePointAt(i) : NONE;
            switch (kind(c, previous, following)) {
                case VISIBLE -> {
                    out.appendCodePoint(c);
                    previous = c;
                }
                case HIDDEN -> hidden++;
                case BIDI -> bidi++;
                case BROKEN -> {
                    out.appendCodePoint(REPLACEMENT);
                    hidden++;
                    previous = REPLACEMENT;
                }
            }
        }
        return hidden + bidi == 0
                ? new Cleaned(text, 0, 0)
                : new Cleaned(out.toString(), hidden, bidi);
    }

    private static boolean isPlain(char c) {
        return (c >= ' ' && c < 0x7F) || c == '\n' || c == '\t' || c == '\r';
    }

    private static Kind kind(int c, int previous, int following) {
        if (c < 0x80) {
            return isPlain((char) c) ? Kind.VISIBLE : Kind.HIDDEN;
        }
        if (isBidi(c)) {
            return Kind.BIDI;
        }
        if (c == ZERO_WIDTH_JOINER || c == ZERO_WIDTH_NON_JOINER) {
            return joins(c, previous, following) ? Kind.VISIBLE : Kind.HIDDEN;
        }
        if (isVariationSelector(c)) {
            return varies(c, previous) ? Kind.VISIBLE : Kind.HIDDEN;
        }
        if (isBlankLetter(c)) {
            return Kind.HIDDEN;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL -> Kind.HIDDEN;
            case Character.SURROGATE -> Kind.BROKEN; // a lone one: no JSON text can carry it
            case Character.FORMAT -> isVisibleFormat(c) ? Kind.VISIBLE : Kind.HIDDEN;
            case Character.UNASSIGNED ->
                    (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE0FFF)
                            ? Kind.HIDDEN
                            : Kind.VISIBLE;
            default -> Kind.VISIBLE;
        };
    }

    private static boolean isBidi(int c) {
        return (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200E
                || c == 0x200F
                || c == 0x061C;
    }

    private static boolean isVariationSelector(int c) {
        return (c >= 0xFE00 && c <= 0xFE0F)
                || (c >= 0xE0100 && c <= 0xE01EF)
                || (c >= 0x180B && c <= 0x180D)
                || c == 0x180F;
    }

    /** One selector behind a character that has variants; a row of them is a message. */
    private static boolean varies(int c, int previous) {
        if (previous == NONE || isVariationSelector(previous) || previous == ZERO_WIDTH_JOINER) {
            return false;
        }
        if (c >= 0xE0100) {
            return Character.isIdeographic(previous);
        }
        if (c < 0xFE00) {
            return UnicodeScript.of(previous) == UnicodeScript.MONGOLIAN;
        }
        if (previous < 0x80) {
            return c == EMOJI_VARIATION
                    && ((previous >= '0' && previous <= '9') || previous == '#' || previous == '*');
        }
        return Character.isExtendedPictographic(previous)
                || Character.isEmoji(previous)
                || Character.isIdeographic(previous)
                || UnicodeScript.of(previous) == UnicodeScript.MYANMAR
                || Character.getType(previous) == Character.MATH_SYMBOL;
    }

    private static boolean joins(int c, int previous, int following) {
        if (previous == NONE || following == NONE) {
            return false;
        }
        if (c == ZERO_WIDTH_JOINER
                && (Character.isExtendedPictographic(previous)
                        || Character.isEmojiModifier(previous)
                        || previous == EMOJI_VARIATION)
                && Character.isExtendedPictographic(following)) {
            return true;
        }
        return isOfJoiningScript(previous) && isOfJoiningScript(following);
    }

    private static boolean isOfJoiningScript(int c) {
        var type = Character.getType(c);
        return (Character.isLetter(c)
                        || type == Character.NON_SPACING_MARK
                        || type == Character.COMBINING_SPACING_MARK)
                && JOINING.contains(UnicodeScript.of(c));
    }

    /** Letters and marks without ink. */
    private static boolean isBlankLetter(int c) {
        return switch (c) {
            case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0 -> true;
            default -> false;
        };
    }

    /** Number signs of Arabic, Syriac and Kaithi: format characters with ink. */
    private static boolean isVisibleFormat(int c) {
        return (c >= 0x0600 && c <= 0x0605)
                || c == 0x06DD
                || c == 0x070F
                || c == 0x0890
                || c == 0x0891
                || c == 0x08E2
                || c == 0x110BD
                || c == 0x110CD;
    }
}
