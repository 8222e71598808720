package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import dev.sluicegate.policy.cedar.Listing.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** Private use: policies that people write have none of them. */
    private static final char FIRST_FRESH = '\ue000';

    private static final char LAST_FRESH = '\uf8ff';

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
            if (areAlike(a.domain(), b.domain())) {
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
        if (constant == null) {
            computedWith(place);
            learn(other);
        } else {
            equalTo(place, constant);
        }
    }

    /** Whether {@code place} is {@code constant} matters: so what matters is each part of it. */
    private void equalTo(Place place, Value constant) {
        switch (place.domain()) {
            case Domain.Fields(var fields) -> {
                if (constant instanceof RecordValue record) {
                    fields.forEach((name, field) -> {
                        var part = record.get(name);
                        if (part != null) {
                            equalTo(place.then(name, field), part);
                        }
                    });
                }
            }
            case Domain.Many _ -> {
                if (constant instanceof SetValue set) {
                    facts(place).constants.addAll(set.elements());
                }
            }
            case Domain.Truth _,
                    Domain.Quantity _,
                    Domain.Span _,
                    Domain.Words _,
                    Domain.Address _,
                    Domain.Anything _ ->
                    facts(place).constants.add(constant);
        }
    }

    private void contained(BinaryOperator operator, Expression left, Expression right) {
        var set = places.apply(left);
        var other = places.apply(right);
        var known = constants.apply(set == null ? left : right);
        var place = set == null ? other : set;
        if (place == null || (set != null && other != null) || known == null) {
            learn(left);
            learn(right);
        } else if (operator != BinaryOperator.CONTAINS) {
            equalTo(place, known);
        } else if (set == null) {
            // the part is the element: each of the constants is one that it may equal
            if (known instanceof SetValue values) {
                values.elements().forEach(value -> equalTo(place, value));
            }
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

    /** Whether values that tell one apart from constants do so for the other, and for both compared. */
    private static boolean areAlike(Domain one, Domain other) {
        var quantity = quantity(one);
        return quantity == null
                ? one instanceof Domain.Words && one.equals(other)
                : quantity == quantity(other);
    }

    private static Domain.@Nullable Quantity quantity(Domain domain) {
        return switch (domain) {
            case Domain.Quantity quantity -> quantity;
            case Domain.Span(var quantity, _, _) -> quantity;
            default -> null;
        };
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
                    fresh(mentioned(place)) != null
                            && component(place).stream()
                                    .allMatch(other ->
                                            !facts(other).computedWith
                                                    && facts(other).patterns.size()
                                                            <= (component(place).size() == 1
                                                                    ? 1
                                                                    : 0));
            case Domain.Quantity _, Domain.Span _ ->
                    component(place).stream().noneMatch(other -> facts(other).computedWith);
            case Domain.Address _ -> !facts(place).computedWith;
            case Domain.Many(var element) ->
                    !facts(place).computedWith
                            && facts(place).constants.size() < MAX_ELEMENTS
                            && (isFinite(element)
                                    || other(element, facts(place).constants) != null);
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
            case Domain.Quantity number -> numbers(number, near, component);
            case Domain.Span(var number, var low, var high) ->
                    numbers(number, near, component).stream()
                            .filter(value -> isWithin(low, value, high))
                            .toList();
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

    private static List<Value> numbers(
            Domain.Quantity quantity, Set<Value> near, Set<Place> component) {
        var edges = new LinkedHashSet<>(near);
        for (var part : component) {
            if (part.domain() instanceof Domain.Span(_, var low, var high)) {
                edges.add(of(quantity, low));
                edges.add(of(quantity, high));
            }
        }
        return numbers(quantity, edges, component.size());
    }

    private static boolean isWithin(long low, Value value, long high) {
        var number = number(value);
        return number != null && number >= low && number <= high;
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
        var mentioned = new ArrayList<String>();
        component.forEach(part -> mentioned.addAll(mentioned(part)));
        var fresh = fresh(mentioned);
        for (var part : component) {
            for (var pattern : facts(part).patterns) {
                for (var filling : fresh == null ? List.of("") : List.of("", fresh)) {
                    var text = new StringBuilder();
                    pattern.parts().forEach(p -> text.append(p == null ? filling : p));
                    texts.add(new Value.Text(text.toString()));
                }
            }
        }
        for (var i = 1; fresh != null && i <= component.size(); i++) {
            // nothing but it, so that only wildcards match
            texts.add(new Value.Text(fresh.repeat(i)));
        }
        return List.copyOf(texts);
    }

    /** All text that policies name for a part and those it is compared with. */
    private List<String> mentioned(Place place) {
        var texts = new ArrayList<String>();
        for (var part : component(place)) {
            facts(part)
                    .constants
                    .forEach(constant -> {
                        if (constant instanceof Value.Text(var text)) {
                            texts.add(text);
                        }
                    });
            facts(part)
                    .patterns
                    .forEach(pattern ->
                            pattern.parts().stream().filter(Objects::nonNull).forEach(texts::add));
        }
        return texts;
    }

    /** A character that is nowhere in {@code texts}, or null when they have all that are looked at. */
    private static @Nullable String fresh(Collection<String> texts) {
        for (var c = FIRST_FRESH; c <= LAST_FRESH; c++) {
            var candidate = String.valueOf(c);
            if (texts.stream().noneMatch(text -> text.contains(candidate))) {
                return candidate;
            }
        }
        return null;
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
            case Domain.Span(var number, var low, var high) ->
                    isOne(number, value) && isWithin(low, value, high);
            case Domain.Words _ -> value instanceof Value.Text;
            case Domain.Address _ -> value instanceof IpAddress;
            case Domain.Many _ -> value instanceof SetValue;
            case Domain.Fields _ -> value instanceof RecordValue;
            case Domain.Anything _ -> true;
        };
    }

    /** Whether the few values there are of it are all tried anyway. */
    private static boolean isFinite(Domain domain) {
        return domain instanceof Domain.Truth
                || (domain instanceof Domain.Words(var values) && !values.isEmpty());
    }

    /** One more that could be in such a set; null when there is none or none can be made up. */
    private static @Nullable Value other(Domain domain, Set<Value> known) {
        return candidates(domain, known).stream()
                .filter(value -> !known.contains(value))
                .findFirst()
                .orElse(null);
    }

    /** One of them is not {@code known}, where that can be. */
    private static List<Value> candidates(Domain domain, Set<Value> known) {
        return switch (domain) {
            case Domain.Truth _ -> List.of(Value.Bool.TRUE, Value.Bool.FALSE);
            case Domain.Quantity number -> numbers(number, known, known.size() + 1);
            case Domain.Span(var number, var low, var high) -> {
                var edges = new LinkedHashSet<>(known);
                edges.add(of(number, low));
                yield numbers(number, edges, known.size() + 1).stream()
                        .filter(value -> isWithin(low, value, high))
                        .toList();
            }
            case Domain.Words(var values) -> {
                if (!values.isEmpty()) {
                    yield values.stream().sorted().<Value>map(Value.Text::new).toList();
                }
                var texts = new ArrayList<String>();
                known.forEach(value -> {
                    if (value instanceof Value.Text(var text)) {
                        texts.add(text);
                    }
                });
                var fresh = fresh(texts);
                yield fresh == null ? List.of() : List.of(new Value.Text(fresh));
            }
            case Domain.Address _ -> addresses(known);
            case Domain.Many(var element) -> {
                var inside = new HashSet<Value>();
                known.forEach(value -> {
                    if (value instanceof SetValue set) {
                        inside.addAll(set.elements());
                    }
                });
                var other = other(element, inside);
                yield other == null
                        ? List.of(SetValue.EMPTY)
                        : List.of(SetValue.EMPTY, SetValue.of(other));
            }
            case Domain.Fields(var fields) -> {
                var record = new RecordValue.Builder(fields.size());
                fields.forEach((name, field) -> {
                    var inside = new HashSet<Value>();
                    known.forEach(value -> {
                        var part = value instanceof RecordValue of ? of.get(name) : null;
                        if (part != null) {
                            inside.add(part);
                        }
                    });
                    // where every value is known, any will do: another field may differ
                    var other = other(field.domain(), inside);
                    var part = other == null ? other(field.domain(), Set.of()) : other;
                    if (part != null) {
                        record.put(name, part);
                    }
                });
                yield List.of(record.build());
            }
            case Domain.Anything _ -> List.of();
        };
    }
}
