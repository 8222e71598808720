package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import dev.sluicegate.policy.cedar.Listing.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values of the parts of a context that policies can tell apart: learned from what the policies compare
 * them with.
 */
final class Examples {
    /** Every subset of more elements would be too many. */
    private static final int MAX_ELEMENTS = 8;

    /** The first character of private use: no policy that people write has it. */
    private static final char FRESH = '\ue000';

    private static final List<IpAddress> RANGES =
            List.of(
                    IpAddress.parse("127.0.0.0/8"),
                    IpAddress.parse("224.0.0.0/4"),
                    IpAddress.parse("::1"),
                    IpAddress.parse("ff00::/8"));

    private final Function<Expression, @Nullable Place> places;
    private final Function<Expression, @Nullable Value> constants;
    private final Map<Place, Facts> facts = new HashMap<>();
    private final Map<Place, List<Value>> made = new HashMap<>();

    /**
     * @param places the part that an expression names, or null
     * @param constants the value of an expression that no part is needed for, or null
     */
    Examples(
            Function<Expression, @Nullable Place> places,
            Function<Expression, @Nullable Value> constants) {
        this.places = places;
        this.constants = constants;
    }

    /** What policies do with one part. */
    private static final class Facts {
        private final Set<Value> constants = new LinkedHashSet<>();
        private final Set<Pattern> patterns = new LinkedHashSet<>();
        private final Set<Place> linked = new LinkedHashSet<>();
        private boolean computedWith;
    }

    private Facts facts(Place place) {
        return facts.computeIfAbsent(place, _ -> new Facts());
    }

    void learn(Expression expression) {
        var place = places.apply(expression);
        if (place != null) {
            // as a truth is the only way to stand alone
            if (!(place.domain() instanceof Domain.Truth)) {
                computedWith(place);
            }
            return;
        }
        switch (expression) {
            case Expression.Literal _, Expression.Variable _ -> {}
            case Expression.Unary(var operator, var of) -> {
                if (operator != UnaryOperator.IS_EMPTY || !isSet(of)) {
                    learn(of);
                }
            }
            case Expression.Binary(var operator, var left, var right) ->
                    learn(operator, left, right);
            case Expression.If(var condition, var then, var otherwise) -> {
                learn(condition);
                learn(then);
                learn(otherwise);
            }
            case Expression.Attribute(var of, _) -> learn(of);
            case Expression.Has(var of, _) -> {
                var record = places.apply(of);
                if (record == null) {
                    learn(of);
                }
            }
            case Expression.Like(var of, var pattern) -> {
                var text = places.apply(of);
                if (text == null) {
                    learn(of);
                } else {
                    facts(text).patterns.add(pattern);
                }
            }
            case Expression.Is(var entity, _, var in) -> {
                learn(entity);
                if (in != null) {
                    learn(in);
                }
            }
            case Expression.SetOf(var elements) -> elements.forEach(this::learn);
            case Expression.RecordOf(var fields) -> fields.values().forEach(this::learn);
            case Expression.Call(var function, var arguments) -> learn(function, arguments);
        }
    }

    private void learn(BinaryOperator operator, Expression left, Expression right) {
        switch (operator) {
            case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                    compared(left, right);
            case CONTAINS, CONTAINS_ALL, CONTAINS_ANY -> contained(operator, left, right);
            default -> {
                learn(left);
                learn(right);
            }
        }
    }

    private void compared(Expression left, Expression right) {
        var a = places.apply(left);
        var b = places.apply(right);
        if (a != null && b != null) {
            if (a.domain().equals(b.domain()) && isOrdered(a.domain())) {
                facts(a).linked.add(b);
                facts(b).linked.add(a);
            } else {
                computedWith(a);
                computedWith(b);
            }
        } else if (a != null) {
            compared(a, right);
        } else if (b != null) {
            compared(b, left);
        } else {
            learn(left);
            learn(right);
        }
    }

    private void compared(Place place, Expression other) {
        var constant = constants.apply(other);
        if (constant == null || place.domain() instanceof Domain.Fields) {
            computedWith(place);
            learn(other);
        } else if (place.domain() instanceof Domain.Many && constant instanceof SetValue set) {
            facts(place).constants.addAll(set.elements());
        } else {
            facts(place).constants.add(constant);
        }
    }

    private void contained(BinaryOperator operator, Expression left, Expression right) {
        var set = places.apply(left);
        var other = places.apply(right);
        var known = constants.apply(set == null ? left : right);
        var place = set == null ? other : set;
        if (place == null) {
            learn(left);
            learn(right);
        } else if ((set != null && other != null) || known == null) {
            learn(left);
            learn(right);
        } else if (known instanceof SetValue values
                && (set == null || operator != BinaryOperator.CONTAINS)) {
            facts(place).constants.addAll(values.elements());
        } else {
            facts(place).constants.add(known);
        }
    }

    private void learn(ExtensionFunction function, List<Expression> arguments) {
        if (arguments.size() == 2
                && (function.isComparison() || function == ExtensionFunction.IS_IN_RANGE)) {
            var range = places.apply(arguments.get(1));
            if (function == ExtensionFunction.IS_IN_RANGE && range != null) {
                arguments.forEach(this::learn);
            } else {
                compared(arguments.get(0), arguments.get(1));
            }
            return;
        }
        switch (function) {
            case IS_IPV4, IS_IPV6, IS_LOOPBACK, IS_MULTICAST -> {
                if (arguments.size() != 1 || places.apply(arguments.getFirst()) == null) {
                    arguments.forEach(this::learn);
                }
            }
            default -> arguments.forEach(this::learn);
        }
    }

    private boolean isSet(Expression expression) {
        var place = places.apply(expression);
        return place != null && place.domain() instanceof Domain.Many;
    }

    private static boolean isOrdered(Domain domain) {
        return domain instanceof Domain.Quantity || domain instanceof Domain.Words;
    }

    private void computedWith(Place place) {
        if (place.domain() instanceof Domain.Fields(var fields)) {
            fields.forEach((name, field) -> computedWith(place.then(name, field)));
        } else {
            facts(place).computedWith = true;
        }
    }

    /** Whether a value that is not among the examples makes no difference to any policy. */
    boolean complete(Place place) {
        return switch (place.domain()) {
            case Domain.Truth _, Domain.Fields _ -> true;
            case Domain.Anything _ -> false;
            case Domain.Words(var values) when !values.isEmpty() -> true;
            case Domain.Words _ ->
                    component(place).stream()
                            .allMatch(other ->
                                    !facts(other).computedWith
                                            && facts(other).patterns.size()
                                                    <= (component(place).size() == 1 ? 1 : 0));
            case Domain.Quantity _ ->
                    component(place).stream().noneMatch(other -> facts(other).computedWith);
            case Domain.Address _ -> !facts(place).computedWith;
            case Domain.Many _ ->
                    !facts(place).computedWith && facts(place).constants.size() < MAX_ELEMENTS;
        };
    }

    /** In an order in which the likely ones come first. */
    List<Value> of(Place place) {
        var known = made.get(place);
        if (known == null) {
            known = make(place);
            made.put(place, known);
        }
        return known;
    }

    private List<Value> make(Place place) {
        var component = component(place);
        var near = new LinkedHashSet<Value>();
        component.forEach(other -> near.addAll(facts(other).constants));
        return switch (place.domain()) {
            case Domain.Truth _ -> List.of(Value.Bool.TRUE, Value.Bool.FALSE);
            case Domain.Quantity number -> numbers(number, near, component.size());
            case Domain.Words(var values) ->
                    values.isEmpty()
                            ? texts(near, component)
                            : values.stream().sorted().<Value>map(Value.Text::new).toList();
            case Domain.Address _ -> addresses(near);
            case Domain.Many(var element) -> sets(element, near);
            case Domain.Fields _, Domain.Anything _ -> List.of();
        };
    }

    /** All parts that are compared with it, directly or through others. */
    private Set<Place> component(Place place) {
        var component = new LinkedHashSet<Place>();
        var open = new ArrayList<Place>();
        open.add(place);
        while (!open.isEmpty()) {
            var next = open.removeLast();
            if (component.add(next)) {
                open.addAll(facts(next).linked);
            }
        }
        return component;
    }

    /** Constants, and as many numbers beside each as there are parts to put between two of them. */
    private static List<Value> numbers(Domain.Quantity domain, Set<Value> near, int parts) {
        var numbers = new LinkedHashSet<Long>();
        numbers.add(0L);
        for (var constant : near) {
            var number = number(constant);
            if (number != null) {
                for (var step = 0; step <= parts; step++) {
                    if (number <= Long.MAX_VALUE - step) {
                        numbers.add(number + step);
                    }
                    if (number >= Long.MIN_VALUE + step) {
                        numbers.add(number - step);
                    }
                }
            }
        }
        for (var step = 1; near.isEmpty() && step < parts; step++) {
            numbers.add((long) step);
        }
        return numbers.stream().map(number -> of(domain, number)).toList();
    }

    private static @Nullable Long number(Value value) {
        return switch (value) {
            case Value.Int(var number) -> number;
            case Decimal(var units) -> units;
            case DateTime(var millis) -> millis;
            case Duration(var millis) -> millis;
            default -> null;
        };
    }

    private static Value of(Domain.Quantity domain, long number) {
        return switch (domain) {
            case INTEGER -> new Value.Int(number);
            case DECIMAL -> new Decimal(number);
            case DATETIME -> new DateTime(number);
            case DURATION -> new Duration(number);
        };
    }

    private List<Value> texts(Set<Value> near, Set<Place> component) {
        var texts = new LinkedHashSet<Value>();
        for (var constant : near) {
            if (constant instanceof Value.Text) {
                texts.add(constant);
            }
        }
        for (var part : component) {
            for (var pattern : facts(part).patterns) {
                for (var filling : List.of("", "" + FRESH)) {
                    var text = new StringBuilder();
                    pattern.parts().forEach(p -> text.append(p == null ? filling : p));
                    texts.add(new Value.Text(text.toString()));
                }
            }
        }
        for (var i = 0; i < component.size(); i++) {
            texts.add(fresh(i));
        }
        return List.copyOf(texts);
    }

    private static Value.Text fresh(int number) {
        // nothing but it, so that only wildcards match
        return new Value.Text(String.valueOf(FRESH).repeat(number + 1));
    }

    /** The ends of every range that is asked about, and their neighbours. */
    private static List<Value> addresses(Set<Value> near) {
        var addresses = new LinkedHashSet<Value>();
        var ranges = new ArrayList<>(RANGES);
        for (var constant : near) {
            if (constant instanceof IpAddress range) {
                ranges.addFirst(range);
            }
        }
        for (var range : ranges) {
            addresses.addAll(range.ends());
        }
        return List.copyOf(addresses);
    }

    private static List<Value> sets(Domain element, Set<Value> mentioned) {
        var elements = new ArrayList<>(mentioned);
        if (element instanceof Domain.Words(var words) && !words.isEmpty()) {
            elements.removeIf(
                    value -> !(value instanceof Value.Text(var text)) || !words.contains(text));
            for (var word : words) {
                var text = new Value.Text(word);
                if (!elements.contains(text)) {
                    elements.add(text);
                    break; // one that no policy knows stands for all of those
                }
            }
        } else {
            elements.removeIf(value -> !isOne(element, value));
            var other = other(element, new HashSet<>(elements));
            if (other != null) {
                elements.add(other);
            }
        }
        var sets = new LinkedHashSet<Value>();
        if (elements.size() <= MAX_ELEMENTS) {
            for (var bits = 0; bits < 1 << elements.size(); bits++) {
                var set = new ArrayList<Value>();
                for (var i = 0; i < elements.size(); i++) {
                    if ((bits >> i & 1) == 1) {
                        set.add(elements.get(i));
                    }
                }
                sets.add(SetValue.of(set));
            }
        } else {
            sets.add(SetValue.EMPTY);
            elements.forEach(one -> sets.add(SetValue.of(one)));
            sets.add(SetValue.of(elements));
            sets.add(SetValue.of(elements.subList(0, elements.size() - 1)));
        }
        return List.copyOf(sets);
    }

    private static boolean isOne(Domain domain, Value value) {
        return switch (domain) {
            case Domain.Truth _ -> value instanceof Value.Bool;
            case Domain.Quantity number -> {
                var known = number(value);
                yield known != null && of(number, known).equals(value);
            }
            case Domain.Words _ -> value instanceof Value.Text;
            case Domain.Address _ -> value instanceof IpAddress;
            case Domain.Many _ -> value instanceof SetValue;
            case Domain.Fields _ -> value instanceof RecordValue;
            case Domain.Anything _ -> true;
        };
    }

    /** One more that could be in such a set; null when there is none or none can be made up. */
    private static @Nullable Value other(Domain domain, Set<Value> known) {
        var candidates =
                switch (domain) {
                    case Domain.Truth _ -> List.<Value>of(Value.Bool.TRUE, Value.Bool.FALSE);
                    case Domain.Quantity number -> numbers(number, known, known.size() + 1);
                    case Domain.Words _ -> List.<Value>of(fresh(0));
                    case Domain.Address _ -> addresses(known);
                    case Domain.Many _ -> List.<Value>of(SetValue.EMPTY);
                    case Domain.Fields(var fields) -> {
                        var record = new RecordValue.Builder(fields.size());
                        for (var field : fields.entrySet()) {
                            var inner = other(field.getValue().domain(), Set.of());
                            if (inner != null && field.getValue().required()) {
                                record.put(field.getKey(), inner);
                            }
                        }
                        yield List.<Value>of(record.build());
                    }
                    case Domain.Anything _ -> List.<Value>of();
                };
        return candidates.stream().filter(value -> !known.contains(value)).findFirst().orElse(null);
    }
}
