package dev.sluicegate.router.mcp;

import dev.sluicegate.router.identity.EffectiveIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of one {@code POST} to the MCP endpoint, from somebody who is known.
 *
 * @param callId minted for this request; every answer carries it
 * @param headers by lower-case name
 * @param body as received, decoded from the event
 */
public record McpRequest(
        String callId,
        EffectiveIdentity identity,
        Map<String, List<String>> headers,
        byte[] body,
        Instant receivedAt) {
    public McpRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * The value without white space around it, or null when there is no such header. A repeated header is
     * one value with a comma, which then agrees with nothing.
     */
    @Nullable String header(String name) {
        var values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? null : String.join(", ", values).strip();
    }

    @Override
    public String toString() {
        return "McpRequest[" + callId + "]"; // headers hold a token, the body arguments
    }
}
