package dev.sluicegate.policy.cedar;

/**
 * Four digits after the point.
 *
 * @param units ten-thousandths
 */
public record Decimal(long units) implements Value {
    static final int DIGITS = 4;
    private static final long ONE = 10_000;

    /**
     * {@code -?[0-9]+.[0-9]{1,4}}.
     *
     * @throws EvaluationException if {@code text} is anything else or out of range
     */
    public static Decimal parse(String text) {
        var negative = text.startsWith("-");
        var point = text.indexOf('.');
        var start = negative ? 1 : 0;
        var decimals = text.length() - point - 1;
        if (point <= start
                || decimals < 1
                || !digits(text, start, point)
                || !digits(text, point + 1, text.length())) {
            throw new EvaluationException("not a decimal");
        }
        if (decimals > DIGITS) {
            throw new EvaluationException("decimal with more than four places");
        }
        try {
            // negative all the way down: the range is larger there
            var units = 0L;
            for (var i = start; i < text.length(); i++) {
                if (i != point) {
                    units = Math.subtractExact(Math.multiplyExact(units, 10), text.charAt(i) - '0');
                }
            }
            for (var i = decimals; i < DIGITS; i++) {
                units = Math.multiplyExact(units, 10);
            }
            return new Decimal(negative ? units : Math.negateExact(units));
        } catch (ArithmeticException e) {
            throw new EvaluationException("decimal out of range");
        }
    }

    static boolean digits(String text, int from, int to) {
        for (var i = from; i < to; i++) {
            var c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        var whole = units / ONE;
        var rest = Math.abs(units % ONE);
        return (units < 0 && whole == 0 ? "-0" : Long.toString(whole))
                + "."
                + Long.toString(ONE + rest).substring(1);
    }
}
