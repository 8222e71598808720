package dev.sluicegate.router.screening;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads the words of names: snake_case, kebab-case, camelCase, dotted, and prose. */
final class Names {
    private Names() {}

    /** The words in lower case. */
    static List<String> words(String text) {
        var words = new ArrayList<String>();
        var start = -1; // of the word that is being read
        for (var i = 0; i < text.length(); i++) {
            var inWord = Character.isLetterOrDigit(text.charAt(i));
            if (start >= 0 && (!inWord || isHump(text, i))) {
                words.add(text.substring(start, i).toLowerCase(Locale.ROOT));
                start = -1;
            }
            if (inWord && start < 0) {
                start = i;
            }
        }
        if (start >= 0) {
            words.add(text.substring(start).toLowerCase(Locale.ROOT));
        }
        return words;
    }

    /** Whether a word of a camelCase name begins there. */
    private static boolean isHump(String text, int i) {
        if (!Character.isUpperCase(text.charAt(i))) {
            return false;
        }
        var before = text.charAt(i - 1);
        return Character.isLowerCase(before)
                || (Character.isUpperCase(before)
                        && i + 1 < text.length()
                        && Character.isLowerCase(text.charAt(i + 1)));
    }

    /** A list that is written as words with blanks between. */
    static Set<String> listed(String words) {
        return Set.of(words.strip().split("\\s+", -1));
    }

    /** The words with one space around each, so that a word or a phrase can be looked for. */
    static String phrase(String text) {
        // most are ASCII, where a lower-case letter is one more bit, and no word has to be made
        var out = new byte[2 * text.length() + 2];
        var length = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c >= 0x80) {
                return " " + String.join(" ", words(text)) + " ";
            }
            var inWord = Leaf.isAlphanumeric(c);
            if (inWord && (length == 0 || (i > 0 && (isGap(text, i) || isHump(text, i))))) {
                out[length++] = ' ';
            }
            if (inWord) {
                out[length++] = (byte) (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
            }
        }
        if (length == 0) {
            return "  ";
        }
        out[length++] = ' ';
        return new String(out, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static boolean isGap(String text, int i) {
        return !Leaf.isAlphanumeric(text.charAt(i - 1));
    }
}
