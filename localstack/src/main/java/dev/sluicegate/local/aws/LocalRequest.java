package dev.sluicegate.local.aws;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came over HTTP.
 *
 * @param path raw, still percent-encoded
 * @param query raw, without {@code ?}, or null
 * @param headers names in lower case
 */
public record LocalRequest(
        String method,
        String path,
        @Nullable String query,
        Map<String, List<String>> headers,
        byte[] body) {

    /** First value of a header, or null. */
    public @Nullable String header(String name) {
        var values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }
}
