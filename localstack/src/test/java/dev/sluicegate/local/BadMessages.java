package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.CANARY;
import static dev.sluicegate.local.BadInput.MAX_BODY;
import static dev.sluicegate.local.BadInput.MODERN;
import static dev.sluicegate.local.BadInput.counted;
import static dev.sluicegate.local.BadInput.list;
import static dev.sluicegate.local.BadInput.refusal;

import java.util.stream.Stream;

/** Bodies that are no request, or one for what is not there. */
final class BadMessages {
    private BadMessages() {}

    static Stream<BadRow> notARequest() {
        var parse = "the body is not JSON in UTF-8";
        return Stream.of(
                refusal("no body", list().body(""), 400, "-32700", parse, counted("not_json")),
                refusal(
                        "not JSON",
                        list().body("{" + CANARY),
                        400,
                        "-32700",
                        parse,
                        counted("not_json")),
                refusal(
                        "two values",
                        list().body("{} {}"),
                        400,
                        "-32700",
                        parse,
                        counted("not_json")),
                refusal(
                        "single quotes",
                        list().body("{'jsonrpc':'2.0'}"),
                        400,
                        "-32700",
                        parse,
                        counted("not_json")),
                refusal(
                        "a byte order mark",
                        list().body("\ufeff" + list().text()),
                        400,
                        "-32700",
                        parse,
                        counted("not_json")),
                refusal(
                        "a batch",
                        list().body("[" + list().text() + "]"),
                        400,
                        "-32600",
                        "batches are not accepted, send one message at a time",
                        counted("not_a_request")),
                refusal(
                        "an empty batch",
                        list().body("[]"),
                        400,
                        "-32600",
                        "batches are not accepted, send one message at a time",
                        counted("not_a_request")),
                refusal(
                        "a response",
                        list().body(
                                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"x\":\"canary-7f3a\"}}"),
                        400,
                        "-32600",
                        "a response is not accepted, nothing was asked",
                        counted("not_a_request")),
                refusal(
                        "a request with a result",
                        list().replace("\"id\":7", "\"id\":7,\"result\":{}"),
                        400,
                        "-32600",
                        "a request has no `result` and no `error`",
                        counted("not_a_request")),
                refusal(
                        "a notification with a list of params",
                        RawCall.modern("notifications/x", null, "")
                                .body(
                                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":[1]}"),
                        400,
                        "-32600",
                        "`params` is not an object",
                        counted("not_a_request")),
                refusal(
                        "an error response",
                        list().body(
                                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,\"message\":\"m\"}}"),
                        400,
                        "-32600",
                        "a response is not accepted, nothing was asked",
                        counted("not_a_request")),
                refusal(
                        "a number",
                        list().body("1"),
                        400,
                        "-32600",
                        "not a JSON-RPC 2.0 message",
                        counted("not_a_request")),
                refusal(
                        "another JSON-RPC",
                        list().replace("\"2.0\"", "\"1.0\""),
                        400,
                        "-32600",
                        "not a JSON-RPC 2.0 message",
                        counted("not_a_request")),
                refusal(
                        "no id",
                        list().replace("\"id\":7,", ""),
                        400,
                        "-32600",
                        "a request needs an `id`",
                        counted("not_a_request")),
                refusal(
                        "id null",
                        list().replace("\"id\":7", "\"id\":null"),
                        400,
                        "-32600",
                        "`id` is not a string or an integer",
                        counted("not_a_request")),
                refusal(
                        "a fraction for an id",
                        list().replace("\"id\":7", "\"id\":1.5"),
                        400,
                        "-32600",
                        "`id` is not a string or an integer",
                        counted("not_a_request")),
                refusal(
                        "a method that is no text",
                        list().replace("\"tools/list\"", "{}"),
                        400,
                        "-32600",
                        "`method` is not a string",
                        counted("not_a_request")),
                refusal(
                        "params that are a list",
                        list().body(
                                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":[]}"),
                        400,
                        "-32600",
                        "`params` is not an object",
                        counted("not_a_request")),
                refusal(
                        "a duplicate key",
                        list().replace("\"id\":7", "\"id\":7,\"id\":8"),
                        400,
                        "-32602",
                        "`/id` is a duplicate key",
                        counted("unreadable_body")),
                refusal(
                        "1 MiB and one byte",
                        list().padded(MAX_BODY + 1),
                        400,
                        "-32602",
                        "the body has more than 1048576 bytes",
                        counted("body_too_large")),
                refusal(
                        "10 MiB and one byte",
                        list().padded(10 * MAX_BODY + 1),
                        413,
                        "",
                        "Request Too Long",
                        new Leaves.Nothing("the front door answers, the router never sees it")));
    }

    static Stream<BadRow> methodsAndVersions() {
        return Stream.of(
                refusal(
                        "an unknown version",
                        list().with("MCP-Protocol-Version", "1999-01-01")
                                .replace(MODERN, "1999-01-01"),
                        400,
                        "-32022",
                        "unsupported protocol version `1999-01-01`",
                        counted("unsupported_version")),
                refusal(
                        "an unknown version in the header only",
                        list().with("MCP-Protocol-Version", "1999-01-01")
                                .replace(
                                        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",",
                                        ""),
                        400,
                        "-32022",
                        "unsupported protocol version `1999-01-01`",
                        counted("unsupported_version")),
                refusal(
                        "no version in the body",
                        list().replace(
                                        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",",
                                        ""),
                        400,
                        "-32602",
                        "`/params/_meta/io.modelcontextprotocol~1protocolVersion` is required",
                        counted("missing_meta")),
                refusal(
                        "no capabilities",
                        list().replace(",\"io.modelcontextprotocol/clientCapabilities\":{}", ""),
                        400,
                        "-32602",
                        "`/params/_meta/io.modelcontextprotocol~1clientCapabilities` is required",
                        counted("missing_meta")),
                refusal(
                        "an unknown method",
                        RawCall.modern("tools/lst", null, ""),
                        404,
                        "-32601",
                        "unknown method `tools/lst`",
                        counted("unknown_method")),
                refusal(
                        "a method of half a surrogate pair and a sign of a terminal",
                        list().replace("\"tools/list\"", "\"\\ud83d\\u001b\"")
                                .with("Mcp-Method", "=?base64?77+9Gw==?="),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        counted("header_mismatch")),
                refusal(
                        "the same in the legacy era",
                        RawCall.legacy("x", "").replace("\"x\"", "\"\\ud83d\\u001b\""),
                        200,
                        "-32601",
                        "unknown method `??`",
                        counted("unknown_method")),
                refusal(
                        "a tool of half a surrogate pair",
                        RawCall.legacy("tools/call", "\"name\":\"\\udc00\""),
                        200,
                        "-32602",
                        "unknown tool `?`",
                        counted("unknown_tool")),
                refusal(
                        "a method that is gone",
                        RawCall.modern("initialize", null, ""),
                        404,
                        "-32601",
                        "unknown method `initialize`",
                        counted("unknown_method")),
                refusal(
                        "an unknown method of the legacy era",
                        RawCall.legacy("tools/lst", ""),
                        200,
                        "-32601",
                        "unknown method `tools/lst`",
                        counted("unknown_method")),
                refusal(
                        "a session that is not ours",
                        RawCall.legacy("tools/list", "").with("Mcp-Session-Id", CANARY),
                        404,
                        "-32001",
                        "unknown session, initialize again",
                        counted("unknown_session")),
                refusal(
                        "an unknown tool",
                        RawCall.modern(
                                "tools/call",
                                "billing___refnd",
                                "\"name\":\"billing___refnd\",\"arguments\":{}"),
                        200,
                        "-32602",
                        "unknown tool `billing___refnd`",
                        counted("unknown_tool")),
                refusal(
                        "a tool without a name",
                        RawCall.modern("tools/call", "x", "\"arguments\":{}"),
                        200,
                        "-32602",
                        "`/params/name` is not a string",
                        counted("malformed_params")),
                refusal(
                        "a cursor of somebody else",
                        RawCall.modern("tools/list", null, "\"cursor\":\"!\""),
                        200,
                        "-32602",
                        "`/params/cursor` is not a cursor of ours",
                        counted("malformed_params")));
    }
}
