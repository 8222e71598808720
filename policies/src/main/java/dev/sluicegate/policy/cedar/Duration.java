package dev.sluicegate.policy.cedar;

/**
 * A length of time, possibly negative.
 *
 * @param millis milliseconds
 */
public record Duration(long millis) implements Value {
    private static final String[] UNITS = {"d", "h", "m", "s", "ms"};
    private static final long[] MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};

    /**
     * {@code -?} then days, hours, minutes, seconds and milliseconds, each at most once and in this order,
     * such as {@code 1d2h30m}.
     *
     * @throws EvaluationException if {@code text} is anything else or out of range
     */
    public static Duration parse(String text) {
        var at = text.startsWith("-") ? 1 : 0;
        var negative = at == 1;
        if (at == text.length()) {
            throw new EvaluationException("not a duration");
        }
        var unit = 0;
        try {
            // negative all the way down: the range is larger there
            var millis = 0L;
            while (at < text.length()) {
                var end = at;
                while (end < text.length() && Decimal.digits(text, end, end + 1)) {
                    end++;
                }
                var next = unit(text, end, unit);
                if (end == at || next < 0) {
                    throw new EvaluationException("not a duration");
                }
                var number = 0L;
                for (var i = at; i < end; i++) {
                    number =
                            Math.subtractExact(
                                    Math.multiplyExact(number, 10), text.charAt(i) - '0');
                }
                millis = Math.addExact(millis, Math.multiplyExact(number, MILLIS[next]));
                at = end + UNITS[next].length();
                unit = next + 1;
            }
            return new Duration(negative ? millis : Math.negateExact(millis));
        } catch (ArithmeticException e) {
            throw new EvaluationException("duration out of range");
        }
    }

    /** Index of the unit at {@code at}, not before {@code from}; -1 if there is none. */
    private static int unit(String text, int at, int from) {
        var end = at;
        while (end < text.length() && !Decimal.digits(text, end, end + 1)) {
            end++;
        }
        for (var i = from; i < UNITS.length; i++) {
            if (UNITS[i].length() == end - at && text.startsWith(UNITS[i], at)) {
                return i;
            }
        }
        return -1;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return millis + "ms";
    }
}
