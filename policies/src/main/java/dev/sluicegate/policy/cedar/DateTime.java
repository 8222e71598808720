package dev.sluicegate.policy.cedar;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/**
 * A point in time.
 *
 * @param millis since 1970-01-01T00:00:00Z
 */
public record DateTime(long millis) implements Value {
    static final long DAY = 86_400_000;

    /**
     * {@code YYYY-MM-DD}, or with {@code Thh:mm:ss}, optionally {@code .SSS}, and {@code Z} or {@code
     * +hhmm} or {@code -hhmm}.
     *
     * @throws EvaluationException if {@code text} is anything else
     */
    public static DateTime parse(String text) {
        var length = text.length();
        if (length < 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
            throw malformed();
        }
        var millis = DAY * day(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        if (length == 10) {
            return new DateTime(millis);
        }
        if (length < 20
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            throw malformed();
        }
        millis += clock(number(text, 11, 13), number(text, 14, 16), number(text, 17, 19), 59);
        var zone = 19;
        if (text.charAt(19) == '.') {
            zone = 23;
            if (length <= zone) {
                throw malformed();
            }
            millis += number(text, 20, 23);
        }
        var sign = text.charAt(zone);
        if (sign == 'Z' && length == zone + 1) {
            return new DateTime(millis);
        }
        if ((sign != '+' && sign != '-') || length != zone + 5) {
            throw malformed();
        }
        var offset =
                clock(number(text, zone + 1, zone + 3), number(text, zone + 3, zone + 5), 0, 59);
        return new DateTime(sign == '+' ? millis - offset : millis + offset);
    }

    private static long day(int year, int month, int day) {
        try {
            return LocalDate.of(year, month, day).toEpochDay();
        } catch (DateTimeException e) {
            throw malformed();
        }
    }

    private static long clock(int hours, int minutes, int seconds, int maxSeconds) {
        if (hours > 23 || minutes > 59 || seconds > maxSeconds) {
            throw malformed();
        }
        return (hours * 60L + minutes) * 60_000 + seconds * 1_000L;
    }

    private static int number(String text, int from, int to) {
        if (!Decimal.digits(text, from, to)) {
            throw malformed();
        }
        var number = 0;
        for (var i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }

    private static EvaluationException malformed() {
        return new EvaluationException("not a datetime");
    }

    /** In ISO 8601; what {@link #parse} reads when the year has four digits. */
    @Override
    public String toString() {
        return Instant.ofEpochMilli(millis).toString();
    }
}
