package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes back over HTTP.
 *
 * @param body a JSON-RPC message, or null for an empty body
 */
public record McpReply(int status, Map<String, String> headers, @Nullable ObjectNode body) {
    public McpReply {
        headers = Map.copyOf(headers);
    }

    static McpReply accepted() {
        return new McpReply(202, Map.of(), null);
    }

    @Override
    public String toString() {
        return "McpReply[" + status + "]"; // the body may hold a result
    }
}
