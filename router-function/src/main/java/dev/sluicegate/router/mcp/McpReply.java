package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back over HTTP.
 *
 * @param body a JSON-RPC message, or null for an empty body
 * @param notifications about the request, which go before the body; then both are an event stream
 */
public record McpReply(
        int status,
        Map<String, String> headers,
        @Nullable ObjectNode body,
        List<ObjectNode> notifications) {
    public McpReply {
        headers = Map.copyOf(headers);
        notifications = List.copyOf(notifications);
    }

    McpReply(int status, Map<String, String> headers, @Nullable ObjectNode body) {
        this(status, headers, body, List.of());
    }

    static McpReply accepted() {
        return new McpReply(202, Map.of(), null);
    }

    @Override
    public String toString() {
        return "McpReply[" + status + "]"; // the body may hold a result
    }
}
