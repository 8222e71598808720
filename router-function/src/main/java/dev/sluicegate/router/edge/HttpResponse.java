package dev.sluicegate.router.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP response before it is put into the shape of its event.
 *
 * @param body JSON, or null for none
 */
record HttpResponse(int status, Map<String, String> headers, @Nullable JsonNode body) {
    HttpResponse {
        headers = Map.copyOf(headers);
    }
}
