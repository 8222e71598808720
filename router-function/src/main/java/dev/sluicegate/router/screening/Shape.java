package dev.sluicegate.router.screening;

/**
 * What a value is made of, as far as it tells something drawn at random from a word, a name or a
 * placeholder.
 *
 * @param distinct how many different characters
 * @param humps capitals behind something that is none
 * @param turns changes between letters and digits
 * @param words parts between separators that are only letters or only digits
 * @param parts parts between separators
 * @param longestMixed longest part that is letters and digits
 */
record Shape(
        int length,
        int digits,
        int lower,
        int upper,
        int distinct,
        int humps,
        int turns,
        int words,
        int parts,
        int longestMixed,
        boolean hex,
        boolean uuid) {
    private static final int UUID_LENGTH = 36;

    static Shape of(Leaf leaf, int from, int to) {
        var text = leaf.text();
        leaf.worked(to - from);
        var digits = 0;
        var lower = 0;
        var upper = 0;
        var humps = 0;
        var turns = 0;
        var words = 0;
        var parts = 0;
        var longest = 0;
        var partStart = from;
        var partDigits = 0;
        var hex = true;
        var low = 0L;
        var high = 0L;
        for (var i = from; i <= to; i++) {
            var c = i < to ? text.charAt(i) : '\0';
            var before = i > from ? text.charAt(i - 1) : '\0';
            if (i == to || !Leaf.isAlphanumeric(c)) {
                var size = i - partStart;
                if (size > 0) {
                    parts++;
                    var word = partDigits == 0 || partDigits == size;
                    words += word ? 1 : 0;
                    longest = word ? longest : Math.max(longest, size);
                }
                partStart = i + 1;
                partDigits = 0;
            }
            if (i == to) {
                break;
            }
            if (c < 64) {
                low |= 1L << c;
            } else {
                high |= 1L << (c & 63);
            }
            hex &= Leaf.isHex(c);
            if (Leaf.isDigit(c)) {
                digits++;
                partDigits++;
                turns += Leaf.isAlphanumeric(before) && !Leaf.isDigit(before) ? 1 : 0;
            } else if (Leaf.isAlphanumeric(c)) {
                var capital = c <= 'Z';
                upper += capital ? 1 : 0;
                lower += capital ? 0 : 1;
                humps += capital && before > 'Z' ? 1 : 0;
                turns += Leaf.isDigit(before) ? 1 : 0;
            }
        }
        return new Shape(
                to - from,
                digits,
                lower,
                upper,
                Long.bitCount(low) + Long.bitCount(high),
                humps,
                turns,
                words,
                parts,
                longest,
                hex,
                isUuid(leaf, from, to));
    }

    int letters() {
        return lower + upper;
    }

    /** A digest, an object id: long and hexadecimal. */
    boolean isDigest() {
        return hex && length >= 24 && letters() > 0 && digits > 0;
    }

    /** Stands for a value that somebody will fill in: one character over and over. */
    boolean isPlaceholder() {
        return distinct <= 2 || (length >= 16 && distinct <= 3);
    }

    /** Digits and letters mixed, not parted into words and numbers. */
    boolean isMixed(int least) {
        return length >= least
                && (digits >= 2 || (digits == 1 && parts == 1 && humps == 0 && length >= 14))
                && letters() >= 2
                && distinct >= Math.min(8, least / 2)
                && (words * 2 <= parts || longestMixed >= 16);
    }

    /** Letters in no order that a language or a programmer would write. */
    boolean isScrambled(int least) {
        if (length < least || digits > 1 || parts > 2) {
            return false;
        }
        if (distinct >= 30) {
            return true; // no text is that rich in letters
        }
        if (lower == 0 || upper == 0) {
            return distinct >= 16;
        }
        return distinct >= 14 && humps * 4 >= length - digits && lower * 4 >= length;
    }

    private static boolean isUuid(Leaf leaf, int from, int to) {
        if (to - from != UUID_LENGTH) {
            return false;
        }
        for (var i = from; i < to; i++) {
            var at = i - from;
            var c = leaf.text().charAt(i);
            var dash = at == 8 || at == 13 || at == 18 || at == 23;
            if (dash ? c != '-' : !Leaf.isHex(c)) {
                return false;
            }
        }
        return true;
    }
}
