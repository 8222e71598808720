package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.Unary;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import java.util.ArrayList;
import java.util.List;

/** A policy and its conditions as one chain of conjuncts. */
final class CompiledPolicy {
    private final int index;
    private final Policy policy;
    private final List<Expression> conjuncts;
    private final Node[] nodes;
    private final boolean mentionsEntities;
    private final boolean anyPrincipal;
    private final boolean anyResource;

    CompiledPolicy(int index, Policy policy) {
        this.index = index;
        this.policy = policy;
        anyPrincipal = policy.principal() instanceof Scope.Any;
        anyResource = policy.resource() instanceof Scope.Any;
        var expressions = new ArrayList<Expression>();
        for (var condition : policy.conditions()) {
            conjuncts(condition.body(), condition.when(), expressions, 0);
        }
        conjuncts = List.copyOf(expressions);
        try {
            nodes = expressions.stream().map(Compiler::compile).toArray(Node[]::new);
        } catch (MalformedPolicyException e) {
            throw new MalformedPolicyException("policy `" + policy.id() + "`: " + e.getMessage());
        }
        mentionsEntities = expressions.stream().anyMatch(CompiledPolicy::mentionsEntities);
    }

    /** Place in the set. */
    int index() {
        return index;
    }

    Policy policy() {
        return policy;
    }

    List<Expression> conjuncts() {
        return conjuncts;
    }

    /** Whether its conditions are about more than the context. */
    boolean mentionsEntities() {
        return mentionsEntities;
    }

    private static boolean mentionsEntities(Expression expression) {
        return switch (expression) {
            // entities in the context would need to be looked up
            case Expression.Literal(var value) -> value instanceof EntityUid;
            case Expression.Variable(var name) -> name != Expression.Variable.Name.CONTEXT;
            case Unary(_, var of) -> mentionsEntities(of);
            case Expression.Binary(_, var left, var right) ->
                    mentionsEntities(left) || mentionsEntities(right);
            case Expression.If(var condition, var then, var otherwise) ->
                    mentionsEntities(condition)
                            || mentionsEntities(then)
                            || mentionsEntities(otherwise);
            case Expression.Attribute(var of, _) -> mentionsEntities(of);
            case Expression.Has(var of, _) -> mentionsEntities(of);
            case Expression.Like(var of, _) -> mentionsEntities(of);
            case Expression.Is _ -> true;
            case Expression.SetOf(var elements) ->
                    elements.stream().anyMatch(CompiledPolicy::mentionsEntities);
            case Expression.RecordOf(var fields) ->
                    fields.values().stream().anyMatch(CompiledPolicy::mentionsEntities);
            case Expression.Call(_, var arguments) ->
                    arguments.stream().anyMatch(CompiledPolicy::mentionsEntities);
        };
    }

    /** Whether principal and resource match. */
    boolean isAbout(Request request, Entities entities) {
        return (anyPrincipal || policy.principal().covers(request.principal(), entities))
                && (anyResource || policy.resource().covers(request.resource(), entities));
    }

    /**
     * Whether all conditions hold.
     *
     * @throws EvaluationException if one fails before one is false
     */
    boolean holds(Request request, Entities entities) {
        for (var node : nodes) {
            if (!node.test(request, entities)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first conjunct that does not hold, -1 when all do. */
    int unmet(Request request, Entities entities) {
        for (var i = 0; i < nodes.length; i++) {
            if (!nodes[i].test(request, entities)) {
                return i;
            }
        }
        return -1;
    }

    /** {@code when} is a chain of {@code &&}; {@code unless} one of {@code ||}, each turned around. */
    private static void conjuncts(Expression body, boolean when, List<Expression> into, int depth) {
        var chain = when ? BinaryOperator.AND : BinaryOperator.OR;
        // deeper ones stay whole, for the compiler to refuse
        if (depth < Expression.MAX_DEPTH
                && body instanceof Expression.Binary binary
                && binary.operator() == chain) {
            conjuncts(binary.left(), when, into, depth + 1);
            conjuncts(binary.right(), when, into, depth + 1);
        } else {
            into.add(when ? body : new Unary(UnaryOperator.NOT, body));
        }
    }
}
