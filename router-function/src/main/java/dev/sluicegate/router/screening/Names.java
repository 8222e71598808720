package dev.sluicegate.router.screening;

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
        var word = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var before = i > 0 ? text.charAt(i - 1) : '\0';
            var hump =
                    Character.isUpperCase(c)
                            && (Character.isLowerCase(before)
                                    || (Character.isUpperCase(before)
                                            && i + 1 < text.length()
                                            && Character.isLowerCase(text.charAt(i + 1))));
            var inWord = Character.isLetterOrDigit(c);
            if ((hump || !inWord) && !word.isEmpty()) {
                words.add(word.toString().toLowerCase(Locale.ROOT));
                word.setLength(0);
            }
            if (inWord) {
                word.append(c);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString().toLowerCase(Locale.ROOT));
        }
        return words;
    }

    /** A list that is written as words with blanks between. */
    static Set<String> listed(String words) {
        return Set.of(words.strip().split("\\s+", -1));
    }

    /** The words with one space around each, so that a word or a phrase can be looked for. */
    static String phrase(String text) {
        return " " + String.join(" ", words(text)) + " ";
    }
}
