package dev.sluicegate.router.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP response before it is put into the shape of its event.
 *
 * @param body JSON, or null for none
 * @param before messages that go before the body; if there are any, all are events of one stream
 * @param html the body instead, where it is a page
 */
record HttpResponse(
        int status,
        Map<String, String> headers,
        @Nullable JsonNode body,
        List<ObjectNode> before,
        @Nullable String html) {
    HttpResponse {
        headers = Map.copyOf(headers);
        before = List.copyOf(before);
    }

    HttpResponse(int status, Map<String, String> headers, @Nullable JsonNode body) {
        this(status, headers, body, List.of(), null);
    }

    HttpResponse(
            int status,
            Map<String, String> headers,
            @Nullable JsonNode body,
            List<ObjectNode> before) {
        this(status, headers, body, before, null);
    }
}
