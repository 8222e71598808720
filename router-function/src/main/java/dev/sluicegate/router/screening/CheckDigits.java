package dev.sluicegate.router.screening;

/** Arithmetic that tells a number that was given out from one that was not. Digits only. */
final class CheckDigits {
    private static final int[][] DIHEDRAL = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
        {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
        {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
        {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
        {4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
        {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
        {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
        {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
        {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}
    };
    private static final int[] SHIFT = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};

    private CheckDigits() {}

    static int digit(String number, int index) {
        return number.charAt(index) - '0';
    }

    /** Sum of each digit times its weight, over as many digits as there are weights. */
    static int weighted(String number, int... weights) {
        var sum = 0;
        for (var i = 0; i < weights.length; i++) {
            sum += weights[i] * digit(number, i);
        }
        return sum;
    }

    /** ISO/IEC 7812-1, annex B. */
    static boolean luhn(String number) {
        var sum = 0;
        for (var i = 0; i < number.length(); i++) {
            var digit = digit(number, number.length() - 1 - i);
            var doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /**
     * Verhoeff's scheme, which also finds neighbours that were swapped.
     *
     * @see <a href="https://ir.cwi.nl/pub/13045">Error detecting decimal codes</a>
     */
    static boolean verhoeff(String number) {
        var check = 0;
        for (var i = 0; i < number.length(); i++) {
            var digit = digit(number, number.length() - 1 - i);
            for (var times = 0; times < i % 8; times++) {
                digit = SHIFT[digit];
            }
            check = DIHEDRAL[check][digit];
        }
        return check == 0;
    }

    /** MOD 11,10 of ISO/IEC 7064. */
    static boolean mod11And10(String number) {
        var product = 10;
        for (var i = 0; i < number.length() - 1; i++) {
            var sum = (digit(number, i) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        return (11 - product) % 10 == digit(number, number.length() - 1);
    }

    /** EAN-13. */
    static boolean ean(String number) {
        var sum = 0;
        for (var i = 0; i < number.length(); i++) {
            sum += digit(number, number.length() - 1 - i) * (i % 2 == 0 ? 1 : 3);
        }
        return sum % 10 == 0;
    }

    /** Whether {@code yy}, {@code mm}, {@code dd} can be a date. */
    static boolean isDate(int month, int day) {
        return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }

    static int number(String digits, int from, int to) {
        var value = 0;
        for (var i = from; i < to; i++) {
            value = 10 * value + digit(digits, i);
        }
        return value;
    }
}
