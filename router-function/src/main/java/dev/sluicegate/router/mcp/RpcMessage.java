package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** One JSON-RPC message of a client. */
sealed interface RpcMessage {
    /** Longer ids and methods are refused: both are echoed and recorded. */
    int MAX_NAME = 256;

    /**
     * @param id a string or an integer
     * @param params an empty object when there are none
     */
    record Request(JsonNode id, String method, ObjectNode params) implements RpcMessage {
        /** {@code params._meta}, or an empty object. */
        ObjectNode meta() {
            return params.path("_meta") instanceof ObjectNode meta
                    ? meta
                    : JsonNodeFactory.instance.objectNode();
        }
    }

    record Notification(String method) implements RpcMessage {}

    record Invalid(Problem problem) implements RpcMessage {}

    static RpcMessage of(JsonNode body) {
        if (body.isArray()) {
            return invalid("batches are not accepted, send one message at a time");
        }
        if (!body.isObject() || !"2.0".equals(body.path("jsonrpc").textValue())) {
            return invalid("not a JSON-RPC 2.0 message");
        }
        var method = body.path("method").textValue();
        if (method == null) {
            return invalid(
                    body.has("result") || body.has("error")
                            ? "a response is not accepted, nothing was asked"
                            : "`method` is not a string");
        }
        if (body.has("result") || body.has("error")) {
            return invalid("a request has no `result` and no `error`");
        }
        if (method.isEmpty() || method.length() > MAX_NAME) {
            return invalid("`method` is empty or too long");
        }
        var params = body.path("params");
        if (!params.isMissingNode() && !params.isObject()) {
            return invalid("`params` is not an object");
        }
        if (!body.has("id")) {
            return method.startsWith("notifications/")
                    ? new Notification(method)
                    : invalid("a request needs an `id`");
        }
        var id = body.path("id");
        if (!isId(id)) {
            return invalid("`id` is not a string or an integer");
        }
        return new Request(
                id,
                method,
                params instanceof ObjectNode object
                        ? object
                        : JsonNodeFactory.instance.objectNode());
    }

    /** Fit to be echoed and recorded: half a surrogate pair would be neither. */
    static boolean isId(JsonNode id) {
        return id.isIntegralNumber()
                || (id.isTextual()
                        && id.textValue().length() <= MAX_NAME
                        && id.textValue()
                                .codePoints()
                                .noneMatch(c -> Character.getType(c) == Character.SURROGATE));
    }

    private static RpcMessage invalid(String why) {
        return new Invalid(new Problem.NotARequest(why));
    }
}
