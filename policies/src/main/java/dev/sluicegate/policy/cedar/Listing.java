package dev.sluicegate.policy.cedar;

import dev.sluicegate.policy.cedar.Expression.Variable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whether a context exists in which a request would be allowed and no policy would fail, for known
 * principal, action and resource.
 *
 * <p>Conditions are evaluated in three values: true, false, and "depends on a part of the context". While
 * the answer depends on a part, every example that a policy could tell apart is tried for it: its
 * constants and their neighbours, both truths, absence, sets of the mentioned elements with and without
 * another one. Parts that occur several times, in one policy or in many, are one part, so contradictions
 * are found: {@code a > 5 && a < 3} never holds.
 *
 * <p><b>Exact</b>, for a part that is only tested for presence, used as a truth, or compared by {@code ==},
 * {@code !=}, an order, {@code like}, {@code contains} and its kin, {@code isEmpty} or a question about
 * addresses, with constants, or by {@code ==} and orders with other such parts. <b>An
 * over-approximation</b>, which answers yes where it could be no, and never no where it could be yes: when
 * nothing was found and the search tried a part that is also computed with ({@code a + 1 < b}), matched
 * with two patterns, put into a set or record, compared as a set with another part, or has no examples (an
 * entity); when more than seven elements of one set matter; and when {@value #MAX_STEPS} steps did not
 * decide. Parts are independent of each other: that two moments are the same one, or that an hour follows
 * from a moment, is not known.
 *
 * <p>What is the same for every principal is computed once and kept. Safe for concurrent use.
 */
public final class Listing {
    static final int MAX_STEPS = 4_000;

    /** Different groups of policies that callers meet; more than there are role combinations in use. */
    private static final int MAX_KNOWN = 4_096;

    private final Policies policies;
    private final Domain.Fields context;
    private final Map<BitSet, Boolean> known = new ConcurrentHashMap<>();

    // by place in the set
    private final BitSet permits = new BitSet();
    private final BitSet aboutEntities = new BitSet();

    public Listing(Policies policies, Domain.Fields context) {
        this.policies = policies;
        this.context = context;
        for (var policy : policies.compiled()) {
            permits.set(policy.index(), policy.policy().permits());
            aboutEntities.set(policy.index(), policy.mentionsEntities());
        }
    }

    /**
     * @param request whose context is not looked at
     */
    public boolean mayPermit(Request request, Entities entities) {
        var matching = policies.matching(request, entities);
        var places = matching.places();
        if (!places.intersects(permits)) {
            return false;
        }
        if (places.intersects(aboutEntities)) {
            return new Search(matching.policies(), context, request, entities).succeeds();
        }
        var before = known.get(places);
        if (before != null) {
            return before;
        }
        var found = new Search(matching.policies(), context, request, entities).succeeds();
        if (known.size() < MAX_KNOWN) {
            known.put(places, found);
        }
        return found;
    }

    /** How many answers are kept. */
    int kept() {
        return known.size();
    }

    /** What is decided about a part of the context so far: a value, presence or absence. */
    private sealed interface Choice {
        record Is(Value value) implements Choice {}

        record Present() implements Choice {}

        record Absent() implements Choice {}
    }

    private static final Choice PRESENT = new Choice.Present();
    private static final Choice ABSENT = new Choice.Absent();

    /** What is known about an expression. */
    private sealed interface Seen {
        record Sure(Value value) implements Seen {}

        record Failed() implements Seen {}

        /** Depends on {@code place}, first of all. */
        record Open(Place place) implements Seen {}
    }

    private static final Seen FAILED = new Seen.Failed();
    private static final Seen TRUE = new Seen.Sure(Value.Bool.TRUE);
    private static final Seen FALSE = new Seen.Sure(Value.Bool.FALSE);

    /** A part of the context. */
    record Place(List<String> path, Domain domain, boolean required) {
        Place then(String name, Domain.Field field) {
            var longer = new ArrayList<>(path);
            longer.add(name);
            return new Place(List.copyOf(longer), field.domain(), field.required());
        }
    }

    /** One search for one context. */
    private static final class Search {
        private final List<CompiledPolicy> policies;
        private final Request request;
        private final Entities entities;
        private final Place root;
        private final Map<Place, Choice> chosen = new HashMap<>();
        private final Examples examples;
        private int steps;
        private boolean gaveUp;

        Search(
                List<CompiledPolicy> policies,
                Domain.Fields context,
                Request request,
                Entities entities) {
            this.policies = policies;
            this.request = request;
            this.entities = entities;
            root = new Place(List.of(), context, true);
            examples = new Examples(this::place, this::constant);
            for (var policy : policies) {
                policy.conjuncts().forEach(examples::learn);
            }
        }

        boolean succeeds() {
            return search() || gaveUp;
        }

        private boolean search() {
            if (++steps > MAX_STEPS) {
                gaveUp = true;
            }
            if (gaveUp) {
                return false;
            }
            var permitted = false;
            var anyPermit = false;
            @Nullable Place next = null;
            @Nullable Place nextPermit = null;
            for (var policy : policies) {
                var permits = policy.policy().permits();
                switch (holds(policy)) {
                    case Seen.Failed _ -> {
                        return false;
                    }
                    case Seen.Sure(var value) when value == Value.Bool.TRUE -> {
                        if (!permits) {
                            return false;
                        }
                        permitted = true;
                    }
                    case Seen.Sure _ -> {}
                    case Seen.Open(var place) -> {
                        anyPermit |= permits;
                        if (permits && nextPermit == null) {
                            nextPermit = place;
                        }
                        if (next == null) {
                            next = place;
                        }
                    }
                }
            }
            if (!permitted && !anyPermit) {
                return false;
            }
            var place = permitted || nextPermit == null ? next : nextPermit;
            return place == null || tries(place);
        }

        private boolean tries(Place place) {
            for (var choice : choices(place)) {
                chosen.put(place, choice);
                if (search()) {
                    return true;
                }
            }
            chosen.remove(place);
            if (!examples.complete(place)) {
                gaveUp = true; // another value might have done
            }
            return false;
        }

        private List<Choice> choices(Place place) {
            var choices = new ArrayList<Choice>();
            if (place.domain() instanceof Domain.Fields) {
                choices.add(PRESENT);
            } else {
                examples.of(place).forEach(value -> choices.add(new Choice.Is(value)));
            }
            if (!place.required()) {
                choices.add(ABSENT);
            }
            return choices;
        }

        private Seen holds(CompiledPolicy policy) {
            for (var conjunct : policy.conjuncts()) {
                var seen = truth(see(conjunct));
                if (!seen.equals(TRUE)) {
                    return seen;
                }
            }
            return TRUE;
        }

        private static Seen truth(Seen seen) {
            return seen instanceof Seen.Sure(var value) && !(value instanceof Value.Bool)
                    ? FAILED
                    : seen;
        }

        /** The part of the context that {@code expression} names, whether it is there or not. */
        private @Nullable Place place(Expression expression) {
            return switch (expression) {
                case Variable(var name) when name == Variable.Name.CONTEXT -> root;
                case Expression.Attribute(var of, var name) -> {
                    var outer = place(of);
                    if (outer == null || !(outer.domain() instanceof Domain.Fields(var fields))) {
                        yield null;
                    }
                    var field = fields.get(name);
                    yield field == null ? null : outer.then(name, field);
                }
                default -> null;
            };
        }

        private @Nullable Value constant(Expression expression) {
            return see(expression) instanceof Seen.Sure(var value) ? value : null;
        }

        private Seen see(Expression expression) {
            return switch (expression) {
                case Expression.Literal(var value) -> new Seen.Sure(value);
                case Variable(var name) ->
                        name == Variable.Name.CONTEXT
                                ? whole(root)
                                : new Seen.Sure(Node.Var.of(name, request));
                case Expression.Attribute attribute -> attribute(attribute);
                case Expression.Has has -> has(has);
                case Expression.Unary(var operator, var of) ->
                        map(
                                see(of),
                                value ->
                                        switch (operator) {
                                            case NOT -> Value.Bool.of(!isTrue(value));
                                            case NEGATE -> Operations.negate(value);
                                            case IS_EMPTY ->
                                                    Value.Bool.of(
                                                            Operations.set(value).size() == 0);
                                        });
                case Expression.Binary(var operator, var left, var right) ->
                        switch (operator) {
                            case AND -> chain(left, right, FALSE);
                            case OR -> chain(left, right, TRUE);
                            default -> map(see(left), see(right), (a, b) -> binary(operator, a, b));
                        };
                case Expression.If(var condition, var then, var otherwise) -> {
                    var seen = truth(see(condition));
                    yield seen.equals(TRUE)
                            ? see(then)
                            : seen.equals(FALSE) ? see(otherwise) : seen;
                }
                case Expression.Like(var of, var pattern) ->
                        map(
                                see(of),
                                value -> Value.Bool.of(pattern.matches(Operations.string(value))));
                case Expression.Is(var entity, var type, var in) -> {
                    var is =
                            map(
                                    see(entity),
                                    value ->
                                            Value.Bool.of(
                                                    Operations.entity(value).type().equals(type)));
                    yield in == null || !is.equals(TRUE)
                            ? is
                            : map(
                                    see(entity),
                                    see(in),
                                    (a, b) -> Value.Bool.of(Operations.in(a, b, entities)));
                }
                case Expression.SetOf(var elements) -> all(elements, SetValue::of);
                case Expression.RecordOf(var fields) -> {
                    var names = List.copyOf(fields.keySet());
                    yield all(
                            List.copyOf(fields.values()),
                            values -> {
                                var record = new RecordValue.Builder(values.length);
                                for (var i = 0; i < values.length; i++) {
                                    record.put(names.get(i), values[i]);
                                }
                                return record.build();
                            });
                }
                case Expression.Call(var function, var arguments) ->
                        all(arguments, function::apply);
            };
        }

        private Seen chain(Expression left, Expression right, Seen decisive) {
            var first = truth(see(left));
            return first instanceof Seen.Sure && !first.equals(decisive)
                    ? truth(see(right))
                    : first;
        }

        private Seen attribute(Expression.Attribute attribute) {
            var place = place(attribute);
            if (place != null) {
                var there = presence(place);
                return there.equals(TRUE) ? whole(place) : there.equals(FALSE) ? FAILED : there;
            }
            if (isFields(attribute.of())) {
                var there = presence(attribute.of());
                return there.equals(TRUE) || there.equals(FALSE) ? FAILED : there;
            }
            return map(
                    see(attribute.of()),
                    value -> Operations.attribute(value, attribute.name(), entities));
        }

        private Seen has(Expression.Has has) {
            if (isFields(has.of())) {
                var outer = presence(has.of());
                if (!outer.equals(TRUE)) {
                    return outer.equals(FALSE) ? FAILED : outer;
                }
                var place = place(new Expression.Attribute(has.of(), has.name()));
                return place == null ? FALSE : presence(place);
            }
            return map(
                    see(has.of()),
                    value -> Value.Bool.of(Operations.has(value, has.name(), entities)));
        }

        private boolean isFields(Expression expression) {
            var place = place(expression);
            return place != null && place.domain() instanceof Domain.Fields;
        }

        private Seen presence(Expression expression) {
            var place = place(expression);
            return place == null ? FAILED : presence(place);
        }

        /** True, false, failed when something around it is absent, or open. */
        private Seen presence(Place place) {
            var around = root;
            for (var name : place.path()) {
                if (!(around.domain() instanceof Domain.Fields(var fields))) {
                    return FAILED;
                }
                var field = fields.get(name);
                if (field == null) {
                    return FAILED;
                }
                var inner = around.then(name, field);
                if (!inner.required()) {
                    var choice = chosen.get(inner);
                    if (choice == null) {
                        return new Seen.Open(inner);
                    }
                    if (choice.equals(ABSENT)) {
                        return inner.equals(place) ? FALSE : FAILED;
                    }
                }
                around = inner;
            }
            return TRUE;
        }

        /** The value of a place that is there. */
        private Seen whole(Place place) {
            if (place.domain() instanceof Domain.Fields(var fields)) {
                var record = new RecordValue.Builder(fields.size());
                for (var field : fields.entrySet()) {
                    var inner = place.then(field.getKey(), field.getValue());
                    var there = presence(inner);
                    if (there.equals(FALSE)) {
                        continue;
                    }
                    var value = there.equals(TRUE) ? whole(inner) : there;
                    if (!(value instanceof Seen.Sure(var sure))) {
                        return value;
                    }
                    record.put(field.getKey(), sure);
                }
                return new Seen.Sure(record.build());
            }
            return chosen.get(place) instanceof Choice.Is(var value)
                    ? new Seen.Sure(value)
                    : new Seen.Open(place);
        }

        private Value binary(Expression.BinaryOperator operator, Value left, Value right) {
            return switch (operator) {
                case EQUAL -> Value.Bool.of(left.equals(right));
                case NOT_EQUAL -> Value.Bool.of(!left.equals(right));
                case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                        Value.Bool.of(Operations.ordered(operator, left, right));
                case IN -> Value.Bool.of(Operations.in(left, right, entities));
                case ADD, SUBTRACT, MULTIPLY -> Operations.arithmetic(operator, left, right);
                case CONTAINS, CONTAINS_ALL, CONTAINS_ANY ->
                        Value.Bool.of(Operations.contains(operator, left, right));
                case HAS_TAG -> Value.Bool.of(Operations.hasTag(left, right, entities));
                case GET_TAG -> Operations.tag(left, right, entities);
                case AND, OR -> throw new IllegalStateException(operator.word());
            };
        }

        private static boolean isTrue(Value value) {
            if (value instanceof Value.Bool bool) {
                return bool.isTrue();
            }
            throw new EvaluationException("not true or false where a condition needs it");
        }

        private interface Step {
            Value of(Value value);
        }

        private interface Step2 {
            Value of(Value left, Value right);
        }

        private interface Steps {
            Value of(Value... values);
        }

        private static Seen map(Seen seen, Step step) {
            if (!(seen instanceof Seen.Sure(var value))) {
                return seen;
            }
            try {
                return new Seen.Sure(step.of(value));
            } catch (EvaluationException e) {
                return FAILED;
            }
        }

        private static Seen map(Seen left, Seen right, Step2 step) {
            return left instanceof Seen.Sure(var a)
                    ? map(right, b -> step.of(a, b))
                    : left instanceof Seen.Failed || !(right instanceof Seen.Failed) ? left : right;
        }

        private Seen all(List<Expression> expressions, Steps steps) {
            var values = new Value[expressions.size()];
            for (var i = 0; i < values.length; i++) {
                var seen = see(expressions.get(i));
                if (!(seen instanceof Seen.Sure(var value))) {
                    return seen;
                }
                values[i] = value;
            }
            try {
                return new Seen.Sure(steps.of(values));
            } catch (EvaluationException e) {
                return FAILED;
            }
        }
    }
}
