package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The fifteen scenarios that the policies were designed by are cases of the corpus, each there once, about
 * what its name says and with its outcome. {@link CorpusTest} runs them.
 */
class FifteenScenariosTest {
    private static final int SCENARIOS = 15;

    private static final String INDEX =
            """
             1 | customers.json | read a customer                              | permit                     | /input/fields/1    | email
             2 | customers.json | read its card number                         | deny                       | /input/fields/1    | card_number
             3 | customers.json | read over the quota of the day               | deny                       | /quota/callsToday  | 200
             4 | refunds.json   | refund 50                                    | permit                     | /input/amount      | 50
             5 | refunds.json   | refund 900                                   | needs_approval             | /input/amount      | 900
             6 | refunds.json   | refund 90000                                 | deny                       | /input/amount      | 90000
             7 | refunds.json   | refund a negative amount                     | deny                       | /input/amount      | -5
             8 | refunds.json   | the eleventh 50 of a day                     | needs_approval             | /quota/amountToday | 550
             9 | refunds.json   | refund 900 on a Sunday                       | deny                       | /session/dow       | 7
            10 | runbooks.json  | run a runbook in dev                         | permit                     | /tool              | ops___run_runbook
            11 | runbooks.json  | run a runbook in prod                        | needs_step_up_and_approval | /env               | prod
            12 | mail.json      | mail outside after personal data             | deny                       | /chain/labels/0    | pii
            12 | mail.json      | mail outside in cc after personal data       | deny                       | /chain/labels/0    | pii
            12 | mail.json      | mail outside in bcc after personal data      | deny                       | /chain/labels/0    | pii
            13 | mail.json      | mail to the own domain after personal data   | permit                     | /chain/labels/0    | pii
            14 | mail.json      | mail after an untrusted page                 | needs_approval             | /chain/untrusted   | true
            15 | customers.json | export customers                             | deny                       | /tool              | crm___export_customers
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = INDEX)
    void everyScenarioIsACaseOfTheCorpus(
            int number, String file, String name, String outcome, String fact, String value)
            throws IOException {
        var cases = new ArrayList<JsonNode>();
        for (var one :
                JsonMapper.builder()
                        .build()
                        .readTree(Path.of("corpus").resolve(file).toFile())
                        .path("cases")) {
            if (one.path("name").asText().equals(name)) {
                cases.add(one);
            }
        }

        assertThat(cases).as("scenario %s", number).hasSize(1);
        assertThat(cases.getFirst().path("outcome").asText()).isEqualTo(outcome);
        assertThat(cases.getFirst().path("request").at(fact).asText()).isEqualTo(value);
    }

    @Test
    void noneOfTheFifteenIsMissing() {
        assertThat(
                        INDEX.lines()
                                .map(line ->
                                        Integer.parseInt(
                                                line.substring(0, line.indexOf('|')).strip()))
                                .distinct())
                .hasSize(SCENARIOS)
                .containsSequence(List.of(1, 2, 3))
                .contains(SCENARIOS);
    }

    /** A file that is not read would leave its cases out unnoticed. */
    @Test
    void everyFileOfTheCorpusIsOne() throws IOException {
        try (var files = Files.list(Path.of("corpus"))) {
            assertThat(files).allMatch(file -> file.toString().endsWith(".json"));
        }
    }
}
