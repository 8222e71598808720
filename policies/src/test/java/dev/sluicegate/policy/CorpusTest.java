package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs {@code policies/corpus/*.json}: request to outcome and policy ids. */
class CorpusTest {
    private static final Path CORPUS = Path.of("corpus");

    @TestFactory
    Stream<DynamicTest> everyCaseOfTheCorpusComesOutAsWritten() {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(Sources.all(), Tools.all(), 1), Gateway.PLAIN);

        return cases().stream().map(c -> test(engine, c));
    }

    @TestFactory
    Stream<DynamicTest> theBaselineAloneDecidesTheShippedToolsAlike() {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(PolicySources.baseline(), Tools.shipped(), 1),
                        Gateway.PLAIN);

        return cases().stream()
                .filter(c -> Tools.SHIPPED.contains(c.request().tool()))
                .map(c -> test(engine, c));
    }

    private static DynamicTest test(PolicyEngine engine, DecisionCorpus.Case expected) {
        return DynamicTest.dynamicTest(
                expected.name(),
                () -> {
                    var decision = engine.decide(expected.request());

                    assertThat(decision.word()).isEqualTo(expected.outcome());
                    assertThat(decision.basis().policies()).isEqualTo(expected.policies());
                    assertThat(decision.basis().errors()).isEmpty();
                });
    }

    private static List<DecisionCorpus.Case> cases() {
        var cases = DecisionCorpus.read(CORPUS);
        assertThat(cases).hasSizeGreaterThanOrEqualTo(15);
        return cases;
    }
}
