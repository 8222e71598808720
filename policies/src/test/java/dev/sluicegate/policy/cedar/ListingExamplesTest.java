package dev.sluicegate.policy.cedar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import dev.sluicegate.policy.cedar.Expression.Variable;
import dev.sluicegate.policy.cedar.Policy.Effect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What could be permitted, compared with trying everything, for every kind of value that arguments have:
 * objects, lists in lists, closed lists of words, decimals, addresses, bounded numbers, and text that
 * nobody writes.
 */
class ListingExamplesTest {
    private static final EntityUid SOMEONE = new EntityUid("User", "ada");
    private static final EntityUid ACTION = new EntityUid("Action", "go");
    private static final EntityUid THING = new EntityUid("Thing", "t");
    private static final Entities NOBODY = uid -> null;
    private static final String PRIVATE = "\ue000";

    private static final Domain.Words ANY_TEXT = new Domain.Words(Set.of());

    /**
     * A part of the context.
     *
     * @param values all that the conditions can tell apart
     */
    private record Part(
            String name,
            Domain domain,
            List<Value> values,
            Function<Random, Expression> condition) {}

    private static final List<Part> PARTS =
            List.of(
                    object(),
                    listsInAList(),
                    new Part(
                            "list",
                            new Domain.Many(ANY_TEXT),
                            subsets(text("a"), text("b"), text(PRIVATE), text("z")),
                            ListingExamplesTest::aboutAList),
                    new Part(
                            "word",
                            new Domain.Words(Set.of("EUR", "USD", "GBP")),
                            List.of(text("EUR"), text("USD"), text("GBP")),
                            ListingExamplesTest::aboutAWord),
                    new Part(
                            "words",
                            new Domain.Many(new Domain.Words(Set.of("pii", "secret", "health"))),
                            subsets(text("pii"), text("secret"), text("health")),
                            ListingExamplesTest::aboutWords),
                    new Part(
                            "decimal",
                            Domain.Quantity.DECIMAL,
                            List.of(
                                    Decimal.parse("0.9999"),
                                    Decimal.parse("1.0"),
                                    Decimal.parse("1.0001"),
                                    Decimal.parse("1.0002")),
                            ListingExamplesTest::aboutADecimal),
                    new Part(
                            "address",
                            new Domain.Address(),
                            addresses(
                                    "10.0.0.1",
                                    "10.0.0.2",
                                    "10.128.0.1",
                                    "127.0.0.1",
                                    "224.0.0.1",
                                    "9.9.9.9",
                                    "::1",
                                    "2001:db8::1"),
                            ListingExamplesTest::aboutAnAddress),
                    new Part(
                            "hour",
                            Domain.Quantity.INTEGER.between(0, 3),
                            numbers(0, 3),
                            random -> aboutANumber("hour", random)),
                    new Part(
                            "number",
                            Domain.Quantity.INTEGER,
                            numbers(-2, 7),
                            random -> aboutANumber("number", random)),
                    new Part(
                            "text",
                            ANY_TEXT,
                            List.of(text("a"), text("ab"), text("b"), text(PRIVATE), text("z")),
                            ListingExamplesTest::aboutAText),
                    new Part(
                            "truths",
                            new Domain.Many(new Domain.Truth()),
                            subsets(Value.Bool.TRUE, Value.Bool.FALSE),
                            ListingExamplesTest::aboutTruths));

    @Test
    void itIsListedIfAndOnlyIfSomeContextWouldBePermitted() {
        var random = new Random(20_261_124);
        var listed = 0;
        var hidden = 0;
        for (var i = 0; i < 1_500; i++) {
            var parts = new ArrayList<>(PARTS);
            Collections.shuffle(parts, random);
            parts.subList(3, parts.size()).clear();
            var set = policies(parts, random);
            var policies = Policies.of(set);

            var possible = mayPermit(policies, parts);

            assertThat(possible).as("%s: %s", i, set).isEqualTo(any(policies, parts));
            listed += possible ? 1 : 0;
            hidden += possible ? 0 : 1;
        }
        assertThat(listed).isGreaterThan(250);
        assertThat(hidden).isGreaterThan(250);
    }

    @Test
    void anObjectMayBeOneOfAList() {
        var cash = record(Map.of("cur", text("EUR"), "val", new Value.Int(5)));

        assertThat(possible(object(), contains(set(cash), context("object")))).isTrue();
        assertThat(
                        possible(
                                object(),
                                contains(set(cash), context("object")),
                                not(equal(field("object", "cur"), text("EUR")))))
                .isFalse();
    }

    @Test
    void aListMayBeOneOfAList() {
        var list = part("list");

        assertThat(possible(list, contains(set(set(text("a")), set(text("b"))), context("list"))))
                .isTrue();
        assertThat(
                        possible(
                                list,
                                contains(set(set(text("a")), set(text("b"))), context("list")),
                                contains(context("list"), text("c"))))
                .isFalse();
    }

    @Test
    void thereIsAlwaysATextThatNoPolicyNames() {
        assertThat(possible(part("text"), not(equal(context("text"), text(PRIVATE))))).isTrue();
        assertThat(
                        possible(
                                part("list"),
                                not(contains(context("list"), text(PRIVATE))),
                                not(new Expression.Unary(UnaryOperator.IS_EMPTY, context("list")))))
                .isTrue();
        // more than are looked through: listed in doubt
        var all = new ArrayList<Value>();
        for (var c = '\ue000'; c <= '\uf8ff'; c++) {
            all.add(text(String.valueOf(c)));
        }
        assertThat(possible(part("text"), not(contains(SetValue.of(all), context("text")))))
                .isTrue();
    }

    @Test
    void aListHasSomethingBesideTheEmptyListAndTheSimplestObject() {
        var lists = listsInAList();
        var simplest = record(Map.of("cur", text(PRIVATE), "val", new Value.Int(0)));
        var objects =
                new Part(
                        "objects",
                        new Domain.Many(object().domain()),
                        List.of(),
                        random -> new Expression.Literal(Value.Bool.TRUE));

        assertThat(
                        possible(
                                lists,
                                not(contains(context("lists"), SetValue.EMPTY)),
                                not(
                                        new Expression.Unary(
                                                UnaryOperator.IS_EMPTY, context("lists")))))
                .isTrue();
        assertThat(
                        possible(
                                objects,
                                not(contains(context("objects"), simplest)),
                                not(
                                        new Expression.Unary(
                                                UnaryOperator.IS_EMPTY, context("objects")))))
                .isTrue();
    }

    @Test
    void aBoundedNumberIsNeverBeyondItsBounds() {
        var hour = part("hour");

        assertThat(possible(hour, order(BinaryOperator.GREATER, "hour", 3))).isFalse();
        assertThat(possible(hour, order(BinaryOperator.GREATER, "hour", 2))).isTrue();
        assertThat(possible(hour, order(BinaryOperator.LESS, "hour", 0))).isFalse();
        assertThat(possible(hour, order(BinaryOperator.EQUAL, "hour", 7))).isFalse();
    }

    @Test
    void boundsAreSeenThroughAComparisonOfTwoParts() {
        var both = List.of(part("hour"), part("number"));
        var greater = binary(BinaryOperator.GREATER, context("hour"), context("number"));

        assertThat(possible(both, greater, order(BinaryOperator.GREATER, "number", 1))).isTrue();
        assertThat(possible(both, greater, order(BinaryOperator.GREATER, "number", 2))).isFalse();
    }

    private static boolean possible(Part part, Expression... conjuncts) {
        return possible(List.of(part), conjuncts);
    }

    private static boolean possible(List<Part> parts, Expression... conjuncts) {
        var all = Arrays.stream(conjuncts).reduce((a, b) -> binary(BinaryOperator.AND, a, b));
        return mayPermit(
                Policies.of(List.of(policy("p", Effect.PERMIT, all.orElseThrow()))), parts);
    }

    private static boolean mayPermit(Policies policies, List<Part> parts) {
        var fields = new java.util.HashMap<String, Domain.Field>();
        parts.forEach(part -> fields.put(part.name(), new Domain.Field(part.domain(), true)));
        return new Listing(policies, new Domain.Fields(fields))
                .mayPermit(new Request(SOMEONE, ACTION, THING, RecordValue.EMPTY), NOBODY);
    }

    private static boolean any(Policies policies, List<Part> parts) {
        return any(policies, parts, new ArrayList<>());
    }

    private static boolean any(Policies policies, List<Part> parts, List<Value> chosen) {
        if (chosen.size() < parts.size()) {
            for (var value : parts.get(chosen.size()).values()) {
                chosen.add(value);
                var found = any(policies, parts, chosen);
                chosen.removeLast();
                if (found) {
                    return true;
                }
            }
            return false;
        }
        var context = new RecordValue.Builder(parts.size());
        for (var i = 0; i < parts.size(); i++) {
            context.put(parts.get(i).name(), chosen.get(i));
        }
        var answer =
                policies.authorize(new Request(SOMEONE, ACTION, THING, context.build()), NOBODY);
        return answer.allowed() && answer.failures().isEmpty();
    }

    private static List<Policy> policies(List<Part> parts, Random random) {
        var policies = new ArrayList<Policy>();
        for (var i = 0; i <= random.nextInt(4); i++) {
            var effect = i == 0 || random.nextInt(3) == 0 ? Effect.PERMIT : Effect.FORBID;
            policies.add(policy("p" + i, effect, condition(parts, random, 3)));
        }
        return policies;
    }

    private static Expression condition(List<Part> parts, Random random, int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return parts.get(random.nextInt(parts.size())).condition().apply(random);
        }
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3, 4 ->
                    binary(
                            BinaryOperator.AND,
                            condition(parts, random, depth - 1),
                            condition(parts, random, depth - 1));
            case 5, 6 -> not(condition(parts, random, depth - 1));
            default ->
                    binary(
                            BinaryOperator.OR,
                            condition(parts, random, depth - 1),
                            condition(parts, random, depth - 1));
        };
    }

    private static Part object() {
        var values = new ArrayList<Value>();
        for (var currency : List.of("EUR", PRIVATE, "z")) {
            values.add(record(Map.of("cur", text(currency))));
            for (var number = -1; number <= 6; number++) {
                values.add(record(Map.of("cur", text(currency), "val", new Value.Int(number))));
            }
        }
        return new Part(
                "object",
                new Domain.Fields(
                        Map.of(
                                "cur", new Domain.Field(ANY_TEXT, true),
                                "val", new Domain.Field(Domain.Quantity.INTEGER, false))),
                values,
                random -> {
                    var euro = record(Map.of("cur", text("EUR"), "val", new Value.Int(5)));
                    var bare = record(Map.of("cur", text(PRIVATE)));
                    var object = context("object");
                    var hasValue = new Expression.Has(object, "val");
                    return switch (random.nextInt(7)) {
                        case 0 -> equal(object, euro);
                        case 1 -> equal(bare, object);
                        case 2 -> contains(set(euro, bare), object);
                        case 3 -> not(contains(set(bare), object));
                        case 4 -> equal(field("object", "cur"), text("EUR"));
                        case 5 -> hasValue;
                        default ->
                                binary(
                                        BinaryOperator.AND,
                                        hasValue,
                                        binary(
                                                BinaryOperator.GREATER,
                                                field("object", "val"),
                                                literal(new Value.Int(random.nextInt(6)))));
                    };
                });
    }

    private static Part listsInAList() {
        return new Part(
                "lists",
                new Domain.Many(new Domain.Many(ANY_TEXT)),
                subsets(SetValue.EMPTY, set(text("a")), set(text("z"))),
                random -> {
                    var lists = context("lists");
                    return switch (random.nextInt(6)) {
                        case 0 -> contains(lists, set(text("a")));
                        case 1 -> contains(lists, SetValue.EMPTY);
                        case 2 -> equal(lists, set(set(text("a"))));
                        case 3 -> contains(set(set(set(text("a"))), SetValue.EMPTY), lists);
                        case 4 -> new Expression.Unary(UnaryOperator.IS_EMPTY, lists);
                        default ->
                                binary(
                                        BinaryOperator.CONTAINS_ALL,
                                        literal(set(set(text("a")), SetValue.EMPTY)),
                                        lists);
                    };
                });
    }

    private static Expression aboutAList(Random random) {
        var list = context("list");
        return switch (random.nextInt(8)) {
            case 0 -> contains(set(set(text("a")), set(text("b"))), list);
            case 1 -> contains(set(set(text("a"), text("b")), SetValue.EMPTY), list);
            case 2 -> equal(list, set(text("a")));
            case 3 -> contains(list, text(PRIVATE));
            case 4 ->
                    binary(
                            BinaryOperator.CONTAINS_ALL,
                            literal(set(text("a"), text(PRIVATE))),
                            list);
            case 5 -> binary(BinaryOperator.CONTAINS_ANY, literal(set(text("a"), text("b"))), list);
            case 6 -> binary(BinaryOperator.CONTAINS_ALL, list, literal(set(text("b"))));
            default -> new Expression.Unary(UnaryOperator.IS_EMPTY, list);
        };
    }

    private static Expression aboutAWord(Random random) {
        var word = context("word");
        return switch (random.nextInt(4)) {
            case 0 -> equal(word, text("EUR"));
            case 1 -> equal(text("USD"), word);
            case 2 -> contains(set(text("EUR"), text("USD")), word);
            default -> equal(word, text("XXX"));
        };
    }

    private static Expression aboutWords(Random random) {
        var words = context("words");
        return switch (random.nextInt(5)) {
            case 0 -> contains(words, text("pii"));
            case 1 -> contains(words, text("ppi"));
            case 2 ->
                    binary(
                            BinaryOperator.CONTAINS_ANY,
                            words,
                            literal(set(text("pii"), text("secret"))));
            case 3 -> equal(words, set(text("pii")));
            default -> contains(set(set(text("secret")), SetValue.EMPTY), words);
        };
    }

    private static Expression aboutADecimal(Random random) {
        var decimal = context("decimal");
        var constant = literal(Decimal.parse(random.nextBoolean() ? "1.0" : "1.0001"));
        return switch (random.nextInt(4)) {
            case 0 -> call(ExtensionFunction.LESS_THAN, decimal, constant);
            case 1 -> call(ExtensionFunction.GREATER_THAN_OR_EQUAL, decimal, constant);
            case 2 -> call(ExtensionFunction.LESS_THAN_OR_EQUAL, constant, decimal);
            default -> binary(BinaryOperator.EQUAL, decimal, constant);
        };
    }

    private static Expression aboutAnAddress(Random random) {
        var address = context("address");
        return switch (random.nextInt(6)) {
            case 0 -> call(ExtensionFunction.IS_IN_RANGE, address, ip("10.0.0.0/8"));
            case 1 -> call(ExtensionFunction.IS_IN_RANGE, address, ip("10.0.0.0/9"));
            case 2 -> binary(BinaryOperator.EQUAL, address, ip("10.0.0.1"));
            case 3 -> call(ExtensionFunction.IS_LOOPBACK, address);
            case 4 -> call(ExtensionFunction.IS_IPV6, address);
            default -> contains(SetValue.of(addresses("10.0.0.1", "9.9.9.9")), address);
        };
    }

    private static Expression aboutANumber(String name, Random random) {
        var orders =
                List.of(
                        BinaryOperator.LESS,
                        BinaryOperator.GREATER,
                        BinaryOperator.EQUAL,
                        BinaryOperator.NOT_EQUAL);
        return order(orders.get(random.nextInt(orders.size())), name, random.nextInt(6) - 1L);
    }

    private static Expression aboutAText(Random random) {
        var text = context("text");
        return switch (random.nextInt(4)) {
            case 0 -> equal(text, text(PRIVATE));
            case 1 -> equal(text("a"), text);
            case 2 -> contains(set(text("b"), text(PRIVATE)), text);
            default -> new Expression.Like(text, new Pattern(Arrays.asList("a", null)));
        };
    }

    private static Expression aboutTruths(Random random) {
        var truths = context("truths");
        return switch (random.nextInt(3)) {
            case 0 -> contains(truths, Value.Bool.of(random.nextBoolean()));
            case 1 -> equal(truths, set(Value.Bool.TRUE));
            default -> new Expression.Unary(UnaryOperator.IS_EMPTY, truths);
        };
    }

    private static Part part(String name) {
        return PARTS.stream().filter(part -> part.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<Value> numbers(long low, long high) {
        var numbers = new ArrayList<Value>();
        for (var number = low; number <= high; number++) {
            numbers.add(new Value.Int(number));
        }
        return numbers;
    }

    private static List<Value> addresses(String... texts) {
        return Arrays.stream(texts).<Value>map(IpAddress::parse).toList();
    }

    private static List<Value> subsets(Value... values) {
        var sets = new ArrayList<Value>();
        for (var bits = 0; bits < 1 << values.length; bits++) {
            var set = new ArrayList<Value>();
            for (var i = 0; i < values.length; i++) {
                if ((bits >> i & 1) == 1) {
                    set.add(values[i]);
                }
            }
            sets.add(SetValue.of(set));
        }
        return sets;
    }

    private static Policy policy(String id, Effect effect, Expression when) {
        return new Policy(
                id,
                effect,
                Map.of(),
                new Scope.Any(),
                new Scope.Any(),
                new Scope.Any(),
                List.of(new Policy.Condition(true, when)));
    }

    private static Expression context(String name) {
        return new Expression.Attribute(new Variable(Variable.Name.CONTEXT), name);
    }

    private static Expression field(String part, String name) {
        return new Expression.Attribute(context(part), name);
    }

    private static Expression order(BinaryOperator operator, String name, long number) {
        return binary(operator, context(name), literal(new Value.Int(number)));
    }

    private static Expression equal(Expression left, Value right) {
        return binary(BinaryOperator.EQUAL, left, literal(right));
    }

    private static Expression equal(Value left, Expression right) {
        return binary(BinaryOperator.EQUAL, literal(left), right);
    }

    private static Expression contains(Expression set, Value element) {
        return binary(BinaryOperator.CONTAINS, set, literal(element));
    }

    private static Expression contains(Value set, Expression element) {
        return binary(BinaryOperator.CONTAINS, literal(set), element);
    }

    private static Expression binary(BinaryOperator operator, Expression left, Expression right) {
        return new Expression.Binary(operator, left, right);
    }

    private static Expression not(Expression of) {
        return new Expression.Unary(UnaryOperator.NOT, of);
    }

    private static Expression call(ExtensionFunction function, Expression... arguments) {
        return new Expression.Call(function, List.of(arguments));
    }

    private static Expression literal(Value value) {
        return new Expression.Literal(value);
    }

    private static Expression ip(String text) {
        return literal(IpAddress.parse(text));
    }

    private static Value text(String text) {
        return new Value.Text(text);
    }

    private static SetValue set(Value... values) {
        return SetValue.of(values);
    }

    private static RecordValue record(Map<String, Value> fields) {
        return RecordValue.of(fields);
    }
}
