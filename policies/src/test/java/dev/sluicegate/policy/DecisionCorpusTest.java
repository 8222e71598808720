package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionCorpusTest {
    private static final String GOOD =
            """
            {"about": "a", "cases": [{"name": "n",
              "request": {"tool": "crm___get_customer", "input": {}, "quota": {"callsToday": 7}},
              "outcome": "deny", "policies": ["b", "a"]}]}
            """;

    @TempDir private Path folder = Path.of("");

    @Test
    void theCorpusOfTheRepositoryIsReadWhole() {
        assertThat(DecisionCorpus.read(Path.of("corpus"))).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void whatARequestLeavesOutIsAdas() throws IOException {
        Files.writeString(folder.resolve("a.json"), GOOD);

        var one = DecisionCorpus.read(folder).getFirst();

        assertThat(one.request().caller()).isEqualTo(Requests.ada());
        assertThat(one.request().quota().callsToday()).isEqualTo(7);
        assertThat(one.request().session().mfa()).isFalse();
        assertThat(one.policies()).containsExactly("a", "b");
        assertThat(one.place()).isEqualTo("a.json \"n\"");
    }

    @Test
    void aTypingErrorIsNeverTakenForADefault() throws IOException {
        for (var change :
                new String[][] {
                    {"callsToday", "callsTody"},
                    {"\"quota\"", "\"qouta\""},
                    {"\"deny\"", "\"denied\""},
                    {"\"policies\": [", "\"policy\": ["},
                    {"\"cases\"", "\"case\""},
                    {"{\"about\"", "\"about\""},
                    {"\"callsToday\": 7", "\"amountToday\": \"seven\""}
                }) {
            Files.writeString(folder.resolve("a.json"), GOOD.replace(change[0], change[1]));

            assertThatThrownBy(() -> DecisionCorpus.read(folder))
                    .as(change[1])
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("a.json");
        }
    }
}
