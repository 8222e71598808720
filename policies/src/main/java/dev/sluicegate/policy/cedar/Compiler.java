package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Expressions to {@link Node}s. What is constant is computed here, once. */
final class Compiler {
    private static final Request NOTHING =
            new Request(
                    new EntityUid("", ""),
                    new EntityUid("", ""),
                    new EntityUid("", ""),
                    RecordValue.EMPTY);

    private Compiler() {}

    /**
     * @throws MalformedPolicyException if it is nested deeper than {@link Expression#MAX_DEPTH}
     */
    static Node compile(Expression expression) {
        return compile(expression, 1);
    }

    private static Node compile(Expression expression, int depth) {
        if (depth > Expression.MAX_DEPTH) {
            throw new MalformedPolicyException(
                    "condition is nested deeper than " + Expression.MAX_DEPTH);
        }
        return switch (expression) {
            case Expression.Literal literal -> new Node.Constant(literal.value());
            case Expression.Variable variable -> new Node.Var(variable.name());
            case Expression.Unary(UnaryOperator operator, Expression of) -> {
                var operand = compile(of, depth + 1);
                yield folded(
                        switch (operator) {
                            case NOT -> new Node.Not(operand);
                            case NEGATE -> new Node.Negate(operand);
                            case IS_EMPTY -> new Node.IsEmpty(operand);
                        },
                        operand);
            }
            case Expression.Binary binary
                    when binary.operator() == BinaryOperator.AND
                            || binary.operator() == BinaryOperator.OR -> {
                var operands = new ArrayList<Node>();
                chain(binary, binary.operator(), operands, depth);
                var chain = operands.toArray(new Node[0]);
                yield binary.operator() == BinaryOperator.AND
                        ? new Node.All(chain)
                        : new Node.Any(chain);
            }
            case Expression.Binary binary -> {
                var left = compile(binary.left(), depth + 1);
                var right = compile(binary.right(), depth + 1);
                yield folded(binary(binary.operator(), left, right), left, right);
            }
            case Expression.If choice ->
                    new Node.Choice(
                            compile(choice.condition(), depth + 1),
                            compile(choice.then(), depth + 1),
                            compile(choice.otherwise(), depth + 1));
            case Expression.Attribute attribute -> {
                var of = compile(attribute.of(), depth + 1);
                var name = attribute.name().intern();
                yield switch (of) {
                    case Node.Var _ when attribute.of() instanceof Expression.Variable root ->
                            new Node.Path(root.name(), name);
                    case Node.Path path -> path.then(name);
                    default -> new Node.AttributeOf(of, name);
                };
            }
            case Expression.Has has ->
                    new Node.HasAttribute(compile(has.of(), depth + 1), has.name().intern());
            case Expression.Like like ->
                    new Node.Matches(compile(like.of(), depth + 1), like.pattern());
            case Expression.Is is ->
                    new Node.IsType(
                            compile(is.entity(), depth + 1),
                            is.type(),
                            is.in() == null ? null : compile(is.in(), depth + 1));
            case Expression.SetOf set -> {
                var elements = compile(set.elements(), depth);
                yield folded(new Node.MakeSet(elements), elements);
            }
            case Expression.RecordOf(var fields) -> {
                var sorted = new TreeMap<>(fields);
                var values = compile(List.copyOf(sorted.values()), depth);
                yield folded(
                        new Node.MakeRecord(sorted.keySet().toArray(new String[0]), values),
                        values);
            }
            case Expression.Call(var function, var list) -> {
                var arguments = compile(list, depth);
                yield folded(
                        arguments.length == 2 && function.isComparison()
                                ? new Node.DecimalOrder(function, arguments[0], arguments[1])
                                : new Node.Apply(function, arguments),
                        arguments);
            }
        };
    }

    /** A chain is one level however long: {@code a && b && c} nests to the left when parsed. */
    private static void chain(
            Expression expression, BinaryOperator operator, List<Node> operands, int depth) {
        if (expression instanceof Expression.Binary binary && binary.operator() == operator) {
            if (depth > Expression.MAX_DEPTH) {
                throw new MalformedPolicyException(
                        "condition is nested deeper than " + Expression.MAX_DEPTH);
            }
            chain(binary.left(), operator, operands, depth + 1);
            chain(binary.right(), operator, operands, depth + 1);
        } else {
            operands.add(compile(expression, depth + 1));
        }
    }

    private static Node[] compile(List<Expression> expressions, int depth) {
        var nodes = new Node[expressions.size()];
        for (var i = 0; i < nodes.length; i++) {
            nodes[i] = compile(expressions.get(i), depth + 1);
        }
        return nodes;
    }

    private static Node binary(BinaryOperator operator, Node left, Node right) {
        return switch (operator) {
            case EQUAL -> new Node.Equal(left, right, true);
            case NOT_EQUAL -> new Node.Equal(left, right, false);
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                    new Node.Order(operator, left, right);
            case IN -> new Node.In(left, right);
            case ADD, SUBTRACT, MULTIPLY -> new Node.Arithmetic(operator, left, right);
            case CONTAINS, CONTAINS_ALL, CONTAINS_ANY -> new Node.Contains(operator, left, right);
            case HAS_TAG -> new Node.HasTag(left, right);
            case GET_TAG -> new Node.TagOf(left, right);
            case AND, OR -> throw new IllegalStateException(operator.word());
        };
    }

    /** Its value, when all it needs is constant and it does not ask about entities. */
    private static Node folded(Node node, Node... operands) {
        if (node instanceof Node.In || node instanceof Node.HasTag || node instanceof Node.TagOf) {
            return node;
        }
        for (var operand : operands) {
            if (!(operand instanceof Node.Constant)) {
                return node;
            }
        }
        try {
            return new Node.Constant(node.evaluate(NOTHING, uid -> null));
        } catch (EvaluationException e) {
            return new Node.Failing(String.valueOf(e.getMessage()));
        }
    }
}
