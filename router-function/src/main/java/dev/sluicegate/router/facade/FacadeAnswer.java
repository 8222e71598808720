package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back to a client or its person's browser.
 *
 * @param json the body, or null
 * @param html the body, where it is a page
 * @param refused a word of ours for what was refused, for the count; null when nothing was
 */
public record FacadeAnswer(
        int status,
        Map<String, String> headers,
        @Nullable JsonNode json,
        @Nullable String html,
        @Nullable String refused) {
    public FacadeAnswer {
        headers = Map.copyOf(headers);
    }

    static FacadeAnswer of(int status, JsonNode json) {
        return new FacadeAnswer(status, Map.of(), json, null, null);
    }

    FacadeAnswer because(String word) {
        return new FacadeAnswer(status, headers, json, html, word);
    }

    @Override
    public String toString() {
        return "FacadeAnswer[" + status + "]"; // a body may hold tokens, a Location a code
    }
}
