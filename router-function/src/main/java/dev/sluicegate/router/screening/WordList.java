package dev.sluicegate.router.screening;

import java.util.ArrayList;
import java.util.List;

/**
 * Words and phrases that are looked for in what stands around a number. Only where a word begins, and
 * only among those that begin with its letter: dates and numbers are many, and each is asked about.
 */
final class WordList {
    /** From this length on a word counts also as the beginning of a longer one. */
    private static final int PREFIX = 5;

    /** From here on scripts that put no blanks between words. */
    private static final char UNSPACED = 0x2E80;

    private static final int INITIALS = 128;

    private final List<List<String>> byInitial = new ArrayList<>(INITIALS);
    private final List<String> others = new ArrayList<>(0);
    private final List<String> anywhere = new ArrayList<>(0);

    private WordList(List<String> words) {
        for (var i = 0; i < INITIALS; i++) {
            byInitial.add(new ArrayList<>(0));
        }
        for (var word : words) {
            var initial = word.charAt(0);
            if (initial >= UNSPACED) {
                anywhere.add(word);
            } else if (initial >= INITIALS) {
                others.add(word);
            } else {
                byInitial.get(initial).add(word);
            }
        }
    }

    static WordList of(String... words) {
        return new WordList(List.of(words));
    }

    /**
     * @param phrase as {@link Names#phrase} writes it
     */
    boolean isIn(String phrase) {
        for (var blank = 0; blank < phrase.length() - 1; ) {
            var at = blank + 1;
            var initial = phrase.charAt(at);
            if (anyAt(phrase, at, initial < INITIALS ? byInitial.get(initial) : others)) {
                return true;
            }
            blank = phrase.indexOf(' ', at);
            if (blank < 0) {
                break;
            }
        }
        for (var word : anywhere) {
            if (phrase.contains(word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyAt(String phrase, int at, List<String> words) {
        for (var word : words) {
            if (phrase.startsWith(word, at)
                    && (word.length() >= PREFIX || phrase.charAt(at + word.length()) == ' ')) {
                return true;
            }
        }
        return false;
    }
}
