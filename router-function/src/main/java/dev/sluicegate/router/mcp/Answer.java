package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** What a method gives back. */
sealed interface Answer {
    /**
     * @param headers of the HTTP response, beside those that every response has
     * @param notifications that go before it
     */
    record Result(ObjectNode result, Map<String, String> headers, List<ObjectNode> notifications)
            implements Answer {
        public Result {
            headers = Map.copyOf(headers);
            notifications = List.copyOf(notifications);
        }

        Result(ObjectNode result) {
            this(result, Map.of(), List.of());
        }
    }

    /** {@code {}} and nothing else: what the legacy eras say that a ping is answered with. */
    record Empty() implements Answer {}

    record No(Problem problem) implements Answer {}
}
