package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Payment card numbers: a range of an issuer with a length it uses, and the Luhn check digit. Digits
 * with separators are one even under a key that names an id; bare digits are not.
 */
final class CardNumber implements Detector {
    static final String TYPE = "card_number";

    private static final int MIN_DIGITS = 12;
    private static final int MAX_DIGITS = 19;
    private static final int MAX_SEPARATOR = 2;
    private static final int MAX_GROUPS = 8;

    /** Names that say a card stands here, in keys and in the text before. */
    private static final List<String> CARD_WORDS =
            List.of(
                    "card",
                    "carte",
                    "karte",
                    "tarjeta",
                    "pan",
                    "cc",
                    "visa",
                    "amex",
                    "mastercard",
                    "payment",
                    "credit",
                    "debit");

    /** Last words of keys whose long numbers are something else. */
    private static final Set<String> ID_WORDS =
            Names.listed(
                    """
                    id ids ts time timestamp iat exp nbf sku build version trace span imei iccid
                    sim gtin ean upc isbn serial sequence seq commit hash digest etag cursor
                    """);

    @Override
    public List<String> keywords() {
        return List.of();
    }

    @Override
    public boolean anchorsAtDigits() {
        return true;
    }

    @Override
    public @Nullable Span at(Leaf leaf, int start, int end) {
        var first = leaf.charAt(start);
        var before = leaf.charAt(start - 1);
        if (first < '2' || first > '6' || (before == '.' && Leaf.isDigit(leaf.charAt(start - 2)))) {
            return null;
        }
        if (!isLongEnough(leaf, start)) {
            return null;
        }
        var digits = new char[MAX_DIGITS];
        var counts = new int[MAX_DIGITS]; // digits up to and with each group
        var ends = new int[MAX_DIGITS]; // and where the group ends in the text
        var groups = 0;
        var count = 0;
        var i = start;
        while (true) {
            while (Leaf.isDigit(leaf.charAt(i)) && count < MAX_DIGITS) {
                digits[count++] = leaf.charAt(i++);
            }
            if (Leaf.isDigit(leaf.charAt(i))) {
                break; // longer than any card number
            }
            counts[groups] = count;
            ends[groups++] = i;
            var separator = i;
            while (i - separator < MAX_SEPARATOR && isSeparator(leaf.charAt(i))) {
                i++;
            }
            if (i == separator
                    || count == MAX_DIGITS
                    || groups == MAX_GROUPS
                    || !Leaf.isDigit(leaf.charAt(i))) {
                break;
            }
        }
        for (var last = groups - 1; last >= 0 && counts[last] >= MIN_DIGITS; last--) {
            var printed = last > 0 && printed(counts, last);
            var number = new String(digits, 0, counts[last]);
            if (issued(number)
                    && CheckDigits.luhn(number)
                    && (last == 0
                            ? bareDigitsAreACard(leaf, start, ends[0])
                            : printed || saysCard(leaf, start))) {
                return new Span(start, ends[last], TYPE, Label.FINANCIAL, number);
            }
        }
        return null;
    }

    /** Whether the shortest card number has no more digits than stand here; most numbers are short. */
    private static boolean isLongEnough(Leaf leaf, int start) {
        var count = 0;
        var i = start;
        while (true) {
            var end = leaf.runEnd(i, Alphabet.DIGITS, MIN_DIGITS);
            count += end - i;
            if (count >= MIN_DIGITS) {
                return true;
            }
            i = end;
            while (i - end < MAX_SEPARATOR && isSeparator(leaf.charAt(i))) {
                i++;
            }
            if (i == end || !Leaf.isDigit(leaf.charAt(i))) {
                return false;
            }
        }
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '-' || c == '.' || c == '_';
    }

    /** Groups as they are printed on cards: fours, or 4-6-5 and 4-6-4. */
    private static boolean printed(int[] counts, int last) {
        if (last == 2 && counts[0] == 4 && counts[1] == 10) {
            return counts[2] == 14 || counts[2] == 15;
        }
        for (var group = 0; group < last; group++) {
            if (counts[group] != 4 * (group + 1)) {
                return false;
            }
        }
        return counts[last] <= 4 * (last + 1);
    }

    private static boolean bareDigitsAreACard(Leaf leaf, int start, int end) {
        if (saysCard(leaf, start)) {
            return true;
        }
        if (isId(leaf.keyBefore(start))) {
            return false;
        }
        // inside of a hexadecimal word sixteen digits in a row are chance
        return !touchesHexWord(leaf, start, end);
    }

    private static boolean touchesHexWord(Leaf leaf, int start, int end) {
        var from = start;
        while (start - from < 64 && Leaf.isAlphanumeric(leaf.charAt(from - 1))) {
            from--;
        }
        var to = leaf.runEnd(end, Alphabet.BASE64_URL, 64);
        if (from == start && to == end) {
            return false;
        }
        for (var i = from; i < to; i++) {
            if (!Leaf.isHex(leaf.charAt(i)) && leaf.charAt(i) != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean saysCard(Leaf leaf, int start) {
        var words = Nearby.of(leaf, start).wordsBefore();
        return words.stream().anyMatch(CARD_WORDS::contains)
                || words.stream()
                        .anyMatch(word -> word.startsWith("card") || word.endsWith("card"));
    }

    private static boolean isId(String key) {
        var words = Names.words(key);
        if (words.isEmpty()) {
            return false;
        }
        var last = words.getLast();
        return ID_WORDS.contains(last) || (last.endsWith("id") && words.size() == 1);
    }

    /** Whether an issuer gives out numbers that start so and are that long. */
    static boolean issued(String number) {
        var length = number.length();
        var two = Integer.parseInt(number.substring(0, 2));
        var three = Integer.parseInt(number.substring(0, 3));
        var four = Integer.parseInt(number.substring(0, 4));
        if (number.charAt(0) == '4') {
            return length == 13 || length == 16 || length == 19; // Visa
        }
        if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) {
            return length == 16; // Mastercard
        }
        if (two == 34 || two == 37) {
            return length == 15; // American Express
        }
        if (two == 36 || two == 38 || two == 39 || (three >= 300 && three <= 305) || four == 3095) {
            return length >= 14; // Diners Club
        }
        if (four >= 3528 && four <= 3589) {
            return length >= 16; // JCB
        }
        if (four == 6011 || two == 65 || (three >= 644 && three <= 649) || two == 62) {
            return length >= 16; // Discover, UnionPay
        }
        return switch (four) {
            case 5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763 -> true; // Maestro
            default -> false;
        };
    }
}
