package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.record.KeyedDigest;
import java.util.List;

/** What screening says about one text in a result. */
final class Screened {
    static final KeyedDigest DIGEST = KeyedDigest.ofSecret("test");

    private static final Screening SCREENING = new Screening(DIGEST);

    private Screened() {}

    static List<String> typesIn(String text) {
        return types(SCREENING, text("t", text));
    }

    static List<String> typesUnder(String key, String value) {
        return types(SCREENING, text(key, value));
    }

    static List<String> types(Screening screening, JsonNode result) {
        return screening.screenResult(Manifests.reading(), result, null, null).findings().stream()
                .map(Finding::type)
                .toList();
    }

    /** The text as it may leave. */
    static String released(Screening screening, String text) {
        return released(screening, text("t", text)).path("t").asText();
    }

    static String releasedUnder(String key, String value) {
        return released(SCREENING, text(key, value)).path(key).asText();
    }

    static String released(String text) {
        return released(SCREENING, text);
    }

    static JsonNode released(Screening screening, JsonNode result) {
        var screened = screening.screenResult(Manifests.reading(), result, null, null);
        var structured = ((ScreenedResult.Passed) screened).structured();
        return structured == null ? JsonNodeFactory.instance.missingNode() : structured;
    }

    static JsonNode text(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value);
    }
}
