package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What {@link Widening} accepts is tried in every situation: a remedy must never take a permit away. */
class WideningTest {
    private static final long SEED = 20_261_124;
    private static final int POLICIES = 4_000;

    private static final List<String> LEAVES =
            List.of(
                    "context.session.mfa",
                    "context.approval.granted",
                    "context.session.authAgeSec < 900",
                    "context.session.authAgeSec >= 900",
                    "900 > context.session.authAgeSec",
                    "context.approval has granted",
                    "context.chain.untrusted",
                    "true");

    /** A situation; the stronger authentication is always also the fresher one. */
    private record World(boolean mfa, boolean granted, boolean fresh, boolean untrusted) {
        boolean isNoWorseThan(World other) {
            return (mfa || !other.mfa)
                    && (granted || !other.granted)
                    && (fresh || !other.fresh)
                    && untrusted == other.untrusted;
        }
    }

    @Test
    void whatIsAcceptedNeverNarrows() {
        var random = new Random(SEED);
        var accepted = 0;
        for (var i = 0; i < POLICIES; i++) {
            var text =
                    (random.nextBoolean() ? "permit" : "forbid")
                            + " (principal, action, resource) "
                            + (random.nextBoolean() ? "when" : "unless")
                            + " { "
                            + expression(random, 3)
                            + " };";
            var rule =
                    new Rule(
                            "x", CedarParser.parse(new CedarParser.Statement("f", 1, text)).json());
            if (Widening.of(rule).narrowing().isEmpty()) {
                accepted++;
                requireMonotone(rule, text);
            }
        }

        assertThat(accepted).as("the test must not be about nothing").isGreaterThan(300);
    }

    private static void requireMonotone(Rule rule, String text) {
        for (var bits = 0; bits < 16; bits++) {
            for (var other = 0; other < 16; other++) {
                var better = world(bits);
                var worse = world(other);
                if (better.isNoWorseThan(worse) && lets(rule, worse)) {
                    assertThat(lets(rule, better)).as(text).isTrue();
                }
            }
        }
    }

    /** Whether the policy, on its own, is on the caller's side. */
    private static boolean lets(Rule rule, World world) {
        var condition = rule.json().path("conditions").path(0);
        var holds =
                truth(condition.path("body"), world)
                        == condition.path("kind").asText().equals("when");
        return holds == rule.permits();
    }

    private static boolean truth(JsonNode expression, World world) {
        var operator = expression.fieldNames().next();
        var arguments = expression.path(operator);
        return switch (operator) {
            case "&&" ->
                    truth(arguments.path("left"), world) && truth(arguments.path("right"), world);
            case "||" ->
                    truth(arguments.path("left"), world) || truth(arguments.path("right"), world);
            case "!" -> !truth(arguments.path("arg"), world);
            case "==" ->
                    truth(arguments.path("left"), world) == truth(arguments.path("right"), world);
            case "if-then-else" ->
                    truth(arguments.path("if"), world)
                            ? truth(arguments.path("then"), world)
                            : truth(arguments.path("else"), world);
            case "<" -> world.fresh();
            case ">=" -> !world.fresh();
            case ">" -> world.fresh();
            case "has", "Value" -> true;
            case "." ->
                    switch (arguments.path("attr").asText()) {
                        case "mfa" -> world.mfa();
                        case "granted" -> world.granted();
                        default -> world.untrusted();
                    };
            default -> throw new IllegalStateException(operator);
        };
    }

    private static String expression(Random random, int depth) {
        if (depth == 0) {
            return LEAVES.get(random.nextInt(LEAVES.size()));
        }
        var a = expression(random, depth - 1 - random.nextInt(depth));
        var b = expression(random, depth - 1 - random.nextInt(depth));
        return switch (random.nextInt(6)) {
            case 0, 1 -> "(" + a + " && " + b + ")";
            case 2 -> "(" + a + " || " + b + ")";
            case 3 -> "!(" + a + ")";
            case 4 -> "(if " + expression(random, depth - 1) + " then " + a + " else " + b + ")";
            default -> "((" + a + ") == (" + b + "))";
        };
    }

    private static World world(int bits) {
        return new World((bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0, (bits & 8) > 0);
    }
}
