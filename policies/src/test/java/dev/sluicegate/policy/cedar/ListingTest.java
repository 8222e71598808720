package dev.sluicegate.policy.cedar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.policy.cedar.Expression.BinaryOperator;
import dev.sluicegate.policy.cedar.Expression.UnaryOperator;
import dev.sluicegate.policy.cedar.Expression.Variable;
import dev.sluicegate.policy.cedar.Policy.Effect;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What could be permitted, compared with trying everything. */
class ListingTest {
    private static final EntityUid SOMEONE = new EntityUid("User", "ada");
    private static final EntityUid ACTION = new EntityUid("Action", "go");
    private static final Request REQUEST =
            new Request(SOMEONE, ACTION, new EntityUid("Thing", "t"), RecordValue.EMPTY);
    private static final Entities NOBODY = uid -> null;
    private static final Expression CONTEXT = new Variable(Variable.Name.CONTEXT);

    private static final Domain.Fields DOMAIN =
            new Domain.Fields(
                    Map.of(
                            "a", new Domain.Field(new Domain.Truth(), true),
                            "b", new Domain.Field(new Domain.Truth(), false),
                            "x", new Domain.Field(Domain.Quantity.INTEGER, true),
                            "y", new Domain.Field(Domain.Quantity.INTEGER, false),
                            "s", new Domain.Field(new Domain.Words(java.util.Set.of()), true),
                            "t",
                                    new Domain.Field(
                                            new Domain.Many(new Domain.Words(java.util.Set.of())),
                                            true)));

    @Test
    void itIsListedIfAndOnlyIfSomeContextWouldBePermitted() {
        var random = new Random(20_261_124);
        var contexts = contexts();
        var listed = 0;
        var hidden = 0;
        for (var i = 0; i < 600; i++) {
            var set = policies(random);
            var policies = Policies.of(set);

            var possible = new Listing(policies, DOMAIN).mayPermit(REQUEST, NOBODY);

            assertThat(possible).as("%s: %s", i, set).isEqualTo(any(policies, contexts));
            listed += possible ? 1 : 0;
            hidden += possible ? 0 : 1;
        }
        assertThat(listed).isGreaterThan(100);
        assertThat(hidden).isGreaterThan(50);
    }

    @Test
    void contradictionsAcrossPoliciesAreSeen() {
        var above = binary(BinaryOperator.GREATER, context("x"), number(5));
        var below = binary(BinaryOperator.LESS, context("x"), number(3));

        assertThat(listed(policy("p", Effect.PERMIT, above))).isTrue();
        assertThat(
                        listed(
                                policy("p", Effect.PERMIT, above),
                                policy("f", Effect.FORBID, not(below))))
                .isFalse();
    }

    @Test
    void aPolicyThatAlwaysFailsHidesEverything() {
        assertThat(
                        listed(
                                policy("p", Effect.PERMIT, new Expression.Literal(Value.Bool.TRUE)),
                                policy("f", Effect.FORBID, context("nothing"))))
                .isFalse();
    }

    @Test
    void whatIsComputedWithIsListedInDoubt() {
        var sum = binary(BinaryOperator.ADD, context("x"), context("x"));
        // 2 x == 7 has no solution, but that is arithmetic
        var odd = policy("p", Effect.PERMIT, binary(BinaryOperator.EQUAL, sum, number(7)));

        assertThat(listed(odd)).isTrue();
    }

    @Test
    void oneAnswerIsKeptForAllWhoMeetTheSamePolicies() {
        var permit = policy("p", Effect.PERMIT, context("a"));
        var listing = new Listing(Policies.of(List.of(permit)), DOMAIN);

        assertThat(listing.mayPermit(REQUEST, NOBODY)).isTrue();
        assertThat(
                        listing.mayPermit(
                                new Request(
                                        new EntityUid("User", "ben"),
                                        ACTION,
                                        REQUEST.resource(),
                                        RecordValue.EMPTY),
                                NOBODY))
                .isTrue();

        assertThat(listing.kept()).isEqualTo(1);
    }

    @Test
    void aConditionAboutThePrincipalIsAskedForEachPrincipal() {
        var isAda =
                binary(
                        BinaryOperator.EQUAL,
                        new Variable(Variable.Name.PRINCIPAL),
                        new Expression.Literal(SOMEONE));
        var listing = new Listing(Policies.of(List.of(policy("p", Effect.PERMIT, isAda))), DOMAIN);
        var other =
                new Request(
                        new EntityUid("User", "ben"),
                        ACTION,
                        REQUEST.resource(),
                        RecordValue.EMPTY);

        assertThat(listing.mayPermit(REQUEST, NOBODY)).isTrue();
        assertThat(listing.mayPermit(other, NOBODY)).isFalse();
        assertThat(listing.kept()).isZero();
    }

    @Test
    void addressesAndDecimalsAreTriedAtTheEdges() {
        var domain =
                new Domain.Fields(
                        Map.of(
                                "ip", new Domain.Field(new Domain.Address(), true),
                                "n", new Domain.Field(Domain.Quantity.DECIMAL, true)));
        var inside = call(ExtensionFunction.IS_IN_RANGE, context("ip"), ip("10.0.0.0/8"));
        var outside = not(call(ExtensionFunction.IS_IN_RANGE, context("ip"), ip("10.0.0.0/9")));
        var upper = not(call(ExtensionFunction.IS_IN_RANGE, context("ip"), ip("10.128.0.0/9")));
        var more = call(ExtensionFunction.GREATER_THAN, context("n"), decimal("1.0"));
        var less = call(ExtensionFunction.LESS_THAN, context("n"), decimal("1.0002"));
        var other = binary(BinaryOperator.NOT_EQUAL, context("n"), decimal("1.0001"));

        assertThat(possible(domain, inside, outside)).isTrue();
        assertThat(possible(domain, inside, outside, upper)).isFalse();
        assertThat(possible(domain, more, less)).isTrue();
        assertThat(possible(domain, more, less, other)).isFalse();
    }

    @Test
    void aClosedListOfWordsHasNoOthers() {
        var domain =
                new Domain.Fields(
                        Map.of(
                                "w",
                                new Domain.Field(
                                        new Domain.Words(java.util.Set.of("EUR", "USD")), true)));
        var euro = binary(BinaryOperator.EQUAL, context("w"), text("EUR"));
        var dollar = binary(BinaryOperator.EQUAL, context("w"), text("USD"));
        var pound = binary(BinaryOperator.EQUAL, context("w"), text("GBP"));

        assertThat(possible(domain, not(euro))).isTrue();
        assertThat(possible(domain, not(euro), not(dollar))).isFalse();
        assertThat(possible(domain, pound)).isFalse();
    }

    private static boolean possible(Domain.Fields domain, Expression... conjuncts) {
        var all = Arrays.stream(conjuncts).reduce((a, b) -> binary(BinaryOperator.AND, a, b));
        return new Listing(
                        Policies.of(List.of(policy("p", Effect.PERMIT, all.orElseThrow()))), domain)
                .mayPermit(REQUEST, NOBODY);
    }

    private static boolean listed(Policy... policies) {
        return new Listing(Policies.of(List.of(policies)), DOMAIN).mayPermit(REQUEST, NOBODY);
    }

    private static boolean any(Policies policies, List<RecordValue> contexts) {
        for (var context : contexts) {
            var answer =
                    policies.authorize(
                            new Request(SOMEONE, ACTION, REQUEST.resource(), context), NOBODY);
            if (answer.allowed() && answer.failures().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Everything, on domains that hold all that the conditions below can tell apart. */
    private static List<RecordValue> contexts() {
        var contexts = new ArrayList<RecordValue>();
        var truths = Arrays.asList(Value.Bool.TRUE, Value.Bool.FALSE);
        var optionalTruths = Arrays.asList(null, Value.Bool.TRUE, Value.Bool.FALSE);
        for (var a : truths) {
            for (var b : optionalTruths) {
                for (var x = -2; x <= 4; x++) {
                    for (var y = -3; y <= 4; y++) {
                        for (var s : List.of("a", "b", "ab", "z")) {
                            for (var t : List.of("", "a", "b", "z", "ab", "az", "bz", "abz")) {
                                contexts.add(context(a, b, x, y == -3 ? null : y, s, t));
                            }
                        }
                    }
                }
            }
        }
        return contexts;
    }

    private static RecordValue context(
            Value a, @Nullable Value b, long x, @Nullable Integer y, String s, String t) {
        var record = new RecordValue.Builder(6).put("a", a).put("x", new Value.Int(x));
        if (b != null) {
            record.put("b", b);
        }
        if (y != null) {
            record.put("y", new Value.Int(y));
        }
        return record.put("s", new Value.Text(s))
                .put(
                        "t",
                        SetValue.of(
                                t.chars()
                                        .mapToObj(c -> new Value.Text(Character.toString(c)))
                                        .toList()))
                .build();
    }

    private static List<Policy> policies(Random random) {
        var policies = new ArrayList<Policy>();
        for (var i = 0; i <= random.nextInt(4); i++) {
            var effect = i == 0 || random.nextInt(3) == 0 ? Effect.PERMIT : Effect.FORBID;
            policies.add(policy("p" + i, effect, condition(random, 4)));
        }
        return policies;
    }

    private static Expression condition(Random random, int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return atom(random);
        }
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 ->
                    binary(
                            BinaryOperator.AND,
                            condition(random, depth - 1),
                            condition(random, depth - 1));
            case 4, 5 ->
                    binary(
                            BinaryOperator.OR,
                            condition(random, depth - 1),
                            condition(random, depth - 1));
            case 6 -> not(condition(random, depth - 1));
            default ->
                    new Expression.If(
                            condition(random, depth - 1),
                            condition(random, depth - 1),
                            condition(random, depth - 1));
        };
    }

    private static Expression atom(Random random) {
        var orders =
                List.of(
                        BinaryOperator.LESS,
                        BinaryOperator.LESS_OR_EQUAL,
                        BinaryOperator.GREATER,
                        BinaryOperator.GREATER_OR_EQUAL,
                        BinaryOperator.EQUAL,
                        BinaryOperator.NOT_EQUAL);
        var order = orders.get(random.nextInt(orders.size()));
        var word = text(List.of("a", "b").get(random.nextInt(2)));
        var words = new Expression.SetOf(List.of(word, text("a")));
        var hasY = new Expression.Has(CONTEXT, "y");
        return switch (random.nextInt(14)) {
            case 0 -> context("a");
            case 1 -> binary(BinaryOperator.AND, new Expression.Has(CONTEXT, "b"), context("b"));
            case 2, 3 -> binary(order, context("x"), number(random.nextInt(3)));
            case 4 -> binary(order, number(random.nextInt(3)), context("x"));
            case 5 -> binary(order, context("x"), context("y"));
            case 6 ->
                    binary(
                            BinaryOperator.AND,
                            hasY,
                            binary(order, context("y"), number(random.nextInt(3))));
            case 7 -> hasY;
            case 8 -> binary(BinaryOperator.EQUAL, context("s"), word);
            case 9 -> new Expression.Like(context("s"), new Pattern(Arrays.asList("a", null)));
            case 10 -> binary(BinaryOperator.CONTAINS, context("t"), word);
            case 11 -> binary(BinaryOperator.CONTAINS_ALL, words, context("t"));
            case 12 -> binary(BinaryOperator.CONTAINS_ANY, context("t"), words);
            default -> new Expression.Unary(UnaryOperator.IS_EMPTY, context("t"));
        };
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
        return new Expression.Attribute(CONTEXT, name);
    }

    private static Expression binary(BinaryOperator operator, Expression left, Expression right) {
        return new Expression.Binary(operator, left, right);
    }

    private static Expression not(Expression of) {
        return new Expression.Unary(UnaryOperator.NOT, of);
    }

    private static Expression call(ExtensionFunction function, Expression left, Expression right) {
        return new Expression.Call(function, List.of(left, right));
    }

    private static Expression number(long value) {
        return new Expression.Literal(new Value.Int(value));
    }

    private static Expression text(String value) {
        return new Expression.Literal(new Value.Text(value));
    }

    private static Expression decimal(String value) {
        return new Expression.Literal(Decimal.parse(value));
    }

    private static Expression ip(String value) {
        return new Expression.Literal(IpAddress.parse(value));
    }
}
