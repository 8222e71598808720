package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a high-risk tool is ever permitted unasked: in prod, every permit that holds without an approval
 * must be limited by arguments or quota, and beside it there must be an approval rule for the same callers.
 * Where the limit lies is for people to say; that there is one is checked here, by the text of the policies
 * and not by what numbers make of them.
 */
final class ApprovalCoverage {
    private static final String GRANTED = "context.approval.granted";
    private static final String PROD = "prod";

    private final List<Rule> rules;

    private ApprovalCoverage(List<Rule> rules) {
        this.rules = rules;
    }

    private enum Truth {
        YES,
        NO,
        UNKNOWN;

        Truth not() {
            return switch (this) {
                case YES -> NO;
                case NO -> YES;
                case UNKNOWN -> UNKNOWN;
            };
        }
    }

    /** The permits that may let an ordinary call through unasked, of policies in force about one tool. */
    static List<String> unasked(List<Rule> rules) {
        var coverage =
                new ApprovalCoverage(rules.stream().filter(ApprovalCoverage::isOfProd).toList());
        return coverage.rules.stream()
                .filter(Rule::permits)
                .filter(rule -> holds(rule, false) != Truth.NO)
                .filter(rule -> !coverage.isAsked(rule))
                .map(Rule::id)
                .toList();
    }

    private boolean isAsked(Rule permit) {
        return rules.stream()
                .filter(rule -> rule.annotation("approver") != null)
                .filter(rule ->
                        covers(rule, permit, "principal") && covers(rule, permit, "resource"))
                .anyMatch(rule ->
                        rule.permits()
                                ? isLimited(permit)
                                        && holds(rule, false) == Truth.NO
                                        && holds(rule, true) != Truth.NO
                                : standsInTheWay(rule));
    }

    /** A permit with an approval next to one that asks for nothing is never what a call waits for. */
    private static boolean isLimited(Rule permit) {
        return conjuncts(permit).stream()
                .anyMatch(part ->
                        of(part, false) == Truth.UNKNOWN
                                && (mentions(part, "input") || mentions(part, "quota")));
    }

    /** A forbid about what was said or done before says nothing about an ordinary call. */
    private static boolean standsInTheWay(Rule forbid) {
        return Widening.of(forbid).dependsOnApproval()
                && conjuncts(forbid).stream()
                        .allMatch(part ->
                                switch (of(part, false)) {
                                    case YES -> true;
                                    case NO -> false;
                                    case UNKNOWN -> mentions(part, "input");
                                });
    }

    /** What must hold for a policy to match, beside its scope. */
    private static List<JsonNode> conjuncts(Rule rule) {
        var parts = new ArrayList<JsonNode>();
        for (var condition : rule.json().path("conditions")) {
            split(condition.path("body"), condition.path("kind").asText().equals("when"), parts);
        }
        return parts;
    }

    private static void split(JsonNode body, boolean wanted, List<JsonNode> parts) {
        var joined = body.path(wanted ? "&&" : "||");
        if (joined.isObject()) {
            split(joined.path("left"), wanted, parts);
            split(joined.path("right"), wanted, parts);
        } else if (body.path("!").isObject()) {
            split(body.path("!").path("arg"), !wanted, parts);
        } else {
            parts.add(wanted ? body : not(body));
        }
    }

    private static JsonNode not(JsonNode body) {
        var negated = JsonNodeFactory.instance.objectNode();
        negated.putObject("!").set("arg", body);
        return negated;
    }

    /** Whether the conditions of a policy hold, when all that is known is whether there is an approval. */
    private static Truth holds(Rule rule, boolean granted) {
        var all = Truth.YES;
        for (var part : conjuncts(rule)) {
            all = and(all, of(part, granted));
        }
        return all;
    }

    private static Truth and(Truth one, Truth other) {
        if (one == Truth.NO || other == Truth.NO) {
            return Truth.NO;
        }
        return one == Truth.YES && other == Truth.YES ? Truth.YES : Truth.UNKNOWN;
    }

    private static Truth of(JsonNode expression, boolean granted) {
        if (expression.path("Value").isBoolean()) {
            return expression.path("Value").booleanValue() ? Truth.YES : Truth.NO;
        }
        if (Cedar.path(expression).equals(GRANTED)) {
            return granted ? Truth.YES : Truth.NO;
        }
        if (expression.size() != 1) {
            return Truth.UNKNOWN;
        }
        var operation = expression.properties().iterator().next();
        var arguments = operation.getValue();
        return switch (operation.getKey()) {
            case "&&" ->
                    and(of(arguments.path("left"), granted), of(arguments.path("right"), granted));
            case "||" ->
                    and(
                                    of(arguments.path("left"), granted).not(),
                                    of(arguments.path("right"), granted).not())
                            .not();
            case "!" -> of(arguments.path("arg"), granted).not();
            case "if-then-else" ->
                    switch (of(arguments.path("if"), granted)) {
                        case YES -> of(arguments.path("then"), granted);
                        case NO -> of(arguments.path("else"), granted);
                        case UNKNOWN -> {
                            var then = of(arguments.path("then"), granted);
                            yield then == of(arguments.path("else"), granted)
                                    ? then
                                    : Truth.UNKNOWN;
                        }
                    };
            // required, so always there
            case "has" ->
                    Cedar.path(arguments.path("left")).equals("context.approval")
                                    && arguments.path("attr").asText().equals("granted")
                            ? Truth.YES
                            : Truth.UNKNOWN;
            default -> Truth.UNKNOWN;
        };
    }

    private static boolean mentions(JsonNode expression, String attribute) {
        var left = expression.path(".").path("left");
        if (left.path("Var").asText().equals("context")
                && expression.path(".").path("attr").asText().equals(attribute)) {
            return true;
        }
        for (var child : expression) {
            if (mentions(child, attribute)) {
                return true;
            }
        }
        return false;
    }

    /** A policy about another environment neither permits nor asks for anything in prod. */
    private static boolean isOfProd(Rule rule) {
        var environment = environment(rule.json().path("resource"));
        return environment == null || environment.equals(PROD);
    }

    private static @Nullable String environment(JsonNode scope) {
        for (var entity : List.of(scope.path("entity"), scope.path("in").path("entity"))) {
            if (entity.path("type").asText().equals(Cedar.ENVIRONMENT_TYPE)) {
                return entity.path("id").asText();
            }
        }
        return null;
    }

    private static boolean covers(Rule wide, Rule narrow, String variable) {
        var scope = wide.json().path(variable);
        return scope.path("op").asText().equals("All")
                || scope.equals(narrow.json().path(variable))
                // only prod counts, so a policy about all of it is about everything
                || (variable.equals("resource")
                        && scope.path("op").asText().equals("in")
                        && environment(scope) != null);
    }
}
