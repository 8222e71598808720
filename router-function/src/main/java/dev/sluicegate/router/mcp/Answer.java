package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What a method gives back. */
sealed interface Answer {
    /**
     * @param headers of the HTTP response, beside those that every response has
     */
    record Result(ObjectNode result, Map<String, String> headers) implements Answer {
        Result(ObjectNode result) {
            this(result, Map.of());
        }
    }

    record No(Problem problem) implements Answer {}
}
