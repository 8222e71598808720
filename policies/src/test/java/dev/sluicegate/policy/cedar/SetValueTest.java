package dev.sluicegate.policy.cedar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Sets of values that somebody chose. */
class SetValueTest {
    /** As many elements as an argument may have. */
    private static final int MANY = 4_096;

    @Test
    void textsWithOneHashCodeCostNoMoreThanOthers() {
        var texts = colliding(12).stream().map(Value.Text::new).toArray(Value[]::new);
        var compared = new AtomicLong();

        var set =
                SetValue.ordered(
                        (a, b) -> {
                            compared.incrementAndGet();
                            return ValueOrder.INSTANCE.compare(a, b);
                        },
                        texts);
        for (var text : texts) {
            assertThat(set.contains(text)).isTrue();
        }

        assertThat(texts).hasSize(MANY);
        assertThat(new HashSet<>(List.of(texts)).stream().mapToInt(Object::hashCode).distinct())
                .hasSize(1);
        assertThat(set.size()).isEqualTo(MANY);
        assertThat(compared.get()).isLessThan(3 * 12 * MANY);
    }

    @Test
    void manyElementsAreKeptInOrderWhateverTheyAre() {
        var elements = new ArrayList<Value>();
        for (var text : colliding(12)) {
            elements.add(RecordValue.of(Map.of("a", SetValue.of(new Value.Text(text)))));
        }

        var set = SetValue.of(elements);

        assertThat(set.raw()).isSortedAccordingTo(ValueOrder.INSTANCE);
        assertThat(set.size()).isEqualTo(MANY);
    }

    @Test
    void theOrderIsTotalAndAgreesWithEquality() {
        var random = new Random(20_261_124);
        var values = new ArrayList<Value>();
        for (var i = 0; i < 120; i++) {
            values.add(value(random, 3));
        }

        for (var a : values) {
            for (var b : values) {
                var order = ValueOrder.INSTANCE.compare(a, b);
                assertThat(order == 0).as("%s %s", a, b).isEqualTo(a.equals(b));
                assertThat(Integer.signum(ValueOrder.INSTANCE.compare(b, a)))
                        .isEqualTo(-Integer.signum(order));
                for (var c : values) {
                    if (order <= 0 && ValueOrder.INSTANCE.compare(b, c) <= 0) {
                        assertThat(ValueOrder.INSTANCE.compare(a, c)).isLessThanOrEqualTo(0);
                    }
                }
            }
        }
    }

    @Test
    void aSetOfManyIsTheSameSetInAnyOrderAndWithRepetitions() {
        var random = new Random(20_261_124);
        for (var i = 0; i < 200; i++) {
            var values = new ArrayList<Value>();
            for (var j = 0; j < 1 + random.nextInt(20); j++) {
                values.add(value(random, 2));
            }
            var shuffled = new ArrayList<>(values);
            shuffled.add(values.getFirst());
            Collections.shuffle(shuffled, random);

            var set = SetValue.of(values);
            var other = SetValue.of(shuffled);

            assertThat(set).isEqualTo(other).hasSameHashCodeAs(other);
            assertThat(set.size()).isEqualTo(new HashSet<>(values).size());
            assertThat(set.containsAll(other)).isTrue();
            assertThat(set.elements()).containsExactlyInAnyOrderElementsOf(new HashSet<>(values));
            var more = value(random, 2);
            assertThat(set.contains(more)).isEqualTo(values.contains(more));
            shuffled.add(new Value.Text("only here"));
            assertThat(set).isNotEqualTo(SetValue.of(shuffled));
        }
    }

    private static Value value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 8 : 11)) {
            case 0 -> Value.Bool.of(random.nextBoolean());
            case 1, 2 -> new Value.Int(random.nextInt(5) - 2L);
            case 3 -> new Value.Text(List.of("", "a", "Aa", "BB").get(random.nextInt(4)));
            case 4 -> new EntityUid("T", List.of("a", "b").get(random.nextInt(2)));
            case 5 -> new Decimal(random.nextInt(3));
            case 6 ->
                    IpAddress.parse(
                            List.of("10.0.0.1", "10.0.0.1/8", "::1").get(random.nextInt(3)));
            case 7 ->
                    random.nextBoolean()
                            ? new DateTime(random.nextInt(2))
                            : new Duration(random.nextInt(2));
            case 8, 9 -> {
                var elements = new ArrayList<Value>();
                for (var i = random.nextInt(depth == 2 ? 12 : 4); i > 0; i--) {
                    elements.add(value(random, depth - 1));
                }
                yield SetValue.of(elements);
            }
            default ->
                    RecordValue.of(
                            random.nextBoolean()
                                    ? Map.of("a", value(random, depth - 1))
                                    : Map.of(
                                            "b",
                                            value(random, depth - 1),
                                            "a",
                                            value(random, depth - 1)));
        };
    }

    /** Two to the power of {@code pairs} texts of one {@link String#hashCode}. */
    private static List<String> colliding(int pairs) {
        var texts = List.of("");
        for (var i = 0; i < pairs; i++) {
            var longer = new ArrayList<String>();
            for (var text : texts) {
                longer.add(text + "Aa");
                longer.add(text + "BB");
            }
            texts = longer;
        }
        return texts;
    }
}
