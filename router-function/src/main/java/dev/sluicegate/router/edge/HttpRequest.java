package dev.sluicegate.router.edge;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request, whatever event it came in.
 *
 * @param path without the stage
 * @param query names of the query's parameters, lower case; no call is controlled by a query's value
 * @param rawQuery the query, for the facade alone: a login is one of queries
 * @param headers by lower-case name
 * @param body as it stands in the event, still in base64 if {@code base64}
 */
record HttpRequest(
        String method,
        String path,
        Set<String> query,
        String rawQuery,
        Map<String, List<String>> headers,
        String body,
        boolean base64,
        @Nullable String sourceIp) {
    HttpRequest {
        query = Set.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /** All values of a header in one text, or null when there is no such header. */
    @Nullable String header(String name) {
        var values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? null : String.join(", ", values).strip();
    }

    @Override
    public String toString() {
        return "HttpRequest["
                + method
                + " "
                + path
                + "]"; // headers hold a token, the body arguments
    }
}
