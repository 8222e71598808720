package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.EvaluationException;
import dev.sluicegate.policy.cedar.Expression;
import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import dev.sluicegate.policy.cedar.ExtensionFunction;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Pattern;
import dev.sluicegate.policy.cedar.Policy;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.Scope;
import dev.sluicegate.policy.cedar.SetValue;
import dev.sluicegate.policy.cedar.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Cedar's JSON policy format. Strict: what it does not know is refused, never skipped, because a
 * policy of which a part is ignored decides something that nobody wrote.
 *
 * @see <a href="https://docs.cedarpolicy.com/policies/json-format.html">JSON policy format</a>
 */
final class PolicyJson {
    private static final Map<String, BinaryOperator> BINARY = new HashMap<>();
    private static final Map<String, UnaryOperator> UNARY =
            Map.of(
                    "!", UnaryOperator.NOT,
                    "neg", UnaryOperator.NEGATE,
                    "isEmpty", UnaryOperator.IS_EMPTY);

    static {
        for (var operator : BinaryOperator.values()) {
            BINARY.put(operator.word(), operator);
        }
    }

    private PolicyJson() {}

    /**
     * @throws InvalidPolicyException if {@code json} is not a policy or template; the message names the
     *     policy and the place in the JSON
     */
    static Policy read(String id, JsonNode json) {
        try {
            return policy(id, json);
        } catch (MalformedPolicyException e) {
            throw new InvalidPolicyException("policy `" + id + "`: " + e.getMessage());
        }
    }

    private static Policy policy(String id, JsonNode json) {
        var annotations = new HashMap<String, String>();
        for (var annotation : json.path("annotations").properties()) {
            // an annotation without a value is null in the JSON
            annotations.put(annotation.getKey(), annotation.getValue().asText(""));
        }
        var conditions = new ArrayList<Policy.Condition>();
        for (var condition : json.path("conditions")) {
            var when =
                    switch (condition.path("kind").asText()) {
                        case "when" -> true;
                        case "unless" -> false;
                        default -> throw malformed("/conditions", "neither `when` nor `unless`");
                    };
            conditions.add(new Policy.Condition(when, expression(condition.path("body"), 1)));
        }
        var effect =
                switch (json.path("effect").asText()) {
                    case "permit" -> Policy.Effect.PERMIT;
                    case "forbid" -> Policy.Effect.FORBID;
                    default -> throw malformed("/effect", "neither `permit` nor `forbid`");
                };
        return new Policy(
                id,
                effect,
                annotations,
                scope(json.path("principal"), "/principal", "?principal"),
                scope(json.path("action"), "/action", null),
                scope(json.path("resource"), "/resource", "?resource"),
                conditions);
    }

    /**
     * @param slot the only one that may be open here, or null
     */
    private static Scope scope(JsonNode json, String at, @Nullable String slot) {
        return switch (json.path("op").asText()) {
            case "All" -> new Scope.Any();
            case "==" ->
                    isOpen(json, at, slot)
                            ? new Scope.Slot(Scope.Slot.Kind.EQUALS, null)
                            : new Scope.Equals(uid(json.path("entity"), at));
            case "in" -> {
                if (isOpen(json, at, slot)) {
                    yield new Scope.Slot(Scope.Slot.Kind.IN, null);
                }
                if (json.has("entity")) {
                    yield new Scope.In(List.of(uid(json.path("entity"), at)));
                }
                var uids = new ArrayList<EntityUid>();
                for (var entity : array(json.path("entities"), at)) {
                    uids.add(uid(entity, at));
                }
                yield new Scope.In(uids);
            }
            case "is" -> {
                var type = text(json.path("entity_type"), at);
                var in = json.path("in");
                if (isOpen(in, at, slot)) {
                    yield new Scope.Slot(Scope.Slot.Kind.IS_IN, type);
                }
                yield new Scope.Is(type, in.isMissingNode() ? null : uid(in.path("entity"), at));
            }
            default -> throw malformed(at, "not a scope");
        };
    }

    private static boolean isOpen(JsonNode json, String at, @Nullable String slot) {
        if (!json.has("slot")) {
            return false;
        }
        if (!json.path("slot").asText().equals(slot)
                || json.has("entity")
                || json.has("entities")) {
            throw malformed(at, "not a slot of this scope");
        }
        return true;
    }

    private static Expression expression(JsonNode json, int depth) {
        if (depth > Expression.MAX_DEPTH) {
            throw new MalformedPolicyException(
                    "condition is nested deeper than " + Expression.MAX_DEPTH);
        }
        if (!json.isObject() || json.size() != 1) {
            throw new MalformedPolicyException("an expression is not an object of one operator");
        }
        var operation = json.properties().iterator().next();
        return expression(operation.getKey(), operation.getValue(), depth);
    }

    private static Expression expression(String operator, JsonNode operands, int depth) {
        var binary = BINARY.get(operator);
        if (binary != null) {
            return new Expression.Binary(
                    binary, operand(operands, "left", depth), operand(operands, "right", depth));
        }
        var unary = UNARY.get(operator);
        if (unary != null) {
            return new Expression.Unary(unary, operand(operands, "arg", depth));
        }
        return switch (operator) {
            case "Value" -> new Expression.Literal(value(operands, depth));
            case "Var" -> new Expression.Variable(variable(operands));
            case "." ->
                    new Expression.Attribute(
                            operand(operands, "left", depth), text(operands.path("attr"), "."));
            case "has" ->
                    new Expression.Has(
                            operand(operands, "left", depth), text(operands.path("attr"), "has"));
            case "like" ->
                    new Expression.Like(
                            operand(operands, "left", depth), pattern(operands.path("pattern")));
            case "is" ->
                    new Expression.Is(
                            operand(operands, "left", depth),
                            text(operands.path("entity_type"), "is"),
                            operands.has("in") ? operand(operands, "in", depth) : null);
            case "if-then-else" ->
                    new Expression.If(
                            operand(operands, "if", depth),
                            operand(operands, "then", depth),
                            operand(operands, "else", depth));
            case "Set" -> new Expression.SetOf(expressions(operands, operator, depth));
            case "Record" -> {
                if (!operands.isObject()) {
                    throw malformed(operator, "not an object");
                }
                var fields = new HashMap<String, Expression>();
                for (var field : operands.properties()) {
                    fields.put(field.getKey(), expression(field.getValue(), depth + 1));
                }
                yield new Expression.RecordOf(fields);
            }
            default -> {
                var function = ExtensionFunction.named(operator);
                if (function == null) {
                    throw new MalformedPolicyException("unknown operator or function");
                }
                yield new Expression.Call(function, expressions(operands, operator, depth));
            }
        };
    }

    private static Expression operand(JsonNode operands, String name, int depth) {
        return expression(operands.path(name), depth + 1);
    }

    private static List<Expression> expressions(JsonNode json, String at, int depth) {
        var expressions = new ArrayList<Expression>();
        for (var element : array(json, at)) {
            expressions.add(expression(element, depth + 1));
        }
        return expressions;
    }

    private static Expression.Variable.Name variable(JsonNode json) {
        return switch (json.asText()) {
            case "principal" -> Expression.Variable.Name.PRINCIPAL;
            case "action" -> Expression.Variable.Name.ACTION;
            case "resource" -> Expression.Variable.Name.RESOURCE;
            case "context" -> Expression.Variable.Name.CONTEXT;
            default -> throw malformed("Var", "not a variable");
        };
    }

    private static Pattern pattern(JsonNode json) {
        var parts = new ArrayList<@Nullable String>();
        for (var part : array(json, "like")) {
            if (part.isTextual() && part.textValue().equals("Wildcard")) {
                parts.add(null);
            } else {
                parts.add(text(part.path("Literal"), "like"));
            }
        }
        return new Pattern(parts);
    }

    /**
     * A value as Cedar's JSON writes it, in policies, entities and contexts alike.
     *
     * @throws MalformedPolicyException if Cedar has no such value
     */
    static Value value(JsonNode json, int depth) {
        if (depth > Expression.MAX_DEPTH) {
            throw new MalformedPolicyException(
                    "value is nested deeper than " + Expression.MAX_DEPTH);
        }
        return switch (json.getNodeType()) {
            case BOOLEAN -> Value.Bool.of(json.booleanValue());
            case STRING -> new Value.Text(json.textValue());
            case NUMBER -> {
                if (!json.isIntegralNumber() || !json.canConvertToLong()) {
                    throw new MalformedPolicyException("a number is not an integer of 64 bits");
                }
                yield new Value.Int(json.longValue());
            }
            case ARRAY -> {
                var values = new ArrayList<Value>(json.size());
                for (var element : json) {
                    values.add(value(element, depth + 1));
                }
                yield SetValue.of(values);
            }
            case OBJECT -> object(json, depth);
            case NULL, MISSING, BINARY, POJO ->
                    throw new MalformedPolicyException(
                            "Cedar has no value for "
                                    + json.getNodeType().name().toLowerCase(Locale.ROOT));
        };
    }

    private static Value object(JsonNode json, int depth) {
        if (json.size() == 1) {
            if (json.has("__entity")) {
                return uid(json.path("__entity"), "__entity");
            }
            if (json.has("__extn")) {
                return extension(json.path("__extn"), depth);
            }
            if (json.has("__expr")) {
                throw malformed("__expr", "an escape that Cedar withdrew");
            }
        }
        return record(json, depth);
    }

    /** The fields of {@code json}, whatever they are called. */
    static RecordValue record(JsonNode json, int depth) {
        if (!json.isObject() && !json.isMissingNode()) {
            throw new MalformedPolicyException("not an object");
        }
        var record = new RecordValue.Builder(json.size());
        for (var field : json.properties()) {
            record.put(field.getKey(), value(field.getValue(), depth + 1));
        }
        return record.build();
    }

    static Value extension(JsonNode json, int depth) {
        var function = ExtensionFunction.named(json.path("fn").asText());
        if (function == null) {
            throw malformed("__extn", "unknown function");
        }
        var arguments = new ArrayList<Value>();
        if (json.has("args")) {
            for (var argument : array(json.path("args"), "__extn")) {
                arguments.add(value(argument, depth + 1));
            }
        } else {
            arguments.add(value(json.path("arg"), depth + 1));
        }
        try {
            return function.apply(arguments.toArray(new Value[0]));
        } catch (EvaluationException e) {
            throw malformed("__extn", String.valueOf(e.getMessage()));
        }
    }

    /**
     * @throws MalformedPolicyException if {@code json} does not name an entity
     */
    static EntityUid uid(JsonNode json, String at) {
        var named = json.has("__entity") ? json.path("__entity") : json;
        return EntityUid.read(text(named.path("type"), at), text(named.path("id"), at));
    }

    private static JsonNode array(JsonNode json, String at) {
        if (!json.isArray()) {
            throw malformed(at, "not an array");
        }
        return json;
    }

    private static String text(JsonNode json, String at) {
        if (!json.isTextual()) {
            throw malformed(at, "not a string");
        }
        return json.textValue();
    }

    private static MalformedPolicyException malformed(String at, String what) {
        return new MalformedPolicyException("`" + at + "`: " + what);
    }
}
