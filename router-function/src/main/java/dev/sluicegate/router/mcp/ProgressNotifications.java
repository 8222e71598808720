package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.router.enforcement.Outcome;
import java.util.List;
import java.util.Locale;

/**
 * What a tool reported on its way, for a caller that asked with a {@code progressToken}. They leave with
 * the result, as one event stream: a function answers once, and nothing of a call leaves before its
 * outcome is recorded.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28/basic/utilities/progress">Progress</a>
 */
final class ProgressNotifications {
    private static final String TOKEN = "progressToken";
    private static final String EVENT_STREAM = "text/event-stream";

    private ProgressNotifications() {}

    /** Empty unless the caller asked, takes event streams, and the tool has something to tell. */
    static List<ObjectNode> of(Outcome outcome, McpRequest http, ObjectNode meta) {
        var token = meta.path(TOKEN);
        var accept = http.header("Accept");
        if (!(outcome instanceof Outcome.Released(var released))
                || !RpcMessage.isId(token)
                || accept == null
                || !accept.toLowerCase(Locale.ROOT).contains(EVENT_STREAM)) {
            return List.of();
        }
        return released.result().progress().stream()
                .map(step -> {
                    var message = JsonNodeFactory.instance.objectNode();
                    message.put("jsonrpc", "2.0");
                    message.put("method", "notifications/progress");
                    var params = message.putObject("params");
                    params.set(TOKEN, token);
                    params.put("progress", step.done());
                    params.put("total", step.total());
                    return message;
                })
                .toList();
    }
}
