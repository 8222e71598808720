package dev.sluicegate.policy.cedar;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition as its author wrote it, after parsing. Policies compile it; it stays with them so that a
 * decision can be explained in the author's words.
 */
public sealed interface Expression {
    /**
     * Deepest nesting that compiles. Evaluation recurses, and this many levels fit into the smallest stack
     * that a thread gets.
     */
    int MAX_DEPTH = 400;

    record Literal(Value value) implements Expression {}

    record Variable(Name name) implements Expression {
        /** What every request fills. */
        public enum Name {
            PRINCIPAL,
            ACTION,
            RESOURCE,
            CONTEXT;

            String word() {
                return name().toLowerCase(java.util.Locale.ROOT);
            }
        }
    }

    record Unary(UnaryOperator operator, Expression operand) implements Expression {}

    enum UnaryOperator {
        NOT,
        NEGATE,
        IS_EMPTY
    }

    record Binary(BinaryOperator operator, Expression left, Expression right)
            implements Expression {}

    enum BinaryOperator {
        AND("&&"),
        OR("||"),
        EQUAL("=="),
        NOT_EQUAL("!="),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        IN("in"),
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        CONTAINS("contains"),
        CONTAINS_ALL("containsAll"),
        CONTAINS_ANY("containsAny"),
        HAS_TAG("hasTag"),
        GET_TAG("getTag");

        private final String word;

        BinaryOperator(String word) {
            this.word = word;
        }

        /** As Cedar's text and its JSON format write it. */
        public String word() {
            return word;
        }

        boolean isMethod() {
            return compareTo(CONTAINS) >= 0;
        }
    }

    record If(Expression condition, Expression then, Expression otherwise) implements Expression {}

    record Attribute(Expression of, String name) implements Expression {}

    record Has(Expression of, String name) implements Expression {}

    record Like(Expression of, Pattern pattern) implements Expression {}

    /**
     * @param in what the entity must also be in, or null
     */
    record Is(Expression entity, String type, @Nullable Expression in) implements Expression {}

    record SetOf(List<Expression> elements) implements Expression {
        public SetOf {
            elements = List.copyOf(elements);
        }
    }

    record RecordOf(Map<String, Expression> fields) implements Expression {
        public RecordOf {
            fields = Map.copyOf(fields);
        }
    }

    record Call(ExtensionFunction function, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** As Cedar text. */
    default String text() {
        return Literals.text(this);
    }
}
