package dev.sluicegate.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.contract.ToolOutcome.Progress;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolOutcomeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void absentProgressIsNone() throws Exception {
        var outcome = JSON.readValue("{\"status\":\"OK\"}", ToolOutcome.class);

        assertThat(outcome.progress()).isEmpty();
    }

    @Test
    void noProgressIsNotWritten() throws Exception {
        var outcome = new ToolOutcome(ToolOutcome.Status.OK, null, null, null, null);

        assertThat(JSON.writeValueAsString(outcome)).isEqualTo("{\"status\":\"OK\"}");
    }

    @Test
    void progressSurvivesTheWayToTheRouter() throws Exception {
        var outcome = progressed(new Progress(1, 3), new Progress(3, 3));

        var read = JSON.readValue(JSON.writeValueAsString(outcome), ToolOutcome.class);

        assertThat(read).isEqualTo(outcome);
    }

    /** A tool is not trusted to have used the kit. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"done\":2,\"total\":1}",
                "{\"done\":-1,\"total\":1}",
                "{\"done\":1,\"total\":2},{\"done\":1,\"total\":2}",
                "{\"done\":1,\"total\":2,\"message\":\"a text would be unscreened\"}"
            })
    void progressThatIsNoneIsRefused(String steps) {
        var json = "{\"status\":\"OK\",\"progress\":[" + steps + "]}";

        assertThatThrownBy(() -> JSON.readValue(json, ToolOutcome.class))
                .isInstanceOf(com.fasterxml.jackson.databind.JsonMappingException.class);
    }

    @Test
    void oneStepMoreThanTheLimitIsRefused() {
        var most = ToolOutcome.MAX_PROGRESS;

        assertThat(progressed(steps(most)).progress()).hasSize(most);
        assertThatThrownBy(() -> progressed(steps(most + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Progress[] steps(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(done -> new Progress(done, count))
                .toArray(Progress[]::new);
    }

    private static ToolOutcome progressed(Progress... steps) {
        return new ToolOutcome(ToolOutcome.Status.OK, null, null, null, null, List.of(steps));
    }
}
