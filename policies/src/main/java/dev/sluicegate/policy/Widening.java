package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks that an approval, and a stronger or fresher authentication, can only widen what a policy lets
 * through. The outcomes are found by granting these in thought; a policy that forbids more once approved
 * would make the thought and the approved call disagree. An error counts as forbidding, so {@link Totality}
 * must hold for the same policies.
 *
 * <p>It follows where the truth of an expression widens: a permit's {@code when}, a forbid's {@code
 * unless}, turned around by every {@code !}. What it cannot follow counts as narrowing.
 */
final class Widening {
    private final Set<String> narrowing = new TreeSet<>();
    private final Set<String> mentioned = new TreeSet<>();

    private Widening() {}

    /** In which direction the truth of an expression moves the policy. */
    private enum Truth {
        WIDENS,
        NARROWS,
        UNKNOWN;

        Truth not() {
            return switch (this) {
                case WIDENS -> NARROWS;
                case NARROWS -> WIDENS;
                case UNKNOWN -> UNKNOWN;
            };
        }
    }

    static Widening of(Rule rule) {
        var check = new Widening();
        for (var condition : rule.json().path("conditions")) {
            var when = condition.path("kind").asText().equals("when");
            check.visit(
                    condition.path("body"), when == rule.permits() ? Truth.WIDENS : Truth.NARROWS);
        }
        return check;
    }

    /** Attributes whose granting could narrow, such as {@code context.approval.granted}. */
    Set<String> narrowing() {
        return narrowing;
    }

    boolean dependsOnApproval() {
        return mentioned.contains("context.approval.granted");
    }

    boolean dependsOnStepUp() {
        return mentioned.contains("context.session.mfa")
                || mentioned.contains("context.session.authAgeSec");
    }

    private void visit(JsonNode expression, Truth truth) {
        for (var operation : expression.properties()) {
            visit(operation.getKey(), operation.getValue(), expression, truth);
        }
    }

    private void visit(String operator, JsonNode arguments, JsonNode expression, Truth truth) {
        switch (operator) {
            case "&&", "||" -> {
                visit(arguments.path("left"), truth);
                visit(arguments.path("right"), truth);
            }
            case "!" -> visit(arguments.path("arg"), truth.not());
            case "if-then-else" -> {
                visit(arguments.path("if"), Truth.UNKNOWN);
                visit(arguments.path("then"), truth);
                visit(arguments.path("else"), truth);
            }
            case "has" -> has(arguments, truth);
            case ".", "Var" -> leaf(Cedar.path(expression), arguments, truth);
            case "<", "<=" -> compare(arguments.path("left"), arguments.path("right"), truth);
            case ">", ">=" -> compare(arguments.path("right"), arguments.path("left"), truth);
            case "Value", "Slot" -> {}
            default -> children(arguments);
        }
    }

    private void has(JsonNode arguments, Truth truth) {
        var path = Cedar.path(arguments.path("left"));
        if (path.equals("context.approval")) {
            // `granted` is required: that it is there says nothing about an approval
            if (!arguments.path("attr").asText().equals("granted")) {
                leafAt(path + "." + arguments.path("attr").asText(), truth);
            }
        } else if (!path.startsWith("context")) {
            visit(arguments.path("left"), Truth.UNKNOWN);
        }
    }

    /** {@code smaller} compared with {@code larger}: true widens when a younger age makes it true. */
    private void compare(JsonNode smaller, JsonNode larger, Truth truth) {
        if (Cedar.path(smaller).equals("context.session.authAgeSec")) {
            leafAt("context.session.authAgeSec", truth);
            visit(larger, Truth.UNKNOWN);
        } else if (Cedar.path(larger).equals("context.session.authAgeSec")) {
            leafAt("context.session.authAgeSec", truth.not());
            visit(smaller, Truth.UNKNOWN);
        } else {
            visit(smaller, Truth.UNKNOWN);
            visit(larger, Truth.UNKNOWN);
        }
    }

    private void leaf(String path, JsonNode arguments, Truth truth) {
        switch (path) {
            case "context.approval.granted",
                    "context.session.mfa",
                    "context.session.authAgeSec",
                    // whole records hold the above, so comparing them hides what it depends on
                    "context.approval",
                    "context.session",
                    "context" ->
                    leafAt(path, path.endsWith("authAgeSec") ? Truth.UNKNOWN : truth);
            case "" -> {
                // not a path from a variable, such as (if a then b else c).d
                if (arguments.isObject()) {
                    visit(arguments.path("left"), Truth.UNKNOWN);
                }
            }
            default -> {}
        }
    }

    private void leafAt(String path, Truth truth) {
        mentioned.add(path);
        if (truth != Truth.WIDENS) {
            narrowing.add(path);
        }
    }

    private void children(JsonNode arguments) {
        if (arguments.isArray()) {
            arguments.forEach(argument -> visit(argument, Truth.UNKNOWN));
        } else {
            for (var argument : arguments.properties()) {
                if (argument.getValue().isObject()) {
                    visit(argument.getValue(), Truth.UNKNOWN);
                }
            }
        }
    }
}
