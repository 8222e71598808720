package dev.sluicegate.policy.cedar;

import static dev.sluicegate.policy.cedar.Operations.arithmetic;
import static dev.sluicegate.policy.cedar.Operations.attribute;
import static dev.sluicegate.policy.cedar.Operations.contains;
import static dev.sluicegate.policy.cedar.Operations.entity;
import static dev.sluicegate.policy.cedar.Operations.has;
import static dev.sluicegate.policy.cedar.Operations.hasTag;
import static dev.sluicegate.policy.cedar.Operations.in;
import static dev.sluicegate.policy.cedar.Operations.negate;
import static dev.sluicegate.policy.cedar.Operations.ordered;
import static dev.sluicegate.policy.cedar.Operations.set;
import static dev.sluicegate.policy.cedar.Operations.string;
import static dev.sluicegate.policy.cedar.Operations.tag;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.Variable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One step of a compiled expression. Every kind is a class of its own, so that evaluating is a virtual call
 * and nothing is looked at twice.
 */
abstract class Node {
    /**
     * @throws EvaluationException if it has no value
     */
    abstract Value evaluate(Request request, Entities entities);

    /**
     * As {@link #evaluate}, where only true or false will do.
     *
     * @throws EvaluationException also if it is neither
     */
    boolean test(Request request, Entities entities) {
        if (evaluate(request, entities) instanceof Value.Bool bool) {
            return bool.isTrue();
        }
        throw new EvaluationException("not true or false where a condition needs it");
    }

    /** One that is true or false and nothing else. */
    abstract static class Test extends Node {
        @Override
        final Value evaluate(Request request, Entities entities) {
            return Value.Bool.of(test(request, entities));
        }

        @Override
        abstract boolean test(Request request, Entities entities);
    }

    static final class Constant extends Node {
        private final Value value;

        Constant(Value value) {
            this.value = value;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return value;
        }

        Value value() {
            return value;
        }
    }

    /** A constant expression that fails whenever it runs. */
    static final class Failing extends Node {
        private final String message;

        Failing(String message) {
            this.message = message;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            throw new EvaluationException(message);
        }
    }

    static final class Var extends Node {
        private final Variable.Name name;

        Var(Variable.Name name) {
            this.name = name;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return of(name, request);
        }

        static Value of(Variable.Name name, Request request) {
            return switch (name) {
                case PRINCIPAL -> request.principal();
                case ACTION -> request.action();
                case RESOURCE -> request.resource();
                case CONTEXT -> request.context();
            };
        }
    }

    /** Attributes of attributes of a variable, the most frequent expression of all. */
    static final class Path extends Node {
        private final Variable.Name root;
        private final String[] names;

        Path(Variable.Name root, String... names) {
            this.root = root;
            this.names = names;
        }

        Path then(String name) {
            var longer = Arrays.copyOf(names, names.length + 1);
            longer[names.length] = name;
            return new Path(root, longer);
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            var value = Var.of(root, request);
            for (var name : names) {
                value = attribute(value, name, entities);
            }
            return value;
        }
    }

    static final class AttributeOf extends Node {
        private final Node of;
        private final String name;

        AttributeOf(Node of, String name) {
            this.of = of;
            this.name = name;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return attribute(of.evaluate(request, entities), name, entities);
        }
    }

    static final class HasAttribute extends Test {
        private final Node of;
        private final String name;

        HasAttribute(Node of, String name) {
            this.of = of;
            this.name = name;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return has(of.evaluate(request, entities), name, entities);
        }
    }

    static final class Not extends Test {
        private final Node operand;

        Not(Node operand) {
            this.operand = operand;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return !operand.test(request, entities);
        }
    }

    /** A whole chain of {@code &&}. */
    static final class All extends Test {
        private final Node[] operands;

        All(Node... operands) {
            this.operands = operands;
        }

        @Override
        boolean test(Request request, Entities entities) {
            for (var operand : operands) {
                if (!operand.test(request, entities)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A whole chain of {@code ||}. */
    static final class Any extends Test {
        private final Node[] operands;

        Any(Node... operands) {
            this.operands = operands;
        }

        @Override
        boolean test(Request request, Entities entities) {
            for (var operand : operands) {
                if (operand.test(request, entities)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class Choice extends Node {
        private final Node condition;
        private final Node then;
        private final Node otherwise;

        Choice(Node condition, Node then, Node otherwise) {
            this.condition = condition;
            this.then = then;
            this.otherwise = otherwise;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return condition.test(request, entities)
                    ? then.evaluate(request, entities)
                    : otherwise.evaluate(request, entities);
        }
    }

    static final class Negate extends Node {
        private final Node operand;

        Negate(Node operand) {
            this.operand = operand;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return negate(operand.evaluate(request, entities));
        }
    }

    static final class IsEmpty extends Test {
        private final Node operand;

        IsEmpty(Node operand) {
            this.operand = operand;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return set(operand.evaluate(request, entities)).size() == 0;
        }
    }

    static final class Equal extends Test {
        private final Node left;
        private final Node right;
        private final boolean wanted;

        Equal(Node left, Node right, boolean wanted) {
            this.left = left;
            this.right = right;
            this.wanted = wanted;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return left.evaluate(request, entities).equals(right.evaluate(request, entities))
                    == wanted;
        }
    }

    /** {@code <}, {@code <=}, {@code >}, {@code >=}. */
    static final class Order extends Test {
        private final BinaryOperator operator;
        private final Node left;
        private final Node right;

        Order(BinaryOperator operator, Node left, Node right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return ordered(
                    operator, left.evaluate(request, entities), right.evaluate(request, entities));
        }
    }

    static final class Arithmetic extends Node {
        private final BinaryOperator operator;
        private final Node left;
        private final Node right;

        Arithmetic(BinaryOperator operator, Node left, Node right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return arithmetic(
                    operator, left.evaluate(request, entities), right.evaluate(request, entities));
        }
    }

    static final class In extends Test {
        private final Node left;
        private final Node right;

        In(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return in(
                    left.evaluate(request, entities), right.evaluate(request, entities), entities);
        }
    }

    static final class Contains extends Test {
        private final BinaryOperator operator;
        private final Node left;
        private final Node right;

        Contains(BinaryOperator operator, Node left, Node right) {
            this.operator = operator;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return contains(
                    operator, left.evaluate(request, entities), right.evaluate(request, entities));
        }
    }

    static final class HasTag extends Test {
        private final Node left;
        private final Node right;

        HasTag(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return hasTag(
                    left.evaluate(request, entities), right.evaluate(request, entities), entities);
        }
    }

    static final class TagOf extends Node {
        private final Node left;
        private final Node right;

        TagOf(Node left, Node right) {
            this.left = left;
            this.right = right;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            return tag(
                    left.evaluate(request, entities), right.evaluate(request, entities), entities);
        }
    }

    static final class Matches extends Test {
        private final Node text;
        private final Pattern pattern;

        Matches(Node text, Pattern pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return pattern.matches(string(text.evaluate(request, entities)));
        }
    }

    static final class IsType extends Test {
        private final Node entity;
        private final String type;
        private final @Nullable Node in;

        IsType(Node entity, String type, @Nullable Node in) {
            this.entity = entity;
            this.type = type;
            this.in = in;
        }

        @Override
        boolean test(Request request, Entities entities) {
            var uid = entity(entity.evaluate(request, entities));
            return uid.type().equals(type)
                    && (in == null || in(uid, in.evaluate(request, entities), entities));
        }
    }

    static final class MakeSet extends Node {
        private final Node[] elements;

        MakeSet(Node... elements) {
            this.elements = elements;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            var values = new Value[elements.length];
            for (var i = 0; i < values.length; i++) {
                values[i] = elements[i].evaluate(request, entities);
            }
            return SetValue.of(values);
        }
    }

    static final class MakeRecord extends Node {
        private final String[] names;
        private final Node[] fields;

        MakeRecord(String[] names, Node[] fields) {
            this.names = names;
            this.fields = fields;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            var record = new RecordValue.Builder(names.length);
            for (var i = 0; i < names.length; i++) {
                record.put(names[i], fields[i].evaluate(request, entities));
            }
            return record.build();
        }
    }

    /** Decimals compare by method; the answer needs no value. */
    static final class DecimalOrder extends Test {
        private final ExtensionFunction function;
        private final Node left;
        private final Node right;

        DecimalOrder(ExtensionFunction function, Node left, Node right) {
            this.function = function;
            this.left = left;
            this.right = right;
        }

        @Override
        boolean test(Request request, Entities entities) {
            return function.compare(
                    left.evaluate(request, entities), right.evaluate(request, entities));
        }
    }

    static final class Apply extends Node {
        private final ExtensionFunction function;
        private final Node[] arguments;

        Apply(ExtensionFunction function, Node... arguments) {
            this.function = function;
            this.arguments = arguments;
        }

        @Override
        Value evaluate(Request request, Entities entities) {
            var values = new Value[arguments.length];
            for (var i = 0; i < values.length; i++) {
                values[i] = arguments[i].evaluate(request, entities);
            }
            return function.apply(values);
        }
    }
}
