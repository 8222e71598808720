package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.identity.Challenge;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one place that knows error codes and their HTTP statuses.
 *
 * <p>{@code -32020} to {@code -32022} are the protocol's own; {@code -32001} is what clients of the
 * legacy eras know for a lost session and is never sent to others. Where HTTP already says it all, the
 * code repeats the status, which is outside the range that JSON-RPC reserves.
 */
public final class JsonRpcErrors {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final int PARSE_ERROR = -32700;
    private static final int INVALID_REQUEST = -32600;
    private static final int METHOD_NOT_FOUND = -32601;
    private static final int INVALID_PARAMS = -32602;
    private static final int INTERNAL_ERROR = -32603;
    private static final int HEADER_MISMATCH = -32020;
    private static final int UNSUPPORTED_VERSION = -32022;
    private static final int SESSION_NOT_FOUND = -32001;

    /** An issuer whose keys could not be had is not asked again sooner. */
    private static final int RETRY_SECONDS = 5;

    private JsonRpcErrors() {}

    private record Form(int status, int code, String message) {}

    /**
     * The answer to a request that could not be attributed to an id or an era.
     *
     * @param callId in {@code error.data}
     */
    public static McpReply reply(Problem problem, String callId) {
        return reply(problem, null, ProtocolVersion.V2026_07_28, callId);
    }

    static McpReply reply(
            Problem problem, @Nullable JsonNode id, ProtocolVersion version, String callId) {
        var data = JSON.objectNode();
        data.put(Product.META_CALL_ID, callId);
        data.putObject("_meta").put(Product.META_CALL_ID, callId);
        Map<String, String> headers = Map.of();
        var form =
                switch (problem) {
                    case Problem.NotJson _ ->
                            new Form(400, PARSE_ERROR, "the body is not JSON in UTF-8");
                    case Problem.NotARequest(var why) -> new Form(400, INVALID_REQUEST, why);
                    case Problem.UnreadableBody(var path, var rule) -> {
                        data.put("path", path);
                        yield new Form(400, INVALID_PARAMS, at(path, rule));
                    }
                    case Problem.UnknownMethod(var method) ->
                            new Form(
                                    version.modern() ? 404 : 200,
                                    METHOD_NOT_FOUND,
                                    "unknown method " + quoted(method));
                    case Problem.HeaderMismatch(var why) -> new Form(400, HEADER_MISMATCH, why);
                    case Problem.UnsupportedVersion(var requested) -> {
                        var supported = data.putArray("supported");
                        ProtocolVersion.all().forEach(supported::add);
                        data.put("requested", printable(requested));
                        yield new Form(
                                400,
                                UNSUPPORTED_VERSION,
                                "unsupported protocol version " + quoted(requested));
                    }
                    case Problem.MissingMeta(var path) -> {
                        data.put("path", path);
                        yield new Form(400, INVALID_PARAMS, at(path, "is required"));
                    }
                    case Problem.MalformedParams(var inParams, var rule) -> {
                        // from the body's root, as every path here
                        var path = "/params" + inParams;
                        data.put("path", path);
                        yield new Form(200, INVALID_PARAMS, at(path, rule));
                    }
                    case Problem.UnknownTool(var name) ->
                            new Form(200, INVALID_PARAMS, "unknown tool " + quoted(name));
                    case Problem.UnknownSession _ ->
                            new Form(404, SESSION_NOT_FOUND, "unknown session, initialize again");
                    case Problem.NoToken(var challenge) -> {
                        headers = challenge(challenge, data);
                        yield new Form(401, 401, "an access token is needed");
                    }
                    case Problem.RefusedToken(var challenge, var reason) -> {
                        headers = challenge(challenge, data);
                        data.put("reason", reason.word());
                        yield new Form(401, 401, "the access token is refused: " + reason.why());
                    }
                    case Problem.AmbiguousToken(var challenge, var why) -> {
                        headers = challenge(challenge, data);
                        yield new Form(400, INVALID_REQUEST, why);
                    }
                    case Problem.InsufficientScope(var challenge) -> {
                        headers = challenge(challenge, data);
                        yield new Form(
                                403,
                                403,
                                "the access token lacks a scope, needed are `"
                                        + String.join(" ", challenge.scopes())
                                        + "`");
                    }
                    case Problem.StepUpRequired(var challenge, var refused) -> {
                        headers = challenge(challenge, data);
                        data.put("code", refused.code().word());
                        var reasons = data.putArray("reasons");
                        refused.reasons().forEach(reasons::add);
                        ((ObjectNode) data.path("_meta"))
                                .put(Product.META_CHAIN, refused.chainId());
                        yield new Form(401, 401, sentence(refused));
                    }
                    case Problem.ForbiddenOrigin _ ->
                            new Form(
                                    403,
                                    INVALID_REQUEST,
                                    "origin is not allowed: call from a program, not from a web page");
                    case Problem.ForbiddenHost _ ->
                            new Form(
                                    403,
                                    INVALID_REQUEST,
                                    "host is not allowed, use `127.0.0.1` or `localhost`");
                    case Problem.IdentityUnavailable _ -> {
                        headers = Map.of("Retry-After", String.valueOf(RETRY_SECONDS));
                        yield new Form(
                                503,
                                INTERNAL_ERROR,
                                "identity cannot be verified right now, try again in "
                                        + RETRY_SECONDS
                                        + " s");
                    }
                    case Problem.Internal _ -> new Form(500, INTERNAL_ERROR, "internal error");
                };
        return new McpReply(form.status(), headers, message(form, id, data));
    }

    private static ObjectNode message(Form form, @Nullable JsonNode id, ObjectNode data) {
        var message = JSON.objectNode();
        message.put("jsonrpc", "2.0");
        if (id != null) {
            message.set("id", id);
        }
        var error = message.putObject("error");
        error.put("code", form.code());
        error.put("message", form.message());
        error.set("data", data);
        return message;
    }

    private static Map<String, String> challenge(Challenge challenge, ObjectNode data) {
        data.put("challenge", challenge.header());
        if (challenge.error() != null) {
            data.put("error", challenge.error());
        }
        data.put("scope", String.join(" ", challenge.scopes()));
        var stepUp = challenge.stepUp();
        if (stepUp != null) {
            data.put("acr_values", String.join(" ", stepUp.contexts()));
            if (stepUp.maxAgeSeconds() != null) {
                data.put("max_age", stepUp.maxAgeSeconds());
            }
        }
        return Map.of("WWW-Authenticate", challenge.header());
    }

    private static String sentence(Outcome.Refused refused) {
        return refused.reasons().isEmpty()
                ? refused.message()
                : refused.message() + ". reasons: " + String.join("; ", refused.reasons());
    }

    private static String at(String path, String rule) {
        return (path.isEmpty() ? "the body" : quoted(path)) + " " + rule;
    }

    private static String quoted(String text) {
        return "`" + printable(text) + "`";
    }

    /** What a client wrote, fit for a record and a terminal: no control characters, no halves of pairs. */
    static String printable(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints()
                .map(c ->
                        switch (Character.getType(c)) {
                            case Character.CONTROL, Character.FORMAT, Character.SURROGATE -> '?';
                            default -> c;
                        })
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    /**
     * A word of ours for why somebody who is known is refused, for the record; null when the refusal is
     * recorded elsewhere, as that of a call or of nobody.
     */
    static @Nullable String refused(Problem problem) {
        return switch (problem) {
            case Problem.NotJson _ -> "not_json";
            case Problem.NotARequest _ -> "not_a_request";
            case Problem.UnreadableBody _ -> "unreadable_body";
            case Problem.HeaderMismatch _ -> "header_mismatch";
            case Problem.MissingMeta _ -> "missing_meta";
            case Problem.MalformedParams _ -> "malformed_params";
            case Problem.UnknownSession _ -> "unknown_session";
            case Problem.UnknownTool _ -> "unknown_tool";
            case Problem.UnknownMethod _ -> "unknown_method";
            case Problem.UnsupportedVersion _ -> "unsupported_version";
            case Problem.NoToken _,
                    Problem.RefusedToken _,
                    Problem.AmbiguousToken _,
                    Problem.ForbiddenOrigin _,
                    Problem.ForbiddenHost _,
                    Problem.IdentityUnavailable _,
                    Problem.InsufficientScope _,
                    Problem.StepUpRequired _,
                    Problem.Internal _ ->
                    null;
        };
    }
}
