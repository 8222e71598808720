package dev.sluicegate.policy.cedar;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions and methods of the extension types. A call with another number of arguments fails when it runs. */
public enum ExtensionFunction {
    DECIMAL("decimal", 1, false),
    LESS_THAN("lessThan", 2, true),
    LESS_THAN_OR_EQUAL("lessThanOrEqual", 2, true),
    GREATER_THAN("greaterThan", 2, true),
    GREATER_THAN_OR_EQUAL("greaterThanOrEqual", 2, true),
    IP("ip", 1, false),
    IS_IPV4("isIpv4", 1, true),
    IS_IPV6("isIpv6", 1, true),
    IS_LOOPBACK("isLoopback", 1, true),
    IS_MULTICAST("isMulticast", 1, true),
    IS_IN_RANGE("isInRange", 2, true),
    DATETIME("datetime", 1, false),
    OFFSET("offset", 2, true),
    DURATION_SINCE("durationSince", 2, true),
    TO_DATE("toDate", 1, true),
    TO_TIME("toTime", 1, true),
    DURATION("duration", 1, false),
    TO_MILLISECONDS("toMilliseconds", 1, true),
    TO_SECONDS("toSeconds", 1, true),
    TO_MINUTES("toMinutes", 1, true),
    TO_HOURS("toHours", 1, true),
    TO_DAYS("toDays", 1, true);

    private static final Map<String, ExtensionFunction> BY_WORD = new HashMap<>();

    static {
        for (var function : values()) {
            BY_WORD.put(function.word, function);
        }
    }

    private final String word;
    private final int arity;
    private final boolean method;

    ExtensionFunction(String word, int arity, boolean method) {
        this.word = word;
        this.arity = arity;
        this.method = method;
    }

    /** Null when Cedar has no such function. */
    public static @Nullable ExtensionFunction named(String word) {
        return BY_WORD.get(word);
    }

    public String word() {
        return word;
    }

    boolean isMethod() {
        return method;
    }

    int arity() {
        return arity;
    }

    /**
     * @throws EvaluationException if the arguments are too many, too few, of the wrong kind or out of range
     */
    public Value apply(Value... arguments) {
        if (arguments.length != arity) {
            throw new EvaluationException(
                    word + " takes " + arity + " arguments, not " + arguments.length);
        }
        return arity == 1 ? apply(arguments[0]) : apply(arguments[0], arguments[1]);
    }

    private Value apply(Value of) {
        return switch (this) {
            case DECIMAL -> Decimal.parse(text(of));
            case IP -> IpAddress.parse(text(of));
            case DATETIME -> DateTime.parse(text(of));
            case DURATION -> Duration.parse(text(of));
            case IS_IPV4 -> Value.Bool.of(ip(of).v4());
            case IS_IPV6 -> Value.Bool.of(!ip(of).v4());
            case IS_LOOPBACK -> Value.Bool.of(ip(of).isLoopback());
            case IS_MULTICAST -> Value.Bool.of(ip(of).isMulticast());
            case TO_DATE -> date(datetime(of).millis());
            case TO_TIME -> new Duration(Math.floorMod(datetime(of).millis(), DateTime.DAY));
            case TO_MILLISECONDS -> new Value.Int(duration(of).millis());
            case TO_SECONDS -> new Value.Int(duration(of).millis() / 1_000);
            case TO_MINUTES -> new Value.Int(duration(of).millis() / 60_000);
            case TO_HOURS -> new Value.Int(duration(of).millis() / 3_600_000);
            case TO_DAYS -> new Value.Int(duration(of).millis() / DateTime.DAY);
            case LESS_THAN,
                    LESS_THAN_OR_EQUAL,
                    GREATER_THAN,
                    GREATER_THAN_OR_EQUAL,
                    IS_IN_RANGE,
                    OFFSET,
                    DURATION_SINCE ->
                    throw new IllegalStateException(word);
        };
    }

    private Value apply(Value left, Value right) {
        return switch (this) {
            case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL ->
                    Value.Bool.of(compare(left, right));
            case IS_IN_RANGE -> Value.Bool.of(ip(left).isInRange(ip(right)));
            case OFFSET -> {
                var from = datetime(left).millis();
                var by = duration(right).millis();
                var sum = from + by;
                if (((from ^ sum) & (by ^ sum)) < 0) {
                    throw new EvaluationException("datetime out of range");
                }
                yield new DateTime(sum);
            }
            case DURATION_SINCE -> {
                var to = datetime(left).millis();
                var from = datetime(right).millis();
                var difference = to - from;
                if (((to ^ from) & (to ^ difference)) < 0) {
                    throw new EvaluationException("duration out of range");
                }
                yield new Duration(difference);
            }
            case DECIMAL,
                    IP,
                    IS_IPV4,
                    IS_IPV6,
                    IS_LOOPBACK,
                    IS_MULTICAST,
                    DATETIME,
                    TO_DATE,
                    TO_TIME,
                    DURATION,
                    TO_MILLISECONDS,
                    TO_SECONDS,
                    TO_MINUTES,
                    TO_HOURS,
                    TO_DAYS ->
                    throw new IllegalStateException(word);
        };
    }

    /** Of decimals, without making a value of the answer. */
    boolean compare(Value left, Value right) {
        var a = decimal(left).units();
        var b = decimal(right).units();
        return switch (this) {
            case LESS_THAN -> a < b;
            case LESS_THAN_OR_EQUAL -> a <= b;
            case GREATER_THAN -> a > b;
            case GREATER_THAN_OR_EQUAL -> a >= b;
            default -> throw new IllegalStateException(word);
        };
    }

    boolean isComparison() {
        return compareTo(LESS_THAN) >= 0 && compareTo(GREATER_THAN_OR_EQUAL) <= 0;
    }

    /** Start of the day, which for the first day of all is out of range. */
    private static DateTime date(long millis) {
        var into = Math.floorMod(millis, DateTime.DAY);
        if (millis < Long.MIN_VALUE + into) {
            throw new EvaluationException("datetime out of range");
        }
        return new DateTime(millis - into);
    }

    private String text(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        throw wrong("a string");
    }

    private Decimal decimal(Value value) {
        if (value instanceof Decimal decimal) {
            return decimal;
        }
        throw wrong("a decimal");
    }

    private IpAddress ip(Value value) {
        if (value instanceof IpAddress ip) {
            return ip;
        }
        throw wrong("an ipaddr");
    }

    private DateTime datetime(Value value) {
        if (value instanceof DateTime datetime) {
            return datetime;
        }
        throw wrong("a datetime");
    }

    private Duration duration(Value value) {
        if (value instanceof Duration duration) {
            return duration;
        }
        throw wrong("a duration");
    }

    private EvaluationException wrong(String kind) {
        return new EvaluationException(word + " needs " + kind);
    }
}
