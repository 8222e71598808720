package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Whether the conditions of a policy have a value for every request: a policy that fails denies the calls it
 * looks at, so a forbid that can fail is an outage somebody else can cause.
 *
 * <p>It stands on the validator, which has proven types, and that optional attributes are asked for first.
 * What is left is arithmetic that overflows, attributes that the stub promises and nobody fills, entities
 * that do not exist, and extension values made of anything but a literal. It follows what {@code &&}, {@code
 * ||}, {@code if}, {@code when} and {@code unless} make known, as evaluation does; what it cannot follow
 * counts as failing.
 */
final class Totality {
    /** What the engine fills in for every call, whatever the stub says. */
    private static final Set<String> FILLED =
            Set.of(
                    "context.session.client.id",
                    "context.session.client.trust",
                    "context.session.mfa",
                    "context.session.authAgeSec",
                    "context.session.ip",
                    "context.session.now",
                    "context.session.hour",
                    "context.session.dow",
                    "context.chain.id",
                    "context.chain.depth",
                    "context.chain.labels",
                    "context.chain.tools",
                    "context.chain.untrusted",
                    "context.approval.granted",
                    "context.quota.callsToday",
                    "context.quota.rowsToday",
                    "context.quota.amountToday",
                    "context.egress.receivers",
                    "context.egress.domains",
                    "context.system.now",
                    "principal.id");

    private static final Set<String> CERTAIN = prefixes();

    private static final Range LONG =
            Range.of(BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE));
    private static final Range COUNT = new Range(BigInteger.ZERO, LONG.high());
    private static final BigInteger DAY = BigInteger.valueOf(86_400_000);

    /** Milliseconds of the years 0 to 9999, with offsets: all that arguments, clocks and literals can be. */
    private static final Range MOMENTS =
            new Range(
                    BigInteger.valueOf(-62_167_219_200_000L).subtract(DAY),
                    BigInteger.valueOf(253_402_300_799_999L).add(DAY));

    private static final Map<String, Range> KNOWN =
            Map.of(
                    "context.session.hour", Range.of(0, 23),
                    "context.session.dow", Range.of(1, 7),
                    "context.session.authAgeSec", COUNT,
                    "context.chain.depth", COUNT,
                    "context.quota.callsToday", COUNT,
                    "context.quota.rowsToday", COUNT);

    private static final Set<String> CONSTRUCTORS = Set.of("decimal", "ip", "datetime", "duration");

    /** Extension functions with a value for every argument of their type. */
    private static final Set<String> TOTAL_FUNCTIONS =
            Set.of(
                    "lessThan",
                    "lessThanOrEqual",
                    "greaterThan",
                    "greaterThanOrEqual",
                    "isIpv4",
                    "isIpv6",
                    "isLoopback",
                    "isMulticast",
                    "isInRange",
                    "toTime",
                    "toMilliseconds",
                    "toSeconds",
                    "toMinutes",
                    "toHours",
                    "toDays");

    private static final Set<String> TOTAL_OPERATORS =
            Set.of(
                    "==",
                    "!=",
                    "<",
                    "<=",
                    ">",
                    ">=",
                    "in",
                    "contains",
                    "containsAll",
                    "containsAny",
                    "hasTag",
                    "getTag"); // the validator has seen its hasTag

    private static final Pattern DURATION =
            Pattern.compile("(-?)(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");
    private static final long[] UNITS = {86_400_000, 3_600_000, 60_000, 1_000, 1};

    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<String> provoked = new LinkedHashSet<>();

    private Totality() {}

    static Totality of(Rule rule) {
        var check = new Totality();
        var facts = new Facts(Set.of(), Map.of());
        for (var condition : rule.json().path("conditions")) {
            var body = condition.path("body");
            check.visit(body, facts);
            // the next condition is only looked at when this one held
            facts = check.assume(body, condition.path("kind").asText().equals("when"), facts);
        }
        return check;
    }

    /** What can fail, one text each with a way to guard it; empty for a policy that always has a value. */
    List<String> problems() {
        var all = new ArrayList<>(problems);
        all.addAll(provoked);
        return all;
    }

    /** Those of the {@linkplain #problems() problems} that no argument of the call has a part in. */
    List<String> unprovoked() {
        return List.copyOf(problems);
    }

    /**
     * @param expression that can fail to have a value
     */
    private void computed(JsonNode expression, String problem) {
        (mentionsInput(expression) ? provoked : problems).add(problem);
    }

    private static boolean mentionsInput(JsonNode expression) {
        if (Cedar.path(expression).startsWith("context.input")) {
            return true;
        }
        for (var part : expression) {
            if (mentionsInput(part)) {
                return true;
            }
        }
        return false;
    }

    /** Bounds, both included, of a Long, or of milliseconds. */
    private record Range(BigInteger low, BigInteger high) {
        static Range of(long low, long high) {
            return new Range(BigInteger.valueOf(low), BigInteger.valueOf(high));
        }

        static Range of(BigInteger low, BigInteger high) {
            return new Range(low, high);
        }

        boolean within(Range other) {
            return low.compareTo(other.low) >= 0 && high.compareTo(other.high) <= 0;
        }

        /** Empty ranges (code that is never reached) stay what they were. */
        Range meet(Range other) {
            var met = new Range(low.max(other.low), high.min(other.high));
            return met.low.compareTo(met.high) > 0 ? this : met;
        }

        Range join(Range other) {
            return new Range(low.min(other.low), high.max(other.high));
        }

        Range plus(Range other) {
            return new Range(low.add(other.low), high.add(other.high));
        }

        Range minus(Range other) {
            return new Range(low.subtract(other.high), high.subtract(other.low));
        }

        Range times(Range other) {
            var a = low.multiply(other.low);
            var b = low.multiply(other.high);
            var c = high.multiply(other.low);
            var d = high.multiply(other.high);
            return new Range(a.min(b).min(c.min(d)), a.max(b).max(c.max(d)));
        }
    }

    /** What is known where an expression is evaluated: attributes that are there, values that are bounded. */
    private record Facts(Set<String> present, Map<String, Range> ranges) {
        Facts withPresent(String attribute) {
            var more = new HashSet<>(present);
            more.add(attribute);
            return new Facts(more, ranges);
        }

        Facts withRange(String path, Range range) {
            var more = new HashMap<>(ranges);
            more.put(path, range);
            return new Facts(present, more);
        }

        /** What holds on either of two ways. */
        Facts or(Facts other) {
            var both = new HashSet<>(present);
            both.retainAll(other.present);
            var joined = new HashMap<String, Range>();
            ranges.forEach((path, range) -> {
                var there = other.ranges.get(path);
                if (there != null) {
                    joined.put(path, range.join(there));
                }
            });
            return new Facts(both, joined);
        }
    }

    private void visit(JsonNode expression, Facts facts) {
        for (var operation : expression.properties()) {
            visit(operation.getKey(), operation.getValue(), expression, facts);
        }
    }

    private void visit(String operator, JsonNode arguments, JsonNode expression, Facts facts) {
        var left = arguments.path("left");
        var right = arguments.path("right");
        switch (operator) {
            case "Value", "Var" -> {}
            case "&&" -> {
                visit(left, facts);
                visit(right, assume(left, true, facts));
            }
            case "||" -> {
                visit(left, facts);
                visit(right, assume(left, false, facts));
            }
            case "if-then-else" -> {
                var condition = arguments.path("if");
                visit(condition, facts);
                visit(arguments.path("then"), assume(condition, true, facts));
                visit(arguments.path("else"), assume(condition, false, facts));
            }
            case "!", "isEmpty" -> visit(arguments.path("arg"), facts);
            case "neg" -> {
                visit(arguments.path("arg"), facts);
                fits("-", expression, facts);
            }
            case "+", "-", "*" -> {
                visit(left, facts);
                visit(right, facts);
                fits(operator, expression, facts);
            }
            case "." -> access(expression, arguments, facts);
            case "has", "like", "is" -> {
                visit(left, facts);
                if (arguments.has("in")) {
                    visit(arguments.path("in"), facts);
                }
            }
            case "Set" -> arguments.forEach(element -> visit(element, facts));
            case "Record" -> arguments.forEach(field -> visit(field, facts));
            default -> {
                if (TOTAL_OPERATORS.contains(operator)) {
                    visit(left, facts);
                    visit(right, facts);
                } else {
                    function(operator, arguments, expression, facts);
                }
            }
        }
    }

    private void function(String name, JsonNode arguments, JsonNode expression, Facts facts) {
        if (arguments.isArray()) {
            arguments.forEach(argument -> visit(argument, facts));
        }
        if (CONSTRUCTORS.contains(name)) {
            if (!arguments.path(0).path("Value").isTextual()) {
                computed(
                        expression,
                        "`" + name + "` of anything but a literal can fail; compare text");
            }
        } else if (Set.of("offset", "durationSince", "toDate").contains(name)) {
            fits(name, expression, facts);
        } else if (!TOTAL_FUNCTIONS.contains(name)) {
            computed(expression, "`" + name + "` is not known to have a value for every request");
        }
    }

    private void access(JsonNode expression, JsonNode arguments, Facts facts) {
        var left = arguments.path("left");
        visit(left, facts);
        var path = Cedar.path(expression);
        var isInput = path.startsWith("context.input.") || path.equals("context.input");
        // arguments and their schema come from one manifest, so the validator's word is good
        if (isInput
                || CERTAIN.contains(path)
                || left.has("Record")
                || facts.present().contains(attribute(left, arguments.path("attr").asText()))) {
            return;
        }
        var shown =
                path.isEmpty()
                        ? "`" + arguments.path("attr").asText() + "` of it"
                        : "`" + path + "`";
        var asked =
                path.isEmpty()
                        ? "its `has`"
                        : "`"
                                + path.substring(0, path.lastIndexOf('.'))
                                + " has "
                                + arguments.path("attr").asText()
                                + " && …`";
        problems.add(shown + " may be absent; ask first, with " + asked);
    }

    private void fits(String operator, JsonNode expression, Facts facts) {
        if (!number(expression, facts, LONG).within(LONG)) {
            computed(
                    expression,
                    "`"
                            + operator
                            + "` can overflow; bound its operands before, with `x < 1000000 && x >"
                            + " -1000000 && …`, or compare without it");
        }
    }

    /** What is known in addition where {@code expression} came out as {@code truth}. */
    private Facts assume(JsonNode expression, boolean truth, Facts facts) {
        for (var operation : expression.properties()) {
            var arguments = operation.getValue();
            var left = arguments.path("left");
            var right = arguments.path("right");
            switch (operation.getKey()) {
                case "!" -> {
                    return assume(arguments.path("arg"), !truth, facts);
                }
                case "&&", "||" -> {
                    var both = operation.getKey().equals("&&") == truth;
                    var first = assume(left, truth, facts);
                    if (both) {
                        return assume(right, truth, first);
                    }
                    return first.or(assume(right, truth, assume(left, !truth, facts)));
                }
                case "has" -> {
                    return truth
                            ? facts.withPresent(attribute(left, arguments.path("attr").asText()))
                            : facts;
                }
                case "<" -> {
                    return truth ? less(left, right, true, facts) : less(right, left, false, facts);
                }
                case "<=" -> {
                    return truth ? less(left, right, false, facts) : less(right, left, true, facts);
                }
                case ">" -> {
                    return truth ? less(right, left, true, facts) : less(left, right, false, facts);
                }
                case ">=" -> {
                    return truth ? less(right, left, false, facts) : less(left, right, true, facts);
                }
                case "==" -> {
                    return truth
                            ? less(left, right, false, less(right, left, false, facts))
                            : facts;
                }
                default -> {}
            }
        }
        return facts;
    }

    private Facts less(JsonNode smaller, JsonNode larger, boolean strictly, Facts facts) {
        var one = strictly ? BigInteger.ONE : BigInteger.ZERO;
        var low = number(smaller, facts, LONG);
        var high = number(larger, facts, LONG);
        var known = bound(smaller, new Range(LONG.low(), high.high().subtract(one)), low, facts);
        return bound(larger, new Range(low.low().add(one), LONG.high()), high, known);
    }

    private static Facts bound(JsonNode expression, Range bounds, Range before, Facts facts) {
        return expression.has(".")
                ? facts.withRange(expression.toString(), before.meet(bounds))
                : facts;
    }

    /**
     * Bounds of a number, of the milliseconds of a moment or of a duration. Wrong only where the validator
     * would not have let the expression be.
     *
     * @param unknown of an attribute of which nothing is known
     */
    private Range number(JsonNode expression, Facts facts, Range unknown) {
        for (var operation : expression.properties()) {
            var arguments = operation.getValue();
            var left = arguments.path("left");
            var right = arguments.path("right");
            return switch (operation.getKey()) {
                case "Value" ->
                        arguments.isIntegralNumber()
                                ? new Range(
                                        arguments.bigIntegerValue(), arguments.bigIntegerValue())
                                : unknown;
                case "." ->
                        facts.ranges()
                                .getOrDefault(
                                        expression.toString(),
                                        KNOWN.getOrDefault(Cedar.path(expression), unknown))
                                .meet(unknown);
                case "+" -> number(left, facts, LONG).plus(number(right, facts, LONG));
                case "-" -> number(left, facts, LONG).minus(number(right, facts, LONG));
                case "*" -> number(left, facts, LONG).times(number(right, facts, LONG));
                case "neg" -> Range.of(0, 0).minus(number(arguments.path("arg"), facts, LONG));
                case "if-then-else" -> {
                    var condition = arguments.path("if");
                    yield number(arguments.path("then"), assume(condition, true, facts), unknown)
                            .join(
                                    number(
                                            arguments.path("else"),
                                            assume(condition, false, facts),
                                            unknown));
                }
                case "datetime" -> MOMENTS;
                case "duration" -> duration(arguments.path(0).path("Value").asText());
                case "offset" ->
                        number(arguments.path(0), facts, MOMENTS)
                                .plus(number(arguments.path(1), facts, LONG));
                case "durationSince" ->
                        number(arguments.path(0), facts, MOMENTS)
                                .minus(number(arguments.path(1), facts, MOMENTS));
                case "toDate" -> {
                    var moment = number(arguments.path(0), facts, MOMENTS);
                    yield new Range(moment.low().subtract(DAY), moment.high());
                }
                case "toTime" -> new Range(BigInteger.ZERO, DAY);
                default -> unknown;
            };
        }
        return unknown;
    }

    private static Range duration(String text) {
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            return LONG; // the validator refuses it
        }
        var sum = BigInteger.ZERO;
        for (var i = 0; i < UNITS.length; i++) {
            var digits = match.group(i + 2);
            if (digits != null) {
                sum = sum.add(new BigInteger(digits).multiply(BigInteger.valueOf(UNITS[i])));
            }
        }
        var signed = match.group(1).isEmpty() ? sum : sum.negate();
        return new Range(signed, signed);
    }

    private static String attribute(JsonNode of, String name) {
        return of + "." + name;
    }

    private static Set<String> prefixes() {
        var all = new HashSet<String>();
        for (var path : FILLED) {
            var steps = new ArrayList<>(List.of(path.split("\\.")));
            while (steps.size() > 1) {
                all.add(String.join(".", steps));
                steps.removeLast();
            }
        }
        return Set.copyOf(all);
    }
}
