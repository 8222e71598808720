package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.Label;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The closed lists of words that the engine fills in as text. The validator takes any text for one of them,
 * so a misspelt word in a forbid would be a hole that nobody sees.
 */
final class Vocabulary {
    /** What a client can be trusted as. */
    static final Set<String> TRUST = Set.of("managed", "known", "unknown");

    static final Set<String> LABELS =
            Arrays.stream(Label.values()).map(Label::word).collect(Collectors.toUnmodifiableSet());

    static final Set<String> ENVIRONMENTS = Set.of("dev", "prod");

    private static final List<String> COMPARISONS =
            List.of("==", "!=", "contains", "containsAll", "containsAny");

    private final Map<String, Set<String>> closed;

    /**
     * @param tools every name of a tool
     */
    Vocabulary(Set<String> tools) {
        closed =
                Map.of(
                        "context.session.client.trust", TRUST,
                        "context.chain.labels", LABELS,
                        "context.chain.tools", Set.copyOf(tools));
    }

    /** Words of a policy that are in no list of theirs, one text each. */
    List<String> unknown(Rule rule) {
        var problems = new LinkedHashSet<String>();
        var environments = new TreeSet<String>();
        Cedar.entities(rule.json(), Cedar.ENVIRONMENT_TYPE, environments);
        environments.removeAll(ENVIRONMENTS);
        environments.forEach(name ->
                problems.add(
                        "there is no environment `" + name + "`, there is " + list(ENVIRONMENTS)));
        rule.json()
                .path("conditions")
                .forEach(condition -> visit(condition.path("body"), problems));
        return List.copyOf(problems);
    }

    private void visit(JsonNode expression, Set<String> problems) {
        for (var operator : COMPARISONS) {
            var operands = expression.path(operator);
            compare(operands.path("left"), operands.path("right"), problems);
            compare(operands.path("right"), operands.path("left"), problems);
        }
        expression.forEach(part -> visit(part, problems));
    }

    private void compare(JsonNode part, JsonNode literal, Set<String> problems) {
        var path = Cedar.path(part);
        var words = closed.get(path);
        if (words == null) {
            return;
        }
        var named = new TreeSet<String>();
        words(literal, named);
        named.removeAll(words);
        for (var word : named) {
            problems.add(
                    path.endsWith(".tools")
                            ? "`" + path + "` never has `" + word + "`: no tool has this name"
                            : "`" + path + "` never has `" + word + "`, only " + list(words));
        }
    }

    private static void words(JsonNode literal, Set<String> words) {
        if (literal.path("Value").isTextual()) {
            words.add(literal.path("Value").textValue());
        }
        literal.path("Value")
                .forEach(element -> {
                    if (element.isTextual()) {
                        words.add(element.textValue());
                    }
                });
        literal.path("Set").forEach(element -> words(element, words));
    }

    private static String list(Set<String> words) {
        return String.join(", ", new TreeSet<>(words));
    }
}
