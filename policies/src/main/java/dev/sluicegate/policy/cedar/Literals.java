package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Values and expressions as Cedar text, pure ASCII, in one fixed order. */
final class Literals {
    private Literals() {}

    static String text(Value value) {
        return switch (value) {
            case Value.Bool bool -> bool.isTrue() ? "true" : "false";
            case Value.Int number -> Long.toString(number.value());
            case Value.Text text -> quoted(text.value());
            case EntityUid uid -> uid.toString();
            case SetValue set ->
                    set.elements().stream()
                            .map(Literals::text)
                            .sorted()
                            .collect(Collectors.joining(", ", "[", "]"));
            case RecordValue fields -> {
                var sorted = new TreeMap<String, String>();
                for (var name : fields.names()) {
                    var field = fields.get(name);
                    if (field != null) {
                        sorted.put(name, text(field));
                    }
                }
                yield record(sorted);
            }
            case Decimal decimal -> "decimal(\"" + decimal + "\")";
            case IpAddress ip -> "ip(\"" + ip + "\")";
            case DateTime datetime -> "datetime(\"" + datetime + "\")";
            case Duration duration -> "duration(\"" + duration + "\")";
        };
    }

    static String text(Expression expression) {
        return switch (expression) {
            case Expression.Literal literal -> text(literal.value());
            case Expression.Variable variable -> variable.name().word();
            case Expression.Unary(UnaryOperator operator, Expression operand) ->
                    switch (operator) {
                        case NOT -> "!" + operand(operand);
                        case NEGATE -> "-" + operand(operand);
                        case IS_EMPTY -> operand(operand) + ".isEmpty()";
                    };
            case Expression.Binary(BinaryOperator operator, Expression left, Expression right) ->
                    operator.isMethod()
                            ? operand(left) + "." + operator.word() + "(" + text(right) + ")"
                            : operand(left) + " " + operator.word() + " " + operand(right);
            case Expression.If(var condition, var then, var otherwise) ->
                    "if "
                            + operand(condition)
                            + " then "
                            + operand(then)
                            + " else "
                            + operand(otherwise);
            case Expression.Attribute(var of, var name) ->
                    operand(of) + (isIdentifier(name) ? "." + name : "[" + quoted(name) + "]");
            case Expression.Has(var of, var name) ->
                    operand(of) + " has " + (isIdentifier(name) ? name : quoted(name));
            case Expression.Like(var text, var pattern) -> operand(text) + " like " + pattern;
            case Expression.Is(var entity, var type, var in) ->
                    operand(entity) + " is " + type + (in == null ? "" : " in " + operand(in));
            case Expression.SetOf(var elements) -> "[" + list(elements) + "]";
            case Expression.RecordOf(var fields) -> {
                var sorted = new TreeMap<String, String>();
                fields.forEach((name, value) -> sorted.put(name, text(value)));
                yield record(sorted);
            }
            case Expression.Call(var function, var arguments) ->
                    function.isMethod() && !arguments.isEmpty()
                            ? operand(arguments.getFirst())
                                    + "."
                                    + function.word()
                                    + "("
                                    + list(arguments.subList(1, arguments.size()))
                                    + ")"
                            : function.word() + "(" + list(arguments) + ")";
        };
    }

    private static String operand(Expression expression) {
        var compound =
                switch (expression) {
                    case Expression.Binary binary -> !binary.operator().isMethod();
                    case Expression.Unary unary -> unary.operator() == UnaryOperator.NEGATE;
                    case Expression.If _, Expression.Has _, Expression.Like _, Expression.Is _ ->
                            true;
                    case Expression.Literal _,
                            Expression.Variable _,
                            Expression.Attribute _,
                            Expression.SetOf _,
                            Expression.RecordOf _,
                            Expression.Call _ ->
                            false;
                };
        return compound ? "(" + text(expression) + ")" : text(expression);
    }

    private static String list(List<Expression> expressions) {
        return expressions.stream().map(Literals::text).collect(Collectors.joining(", "));
    }

    private static String record(SortedMap<String, String> fields) {
        var parts = new ArrayList<String>();
        fields.forEach((name, text) -> parts.add(quoted(name) + ": " + text));
        return "{" + String.join(", ", parts) + "}";
    }

    private static boolean isIdentifier(String name) {
        if (name.isEmpty() || Decimal.digits(name, 0, 1)) {
            return false;
        }
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (c != '_' && (c >= 0x80 || !Character.isLetterOrDigit(c))) {
                return false;
            }
        }
        return true;
    }

    static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        out.append('\\').appendCodePoint(c);
                    } else if (c >= 0x20 && c < 0x7f) {
                        out.appendCodePoint(c);
                    } else {
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    }
                });
        return out.append('"').toString();
    }

    /** As {@link #quoted}, a star escaped: in patterns it would be a wildcard. */
    static String pattern(String text) {
        var quoted = quoted(text);
        return quoted.substring(1, quoted.length() - 1).replace("*", "\\*");
    }
}
