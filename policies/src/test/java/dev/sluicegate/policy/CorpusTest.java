package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs {@code policies/corpus/*.json}: request to outcome and policy ids. */
class CorpusTest {
    private static final Path CORPUS = Path.of("corpus");

    @TestFactory
    Stream<DynamicTest> everyCaseOfTheCorpusComesOutAsWritten() throws IOException {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(Sources.all(), Tools.all(), 1), Gateway.PLAIN);

        return cases().stream().map(c -> test(engine, c));
    }

    @TestFactory
    Stream<DynamicTest> theBaselineAloneDecidesTheShippedToolsAlike() throws IOException {
        var engine =
                new PolicyEngine(
                        PolicyCompiler.compile(PolicySources.baseline(), Tools.shipped(), 1),
                        Gateway.PLAIN);

        return cases().stream()
                .filter(c -> Tools.SHIPPED.contains(c.at("/request/tool").asText()))
                .map(c -> test(engine, c));
    }

    private static DynamicTest test(PolicyEngine engine, JsonNode expected) {
        return DynamicTest.dynamicTest(
                expected.path("name").asText(),
                () -> {
                    var decision =
                            engine.decide(Requests.of((ObjectNode) expected.path("request")));

                    assertThat(decision.word()).isEqualTo(expected.path("outcome").asText());
                    assertThat(decision.basis().policies()).isEqualTo(policies(expected));
                    assertThat(decision.basis().errors()).isEmpty();
                });
    }

    private static List<String> policies(JsonNode expected) {
        var ids = new ArrayList<String>();
        expected.path("policies").forEach(id -> ids.add(id.asText()));
        return ids;
    }

    private static List<JsonNode> cases() throws IOException {
        var cases = new ArrayList<JsonNode>();
        try (var files = Files.list(CORPUS)) {
            for (var file : files.sorted().toList()) {
                new JsonMapper().readTree(file.toFile()).path("cases").forEach(cases::add);
            }
        }
        assertThat(cases).hasSizeGreaterThanOrEqualTo(15);
        return cases;
    }
}
