package dev.sluicegate.router.chain;

import static dev.sluicegate.router.chain.ChainFixtures.manifest;
import static dev.sluicegate.router.chain.ChainFixtures.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the paths in a manifest take out of the arguments: bound tags and the amount of the quota. */
class ArgumentsOfAManifestTest {
    @Test
    void boundArgumentsBecomeTags() {
        var bind = ",\"bind\":{\"customer\":\"$.customer_id\",\"order\":\"$.order\"}";

        var bound =
                BoundTags.of(manifest(bind), object("{\"customer_id\":\"C-1001\",\"order\":17}"));

        assertThat(bound)
                .isEqualTo(new BoundTags.Bound(Map.of("customer", "C-1001", "order", "17")));
    }

    @Test
    void aManifestWithoutBindingsBindsNothing() {
        assertThat(BoundTags.of(manifest(""), object("{\"a\":1}")))
                .isEqualTo(new BoundTags.Bound(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"customer_id\":null}",
                "{\"customer_id\":\"\"}",
                "{\"customer_id\":true}",
                "{\"customer_id\":1.5}",
                "{\"customer_id\":[\"C-1\"]}",
                "{\"customer_id\":{\"a\":\"C-1\"}}",
                "{\"customer_id\":\"C*1\"}",
                "{\"customer_id\":\"C-1\\n\"}",
                "{\"customer_id\":\"Ç-1\"}",
                "{\"customer_id\":\"${aws:x}\"}"
            })
    void whatCannotBeATagIsRefused(String arguments) {
        var bind = ",\"bind\":{\"customer\":\"$.customer_id\"}";

        assertThat(BoundTags.of(manifest(bind), object(arguments)))
                .isEqualTo(new BoundTags.Unbindable("/customer_id"));
    }

    @Test
    void aTagHas256CharactersAtMost() {
        var bind = ",\"bind\":{\"c\":\"$.order\"}";

        assertThat(BoundTags.of(manifest(bind), object("{\"order\":\"" + "x".repeat(256) + "\"}")))
                .isInstanceOf(BoundTags.Bound.class);
        assertThat(BoundTags.of(manifest(bind), object("{\"order\":\"" + "x".repeat(257) + "\"}")))
                .isInstanceOf(BoundTags.Unbindable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "$", "$.", "a", "$.a.", "$..a", "$.a[0]", "$['a']", "/a", "$.a b"})
    void whatIsNoPathIsAnError(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> ArgumentPath.of(path));
    }

    @ParameterizedTest
    @CsvSource({
        "50, 50",
        "49.99, 49.99",
        "0, 0",
        "-5, 5",
        "1e3, 1000",
        "0.0000001, 0.000001",
        "1e300, 1000000000000000",
        "-1e300, 1000000000000000",
        "999999999999999, 999999999999999"
    })
    void theAmountIsWhatMoves(String argument, String amount) {
        assertThat(amount(",\"quota\":{\"sum\":\"$.amount\"}", "{\"amount\":" + argument + "}"))
                .isEqualByComparingTo(amount);
    }

    @Test
    void aPathMayGoDeeperThanOneName() {
        var path = ArgumentPath.of("$.a.b");

        assertThat(path.in(object("{\"a\":{\"b\":7}}")).asInt()).isEqualTo(7);
        assertThat(path.in(object("{\"a\":7}")).isMissingNode()).isTrue();
        assertThat(path.pointer()).isEqualTo("/a/b");
    }

    @Test
    void withoutAQuotaOrAnArgumentTheAmountIsZero() {
        assertThat(amount("", "{\"amount\":50}")).isZero();
        assertThat(amount(",\"quota\":{\"sum\":\"$.amount\"}", "{}")).isZero();
        assertThat(amount(",\"quota\":{\"sum\":\"$.amount\"}", "{\"amount\":null}")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"50\"", "[50]", "{}", "true"})
    void anAmountThatIsNoNumberIsNotTakenForNothing(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        amount(
                                ",\"quota\":{\"sum\":\"$.amount\"}",
                                "{\"amount\":" + argument + "}"));
    }

    private static BigDecimal amount(String quota, String arguments) {
        return QuotaAmount.of(manifest(quota), object(arguments));
    }
}
