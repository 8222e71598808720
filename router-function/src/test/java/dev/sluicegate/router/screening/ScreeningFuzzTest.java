package dev.sluicegate.router.screening;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;

/**
 * Whatever a tool returns: screening never throws, what passes is JSON, holds no planted secret, and
 * screened again stays as it is.
 */
class ScreeningFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Screening SCREENING =
            new Screening(Screened.DIGEST, Detectors.with(ContactData.REMOVE));
    private static final String TOKEN = Template.filled("ghp_{w36}");

    @FuzzTest(maxDuration = "3m")
    void whatPassesIsJsonWithoutSecretsAndAtRest(FuzzedDataProvider data) {
        var key = data.consumeString(40);
        var planted = data.consumeBoolean();
        var asJson = data.consumeBoolean();
        var before = data.consumeString(200);
        var after = data.consumeRemainingAsString();
        // a blank on both sides: what stands in one word with it may rightly be another thing
        var text = planted ? before + " " + TOKEN + " " + after : before + after;
        var result = asJson ? parsed(text) : null;
        if (result == null) {
            result = JsonNodeFactory.instance.objectNode().put(key, text);
        }

        var once = SCREENING.screenResult(Manifests.reading(), result, null, null);

        if (once instanceof ScreenedResult.Passed passed && passed.structured() != null) {
            var released = written(passed.structured());
            if (planted) {
                assertThat(released).doesNotContain(TOKEN);
            }
            var twice =
                    SCREENING.screenResult(
                            Manifests.reading(), passed.structured().deepCopy(), null, null);
            assertThat(twice)
                    .isInstanceOfSatisfying(
                            ScreenedResult.Passed.class,
                            again ->
                                    assertThat(String.valueOf(again.structured()))
                                            .isEqualTo(String.valueOf(passed.structured())));
            assertThat(StrictJson.read(released.getBytes(StandardCharsets.UTF_8))).isNotNull();
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJsonException | NotCanonicalException e) {
            return JsonNodeFactory.instance.textNode(text);
        }
    }

    private static String written(JsonNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a node that cannot be written", e);
        }
    }
}
