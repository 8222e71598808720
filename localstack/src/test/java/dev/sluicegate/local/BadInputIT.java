package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.hostile.Misbehave;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.record.Ulid;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What the gateway answers to whatever is wrong, and what record that leaves: status, code and the whole
 * message of each case, against the whole running stack, byte by byte on a socket.
 */
class BadInputIT {
    private static final String MODERN = "2026-07-28";
    private static final String TOOL = "test___misbehave";

    /** In every request, and in no record: what a stranger sends is not kept. */
    private static final String CANARY = "canary-7f3a";

    private static final int MAX_BODY = 1024 * 1024;
    private static final int MAX_ARGUMENTS = 256 * 1024;

    private static final Minutes CLOCK = new Minutes();

    @TempDir private static Path folder = Path.of("");

    private static LocalStack stack;
    private static ECKey issuerKey;
    private static final ECKey STRANGER = newKey();
    private static final Set<String> SEEN = new HashSet<>();

    @BeforeAll
    static void up() throws IOException, ParseException {
        var assembly =
                Assembly.in(folder.resolve("home"))
                        .withTool(TOOL, Misbehave.class, 2)
                        .withPolicy(
                                "misbehave",
                                """
                                @id("grant-misbehave")
                                @reason("Support may try what a broken tool does")
                                permit (principal in Mcp::Role::"support", action == Mcp::Action::"test___misbehave", resource);
                                """);
        var data = folder.resolve("data");
        stack =
                LocalStack.start(
                        new StackFactory.Options(
                                assembly.home(),
                                0,
                                0,
                                data,
                                false,
                                Optional.empty(),
                                "dev",
                                false,
                                CLOCK),
                        _ -> {});
        issuerKey =
                ECKey.parse(Files.readString(data.resolve("issuer").resolve("issuer-key.json")));
        send(list()); // opens the journal's writer
    }

    @AfterAll
    static void down() {
        stack.close();
    }

    /** What a request leaves in the journal. */
    sealed interface Leaves {
        /**
         * @param because of which nothing is recorded
         */
        record Nothing(String because) implements Leaves {}

        /** One aggregated record of requests of nobody, or of no request at all. */
        record Counted(String reason, boolean issuerIsKnown) implements Leaves {}

        /** A DENIED record of this call. */
        record Denied(String stage, String code, String reason) implements Leaves {}

        /** An INTENT and an OUTCOME of this call. */
        record Ran(String status, @Nullable String code) implements Leaves {}
    }

    /**
     * @param code of the JSON-RPC error, or of the refused or failed call, or empty where there is neither
     * @param message the whole of it
     */
    record Row(String name, Call call, int status, String code, String message, Leaves leaves) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource({
        "notARequest",
        "headersThatDisagree",
        "methodsAndVersions",
        "malformedArguments",
        "tokens",
        "places",
        "tools"
    })
    void isAnsweredExactly(Row row) throws IOException {
        settle();

        var reply = send(row.call());

        assertThat(reply.status()).isEqualTo(row.status());
        assertThat(code(reply)).isEqualTo(row.code());
        assertThat(message(reply)).isEqualTo(row.message());
        assertThat(reply.body()).doesNotContain("Exception", "dev.sluicegate.router");
        if (row.status() != 202 && !row.code().isEmpty()) {
            assertThat(reply.headers()).containsEntry("content-type", "application/json");
            assertThat(Ulid.isValid(callId(reply))).isTrue();
        }
        assertThat(news()).as("records").isEqualTo(expected(row.leaves(), callId(reply)));
    }

    /** Has everything recorded that was only counted, so that the next refusal is the first of its minute. */
    private static void settle() throws IOException {
        CLOCK.next();
        send(list().without("Authorization"));
        CLOCK.next();
        news();
    }

    private static List<String> expected(Leaves leaves, String callId) {
        return switch (leaves) {
            case Leaves.Nothing _ -> List.of();
            case Leaves.Counted(var reason, var known) ->
                    List.of(
                            "DENIED of nobody: "
                                    + reason
                                    + (known ? " issuer " + stack.issuer() : "")
                                    + " from 127.0.0.0/24");
            case Leaves.Denied(var stage, var code, var reason) ->
                    List.of("DENIED " + callId + " " + stage + " " + code + ": " + reason);
            case Leaves.Ran(var status, var code) ->
                    List.of("INTENT " + callId, "OUTCOME " + callId + " " + status + " " + code);
        };
    }

    static Stream<Row> notARequest() {
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
                        Call.modern("notifications/x", null, "")
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

    static Stream<Row> headersThatDisagree() {
        var mismatch = counted("header_mismatch");
        var call = misbehave("{\"how\":\"answers\",\"region\":\"eu\",\"count\":3}");
        return Stream.of(
                refusal(
                        "no version header",
                        list().without("MCP-Protocol-Version"),
                        400,
                        "-32020",
                        "header MCP-Protocol-Version is missing",
                        mismatch),
                refusal(
                        "another version in the header",
                        list().with("MCP-Protocol-Version", "2025-11-25"),
                        400,
                        "-32020",
                        "header MCP-Protocol-Version does not match the body",
                        mismatch),
                refusal(
                        "no method header",
                        list().without("Mcp-Method"),
                        400,
                        "-32020",
                        "header Mcp-Method is missing",
                        mismatch),
                refusal(
                        "another method in the header",
                        list().with("Mcp-Method", "tools/call"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "the method in another case",
                        list().with("Mcp-Method", "Tools/List"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "a notification with another method in the header",
                        list().replace("\"id\":7,", "")
                                .replace("tools/list", "notifications/x"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "the method header twice",
                        list().with("Mcp-Method", "tools/list\r\nMcp-Method: tools/list"),
                        400,
                        "-32020",
                        "header Mcp-Method does not match the body",
                        mismatch),
                refusal(
                        "no name header",
                        call.without("Mcp-Name"),
                        400,
                        "-32020",
                        "header Mcp-Name is missing",
                        mismatch),
                refusal(
                        "another tool in the header",
                        call.with("Mcp-Name", "crm___get_customer"),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "base64 of another tool",
                        call.with("Mcp-Name", sentinel("crm___get_customer")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "base64 without its padding",
                        call.with("Mcp-Name", sentinel(TOOL + "x").replace("=?=", "?=")),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 with a character of none",
                        call.with("Mcp-Name", "=?base64?dGVz!A==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 of the other alphabet",
                        call.with("Mcp-Name", "=?base64?____?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 with bits left over",
                        call.with("Mcp-Name", "=?base64?dGVzdB==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "base64 of no UTF-8",
                        call.with("Mcp-Name", "=?base64?/////w==?="),
                        400,
                        "-32020",
                        "header Mcp-Name is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "the marker in another case",
                        call.with("Mcp-Name", sentinel(TOOL).replace("base64", "BASE64")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "a marker without its end",
                        call.with("Mcp-Name", sentinel(TOOL).replace("?=", "")),
                        400,
                        "-32020",
                        "header Mcp-Name does not match the body",
                        mismatch),
                refusal(
                        "no header of a mirrored argument",
                        call.without("Mcp-Param-Region"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region is missing",
                        mismatch),
                refusal(
                        "another value of a mirrored argument",
                        call.with("Mcp-Param-Region", "us"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region does not match its argument",
                        mismatch),
                refusal(
                        "another number of a mirrored argument",
                        call.with("Mcp-Param-Count", "4"),
                        400,
                        "-32020",
                        "header Mcp-Param-Count does not match its argument",
                        mismatch),
                refusal(
                        "a mirrored argument in broken base64",
                        call.with("Mcp-Param-Region", "=?base64?ZXU?="),
                        400,
                        "-32020",
                        "header Mcp-Param-Region is not valid base64 of UTF-8",
                        mismatch),
                refusal(
                        "a header of an argument that is absent",
                        misbehave("{\"how\":\"answers\"}").with("Mcp-Param-Region", "eu"),
                        400,
                        "-32020",
                        "header Mcp-Param-Region has no argument",
                        mismatch),
                new Row(
                        "all of it in base64, and it agrees",
                        call.with("Mcp-Name", sentinel(TOOL))
                                .with("Mcp-Param-Region", sentinel("eu"))
                                .with("Mcp-Param-Count", "3.0"),
                        200,
                        "",
                        "",
                        new Leaves.Ran("ok", null)));
    }

    static Stream<Row> methodsAndVersions() {
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
                        Call.modern("tools/lst", null, ""),
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
                        Call.legacy("x", "").replace("\"x\"", "\"\\ud83d\\u001b\""),
                        200,
                        "-32601",
                        "unknown method `??`",
                        counted("unknown_method")),
                refusal(
                        "a tool of half a surrogate pair",
                        Call.legacy("tools/call", "\"name\":\"\\udc00\""),
                        200,
                        "-32602",
                        "unknown tool `?`",
                        counted("unknown_tool")),
                refusal(
                        "a method that is gone",
                        Call.modern("initialize", null, ""),
                        404,
                        "-32601",
                        "unknown method `initialize`",
                        counted("unknown_method")),
                refusal(
                        "an unknown method of the legacy era",
                        Call.legacy("tools/lst", ""),
                        200,
                        "-32601",
                        "unknown method `tools/lst`",
                        counted("unknown_method")),
                refusal(
                        "a session that is not ours",
                        Call.legacy("tools/list", "").with("Mcp-Session-Id", CANARY),
                        404,
                        "-32001",
                        "unknown session, initialize again",
                        counted("unknown_session")),
                refusal(
                        "an unknown tool",
                        Call.modern(
                                "tools/call",
                                "billing___refnd",
                                "\"name\":\"billing___refnd\",\"arguments\":{}"),
                        200,
                        "-32602",
                        "unknown tool `billing___refnd`",
                        counted("unknown_tool")),
                refusal(
                        "a tool without a name",
                        Call.modern("tools/call", "x", "\"arguments\":{}"),
                        200,
                        "-32602",
                        "`/params/name` is not a string",
                        counted("malformed_params")),
                refusal(
                        "a cursor of somebody else",
                        Call.modern("tools/list", null, "\"cursor\":\"!\""),
                        200,
                        "-32602",
                        "`/params/cursor` is not a cursor of ours",
                        counted("malformed_params")));
    }

    static Stream<Row> malformedArguments() {
        var malformed = counted("malformed_params");
        var deep = "[".repeat(64) + "]".repeat(64);
        var tooDeep = "[".repeat(90) + "]".repeat(90);
        var large = "x".repeat(MAX_ARGUMENTS - "{\"how\":\"answers\",\"any\":\"\"}".length() + 1);
        return Stream.of(
                refusal(
                        "absent arguments are empty ones",
                        Call.modern("tools/call", TOOL, "\"name\":\"" + TOOL + "\""),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` required property 'how' not found",
                        denied("mcp", "invalid_arguments", "arguments break `/required`")),
                refusal(
                        "arguments that are a list",
                        misbehave("[]"),
                        200,
                        "-32602",
                        "`/params/arguments` is not an object",
                        malformed),
                refusal(
                        "a wrong type",
                        misbehave("{\"how\":7}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` integer found, string expected",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/type`")),
                refusal(
                        "a wrong pattern",
                        misbehave("{\"how\":\"CANARY-7f3a\"}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` does not match the regex pattern ^[a-z-]{1,32}$",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/pattern`")),
                refusal(
                        "an argument that the tool does not have",
                        misbehave("{\"how\":\"answers\",\"canary-7f3a\":1}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/canary-7f3a` property 'canary-7f3a' is not defined in the schema and the schema does not allow additional properties",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/additionalProperties`")),
                refusal(
                        "a number that is too large for its rule",
                        misbehave("{\"how\":\"answers\",\"count\":10}"),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/count` must have a maximum value of 9",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/count/maximum`")),
                refusal(
                        "an integer that no double holds",
                        misbehave("{\"how\":\"answers\",\"any\":9007199254740993}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` is an integer beyond 2^53-1",
                        malformed),
                refusal(
                        "a fraction that no double holds",
                        misbehave("{\"how\":\"answers\",\"any\":0.10000000000000000001}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` is a number that an IEEE double cannot hold",
                        malformed),
                refusal(
                        "a number beyond all doubles",
                        misbehave("{\"how\":\"answers\",\"any\":[1e400]}"),
                        400,
                        "-32602",
                        "`/params/arguments/any/0` is a number that an IEEE double cannot hold",
                        counted("unreadable_body")),
                refusal(
                        "a duplicate argument",
                        misbehave("{\"how\":\"answers\",\"how\":\"throws\"}"),
                        400,
                        "-32602",
                        "`/params/arguments/how` is a duplicate key",
                        counted("unreadable_body")),
                refusal(
                        "half of a surrogate pair",
                        misbehave("{\"how\":\"answers\",\"any\":\"\\ud83d\"}"),
                        200,
                        "-32602",
                        "`/params/arguments/any` holds a lone surrogate",
                        malformed),
                refusal(
                        "half of a pair in a key",
                        misbehave("{\"how\":\"answers\",\"any\":{\"\\ud83d\":1}}"),
                        400,
                        "-32602",
                        "`/params/arguments/any` has a key that holds a lone surrogate",
                        counted("unreadable_body")),
                refusal(
                        "65 levels",
                        misbehave("{\"how\":\"answers\",\"any\":" + deep + "}"),
                        200,
                        "-32602",
                        "`/params/arguments` is nested deeper than 64 levels",
                        malformed),
                refusal(
                        "92 levels",
                        misbehave("{\"how\":\"answers\",\"any\":" + tooDeep + "}"),
                        400,
                        "-32602",
                        "the body is nested deeper than 64 levels",
                        counted("unreadable_body")),
                refusal(
                        "256 KiB and one byte",
                        misbehave("{\"how\":\"answers\",\"any\":\"" + large + "\"}"),
                        200,
                        "-32602",
                        "`/params/arguments` has more than 262144 bytes",
                        malformed),
                refusal(
                        "a byte that is in no UTF-8 text becomes a sign for it, and meets the rules",
                        misbehave("{\"how\":\"?\"}").withByte('?', (byte) 0xff),
                        200,
                        "invalid_arguments",
                        "invalid arguments: `/how` does not match the regex pattern ^[a-z-]{1,32}$",
                        denied(
                                "mcp",
                                "invalid_arguments",
                                "arguments break `/properties/how/pattern`")));
    }

    static Stream<Row> tokens() {
        return Stream.of(
                refusal(
                        "no token",
                        list().without("Authorization"),
                        401,
                        "401",
                        "an access token is needed",
                        new Leaves.Counted("absent", false)),
                refusal(
                        "another scheme",
                        list().with("Authorization", "Basic Y2FuYXJ5"),
                        401,
                        "401",
                        "an access token is needed",
                        new Leaves.Counted("absent", false)),
                refusal(
                        "two tokens",
                        list().with("Authorization", "Bearer a b"),
                        400,
                        "-32600",
                        "header Authorization is not `Bearer` and one token",
                        new Leaves.Counted("malformed_authorization", false)),
                refusal(
                        "a good token and another",
                        list().also("Authorization", "Bearer " + CANARY),
                        400,
                        "-32600",
                        "header Authorization is not `Bearer` and one token",
                        new Leaves.Counted("malformed_authorization", false)),
                refusal(
                        "a token in the query beside a good one",
                        list().to("/mcp?access_token=" + CANARY),
                        400,
                        "-32600",
                        "an access token does not belong in a query string",
                        new Leaves.Counted("token_in_query", false)),
                token("garbage", _ -> CANARY, "malformed", "it is not a signed token", false),
                token(
                        "no algorithm",
                        Forged::unsigned,
                        "algorithm",
                        "its algorithm is not accepted",
                        true),
                token(
                        "HS256 with the public key",
                        Forged::macOfPublicKey,
                        "algorithm",
                        "its algorithm is not accepted",
                        true),
                token(
                        "expired",
                        t -> t.claim("exp", t.now() - 61).signed(),
                        "expired",
                        "it has expired",
                        true),
                token(
                        "not yet valid",
                        t -> t.claim("nbf", t.now() + 62).signed(),
                        "not_yet_valid",
                        "it is not valid yet",
                        true),
                token(
                        "of the future",
                        t -> t.claim("iat", t.now() + 62).signed(),
                        "not_yet_valid",
                        "it is not valid yet",
                        true),
                token(
                        "for another resource",
                        t -> t.claim("aud", "https://" + CANARY + ".test/mcp").signed(),
                        "audience",
                        "it was issued for another resource",
                        true),
                token(
                        "of another issuer",
                        t -> t.claim("iss", "https://" + CANARY + ".test").signed(),
                        "issuer",
                        "its issuer is not accepted",
                        false),
                token(
                        "of another type",
                        t -> t.type("JWT").signed(),
                        "type",
                        "it is not an access token",
                        true),
                token(
                        "with an unknown key id",
                        t -> t.kid(CANARY).signed(),
                        "unknown_key",
                        "its key is not one of its issuer's",
                        true),
                token(
                        "signed by a stranger",
                        t -> t.by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with its own key in the header",
                        t -> t.embeddingKey(STRANGER).by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with a place of keys in the header",
                        t -> t.keysAt("http://127.0.0.1:9/" + CANARY).by(STRANGER).signed(),
                        "signature",
                        "its signature is wrong",
                        true),
                token(
                        "with critical parameters",
                        t -> t.critical().signed(),
                        "critical_header",
                        "it has critical header parameters",
                        true),
                token(
                        "without a client",
                        t -> t.claim("client_id", null).signed(),
                        "claims",
                        "it lacks a required claim",
                        true),
                refusal(
                        "a missing scope",
                        misbehave("{\"how\":\"answers\"}")
                                .with("Authorization", bearer("tools:write")),
                        403,
                        "403",
                        "the access token lacks a scope, needed are `tools:read`",
                        denied(
                                "identity",
                                "denied",
                                "the access token lacks a scope of tools:read")));
    }

    static Stream<Row> places() {
        var notMcp = new Leaves.Nothing("nothing was asked of the gateway");
        return Stream.of(
                refusal(
                        "GET",
                        list().method("GET"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "DELETE",
                        list().method("DELETE"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "OPTIONS",
                        list().method("OPTIONS"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal(
                        "PUT",
                        list().method("PUT"),
                        405,
                        "",
                        "method not allowed, use POST",
                        notMcp),
                refusal("another path", list().to("/mcp/" + CANARY), 404, "", "not found", notMcp),
                refusal(
                        "another origin",
                        list().with("Origin", "https://" + CANARY + ".test"),
                        403,
                        "-32600",
                        "origin is not allowed: call from a program, not from a web page",
                        new Leaves.Counted("origin", false)),
                refusal(
                        "an opaque origin",
                        list().with("Origin", "null"),
                        403,
                        "-32600",
                        "origin is not allowed: call from a program, not from a web page",
                        new Leaves.Counted("origin", false)),
                refusal(
                        "another host",
                        list().with("Host", CANARY + ".test"),
                        403,
                        "-32600",
                        "host is not allowed, use `127.0.0.1` or `localhost`",
                        new Leaves.Counted("host", false)),
                refusal(
                        "headers of more than 10 KiB",
                        list().with("X-Canary", "x".repeat(10_300)),
                        431,
                        "",
                        "Request Header Fields Too Large",
                        new Leaves.Nothing("the front door answers, the router never sees it")));
    }

    static Stream<Row> tools() {
        var failed = new Leaves.Ran("failed", "tool_failed");
        return Stream.of(
                tool("refuses", "tool_failed", "there is nothing to do", failed),
                tool("throws", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "sleeps",
                        "tool_timeout",
                        "the tool did not answer within 900 ms; it may have run",
                        new Leaves.Ran("timeout", "tool_timeout")),
                tool(
                        "excluded",
                        "tool_failed",
                        "the tool answered what its manifest excludes",
                        failed),
                tool(
                        "large",
                        "result_too_large",
                        "the result is larger than 4096 bytes; ask for less",
                        new Leaves.Ran("result_too_large", "result_too_large")),
                tool("raw-throws", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "raw-large",
                        "result_too_large",
                        "the result is larger than 4096 bytes; ask for less",
                        new Leaves.Ran("result_too_large", "result_too_large")),
                tool("raw-utf", "tool_failed", "the tool failed; it may have run", failed),
                tool("raw-nonsense", "tool_failed", "the tool failed; it may have run", failed),
                tool("raw-empty", "tool_failed", "the tool failed; it may have run", failed),
                tool(
                        "raw-schema",
                        "tool_failed",
                        "the tool answered what its manifest excludes",
                        failed));
    }

    @Test
    void aMissingScopeAndAMissingTokenBringAChallengeThatAClientCanFollow() throws IOException {
        var none = send(list().without("Authorization"));
        var scope =
                send(
                        misbehave("{\"how\":\"answers\"}")
                                .with("Authorization", bearer("tools:write")));

        var metadata = "resource_metadata=\"" + metadata() + "\"";
        assertThat(none.headers())
                .containsEntry(
                        "www-authenticate",
                        "Bearer "
                                + metadata
                                + ", scope=\"tools:read tools:write tools:destructive\"");
        assertThat(scope.headers())
                .containsEntry(
                        "www-authenticate",
                        "Bearer error=\"insufficient_scope\", scope=\"tools:read\", " + metadata);
        assertThat(send(list().method("DELETE")).headers()).containsEntry("allow", "POST");
    }

    @Test
    void whoSendsSlowlyOrStopsHalfwayGetsAnEndAndNobodyElseNotices() throws Exception {
        news();
        var port = stack.mcp().getPort();
        var whole = new String(list().bytes(), StandardCharsets.ISO_8859_1);
        var cut = whole.substring(0, whole.length() - 20).getBytes(StandardCharsets.ISO_8859_1);
        try (var stopped = Wire.connect(port);
                var slow = Wire.connect(port);
                var headless = Wire.connect(port)) {
            stopped.getOutputStream().write(cut);
            slow.getOutputStream().write(cut);
            headless.getOutputStream()
                    .write("POST /mcp HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            var dripping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (var i = 0; i < 19; i++) {
                                        slow.getOutputStream().write('{');
                                        Thread.sleep(700);
                                    }
                                } catch (IOException | InterruptedException e) {
                                    // the server has had enough
                                }
                            });

            assertThat(send(list()).status()).isEqualTo(200);
            assertThat(Wire.reply(stopped).status()).isEqualTo(408);
            assertThat(Wire.reply(slow).status()).isEqualTo(408);
            assertThat(send(list()).status()).isEqualTo(200);
            dripping.interrupt();
            dripping.join();
        }
        assertThat(news()).isEmpty(); // the router has seen none of them
    }

    @Test
    void aFloodOfBadRequestsCostsABoundedNumberOfRecordsWithNoByteOfTheirs() throws IOException {
        settle();
        for (var i = 0; i < 500; i++) {
            var marker = CANARY + "-" + i;
            var bad =
                    switch (i % 5) {
                        case 0 -> list().with("Authorization", "Bearer " + marker);
                        case 1 -> list().without("Authorization").with("X-Canary", marker);
                        case 2 -> list().with("Origin", "https://" + marker + ".test");
                        case 3 -> list().to("/mcp?access_token=" + marker);
                        default ->
                                list().with(
                                                "Authorization",
                                                "Bearer "
                                                        + new Forged()
                                                                .claim("iss", "https://" + marker)
                                                                .signed());
                    };
            assertThat(send(bad).status()).isIn(400, 401, 403);
        }
        var first = news();
        CLOCK.next();
        send(list()); // the minute is over: any request has what was counted recorded, a few at a time
        send(list());
        var second = news();

        assertThat(first)
                .containsExactlyInAnyOrder(
                        "DENIED of nobody: malformed from 127.0.0.0/24",
                        "DENIED of nobody: absent from 127.0.0.0/24",
                        "DENIED of nobody: origin from 127.0.0.0/24",
                        "DENIED of nobody: token_in_query from 127.0.0.0/24",
                        "DENIED of nobody: issuer from 127.0.0.0/24");
        assertThat(second).hasSize(5).allMatch(record -> record.endsWith("x99"));
    }

    @Test
    void noRecordHoldsAByteThatACallerOfABadRequestChose() throws IOException {
        for (var row : Stream.concat(notARequest(), malformedArguments()).toList()) {
            send(row.call());
        }

        assertThat(records())
                .isNotEmpty()
                .noneMatch(r -> r.toLowerCase(Locale.ROOT).contains(CANARY));
    }

    @Test
    void noRecordHoldsASecretThatIsTheIdOrTheNameOfAClient() throws IOException {
        var inId = "ghp_" + "A1b2C3d4E5f6".repeat(3);
        var inName = "ghp_" + "Z9y8X7w6V5u4".repeat(3);
        var call =
                misbehave("{\"how\":\"answers\"}")
                        .replace("\"id\":7", "\"id\":\"\\u009b31m" + inId + "\\u202e\"")
                        .replace(
                                "\"_meta\":{",
                                "\"_meta\":{\"io.modelcontextprotocol/clientInfo\":{\"name\":\""
                                        + inName
                                        + "\",\"version\":\"1\"},");
        var refused = call.replace("\"how\"", "\"what\"");
        news();

        assertThat(code(send(call))).isEmpty();
        assertThat(code(send(refused))).isEqualTo("invalid_arguments");

        assertThat(news()).hasSize(3);
        assertThat(records()).isNotEmpty().noneMatch(r -> r.contains(inId) || r.contains(inName));
    }

    private static Row refusal(
            String name, Call call, int status, String code, String message, Leaves leaves) {
        return new Row(name, call, status, code, message, leaves);
    }

    private static Row token(
            String name,
            java.util.function.Function<Forged, String> token,
            String reason,
            String why,
            boolean issuerIsKnown) {
        return new Row(
                "a token " + name,
                list().with("Authorization", () -> "Bearer " + token.apply(new Forged())),
                401,
                "401",
                "the access token is refused: " + why,
                new Leaves.Counted(reason, issuerIsKnown));
    }

    private static Row tool(String how, String code, String message, Leaves leaves) {
        return new Row(
                "a tool that " + how,
                misbehave("{\"how\":\"" + how + "\"}"),
                200,
                code,
                message,
                leaves);
    }

    private static Leaves counted(String reason) {
        return denied("mcp", "denied", reason); // of somebody who is known
    }

    private static Leaves denied(String stage, String code, String reason) {
        return new Leaves.Denied(stage, code, reason);
    }

    private static Call list() {
        return Call.modern("tools/list", null, "");
    }

    private static Call misbehave(String arguments) {
        var call =
                Call.modern(
                        "tools/call", TOOL, "\"name\":\"" + TOOL + "\",\"arguments\":" + arguments);
        if (arguments.contains("\"region\":\"eu\"")) {
            call = call.with("Mcp-Param-Region", "eu");
        }
        if (arguments.contains("\"count\":")) {
            call = call.with("Mcp-Param-Count", arguments.replaceAll(".*\"count\":(\\d+).*", "$1"));
        }
        return call;
    }

    private static String sentinel(String value) {
        return "=?base64?"
                + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))
                + "?=";
    }

    private static String bearer(String scope) {
        return "Bearer " + stack.token(TokenOrder.of("ada").withScope(scope));
    }

    private static String metadata() {
        return stack.mcp().resolve("/.well-known/oauth-protected-resource/mcp").toString();
    }

    private static Wire.Reply send(Call call) throws IOException {
        return Wire.send(stack.mcp().getPort(), call.bytes());
    }

    private static String code(Wire.Reply reply) throws IOException {
        var json = reply.json();
        return json.path("error").isObject()
                ? json.path("error").path("code").asText()
                : json.path("result").path("structuredContent").path("code").asText();
    }

    private static String message(Wire.Reply reply) throws IOException {
        var json = reply.json();
        if (json.path("error").isObject()) {
            return json.path("error").path("message").asText();
        }
        if (json.has("result")) {
            return json.path("result").path("structuredContent").path("message").asText();
        }
        return json.has("message") ? json.path("message").asText() : json.path("error").asText();
    }

    private static String callId(Wire.Reply reply) throws IOException {
        var json = reply.json();
        var of = json.has("result") ? json.path("result") : json.path("error").path("data");
        return of.path("_meta").path(Product.META_CALL_ID).asText();
    }

    /** What was recorded since the last time this was asked, in the order of the ids; writers aside. */
    private static List<String> news() throws IOException {
        var found = new ArrayList<String>();
        var items =
                stack
                        .operatorClient()
                        .scanPaginator(r ->
                                r.tableName(Product.resource("dev", "audit")).consistentRead(true))
                        .items()
                        .stream()
                        .sorted(Comparator.comparing(i -> text(i, "pk") + text(i, "sk")))
                        .toList();
        for (var item : items) {
            var isNew = SEEN.add(text(item, "pk") + " " + text(item, "sk"));
            if (isNew && !text(item, "kind").equals("WRITER_OPEN")) {
                found.add(told(text(item, "kind"), McpClient.JSON.readTree(text(item, "r"))));
            }
        }
        return found;
    }

    private static List<String> records() {
        return stack
                .operatorClient()
                .scanPaginator(r -> r.tableName(Product.resource("dev", "audit")))
                .items()
                .stream()
                .map(item -> text(item, "r"))
                .toList();
    }

    private static String told(String kind, JsonNode record) {
        var call = record.path("call").asText();
        var refusal = record.path("refusal");
        var outcome = record.path("outcome");
        if (kind.equals("DENIED") && call.isEmpty()) {
            var count = record.path("count").asLong(1);
            return "DENIED of nobody: "
                    + refusal.path("reason").asText()
                    + (count == 1 ? "" : " x" + count);
        }
        return kind
                + " "
                + call
                + switch (kind) {
                    case "DENIED" ->
                            " "
                                    + refusal.path("stage").asText()
                                    + " "
                                    + refusal.path("code").asText()
                                    + ": "
                                    + refusal.path("reason").asText();
                    case "OUTCOME" ->
                            " "
                                    + outcome.path("status").asText()
                                    + " "
                                    + outcome.path("code").asText("null");
                    default -> "";
                };
    }

    private static String text(Map<String, AttributeValue> item, String attribute) {
        return requireNonNull(item.get(attribute), attribute).s();
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("stranger").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request that is right in everything, to be changed in one thing. */
    record Call(
            String method,
            String target,
            Map<String, java.util.function.Supplier<String>> headers,
            byte[] body) {
        static Call modern(String method, @Nullable String name, String params) {
            var meta =
                    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\""
                            + MODERN
                            + "\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
            var call =
                    of(method, params.isEmpty() ? meta : params + "," + meta)
                            .with("MCP-Protocol-Version", MODERN)
                            .with("Mcp-Method", method);
            return name == null ? call : call.with("Mcp-Name", name);
        }

        static Call legacy(String method, String params) {
            return of(method, params).with("MCP-Protocol-Version", "2025-11-25");
        }

        private static Call of(String method, String params) {
            var headers = new LinkedHashMap<String, java.util.function.Supplier<String>>();
            headers.put("Host", () -> "127.0.0.1:" + stack.mcp().getPort());
            headers.put("Authorization", () -> bearer(TokenOrder.ALL_SCOPES));
            headers.put("Content-Type", () -> "application/json");
            headers.put("Accept", () -> "application/json, text/event-stream");
            headers.put("X-Canary", () -> CANARY);
            return new Call("POST", "/mcp", headers, new byte[0])
                    .body(
                            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\""
                                    + method
                                    + "\",\"params\":{"
                                    + params
                                    + "}}");
        }

        Call with(String header, String value) {
            return with(header, () -> value);
        }

        Call with(String header, java.util.function.Supplier<String> value) {
            var changed = new LinkedHashMap<>(headers);
            changed.put(header, value);
            return new Call(method, target, changed, body);
        }

        Call also(String header, String value) {
            var first = requireNonNull(headers.get(header));
            return with(header, () -> first.get() + "\r\n" + header + ": " + value);
        }

        Call without(String header) {
            var changed = new LinkedHashMap<>(headers);
            changed.remove(header);
            return new Call(method, target, changed, body);
        }

        Call method(String other) {
            return new Call(other, target, headers, body);
        }

        Call to(String other) {
            return new Call(method, other, headers, body);
        }

        Call body(String text) {
            return new Call(method, target, headers, text.getBytes(StandardCharsets.UTF_8));
        }

        Call replace(String part, String by) {
            assertThat(text()).contains(part);
            return body(text().replace(part, by));
        }

        Call padded(int bytes) {
            return body(text() + " ".repeat(bytes - body.length));
        }

        Call withByte(char sign, byte by) {
            var changed = body.clone();
            for (var i = 0; i < changed.length; i++) {
                if (changed[i] == sign) {
                    changed[i] = by;
                }
            }
            return new Call(method, target, headers, changed);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        byte[] bytes() {
            var now = new LinkedHashMap<String, String>();
            headers.forEach((name, value) -> now.put(name, value.get()));
            return Wire.request(method, target, now, body);
        }
    }

    /** A token as the issuer makes it, to be forged in one thing. */
    static final class Forged {
        private final Map<String, @Nullable Object> claims = new LinkedHashMap<>();
        private String type = "at+jwt";
        private String kid = issuerKey.getKeyID();
        private ECKey key = issuerKey;
        private @Nullable ECKey embedded;
        private @Nullable String keysAt;
        private boolean critical;

        Forged() {
            claims.put("iss", stack.issuer());
            claims.put("sub", "ada");
            claims.put("aud", stack.mcp().toString());
            claims.put("client_id", "forger");
            claims.put("scope", TokenOrder.ALL_SCOPES);
            claims.put("roles", List.of("support"));
            claims.put("iat", now());
            claims.put("exp", now() + 600);
        }

        long now() {
            return CLOCK.instant().getEpochSecond();
        }

        Forged claim(String name, @Nullable Object value) {
            claims.put(name, value);
            return this;
        }

        Forged type(String other) {
            type = other;
            return this;
        }

        Forged kid(String other) {
            kid = other;
            return this;
        }

        Forged by(ECKey other) {
            key = other;
            return this;
        }

        Forged embeddingKey(ECKey other) {
            embedded = other;
            return this;
        }

        Forged keysAt(String url) {
            keysAt = url;
            return this;
        }

        Forged critical() {
            critical = true;
            return this;
        }

        String signed() {
            var header =
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .type(new JOSEObjectType(type))
                            .keyID(kid);
            if (embedded != null) {
                header.jwk(embedded.toPublicJWK());
            }
            if (keysAt != null) {
                header.jwkURL(URI.create(keysAt));
            }
            if (critical) {
                header.criticalParams(Set.of("exp")).customParam("exp", now() + 600);
            }
            var set = new JWTClaimsSet.Builder();
            claims.forEach((name, value) -> {
                if (value != null) {
                    set.claim(name, value);
                }
            });
            var jwt = new SignedJWT(header.build(), set.build());
            try {
                jwt.sign(new ECDSASigner(key));
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
            return jwt.serialize();
        }

        String unsigned() {
            var header = "{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}";
            return encoded(header) + "." + signed().split("\\.", -1)[1] + ".";
        }

        String macOfPublicKey() {
            var header = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}";
            var input = encoded(header) + "." + signed().split("\\.", -1)[1];
            try {
                var secret = issuerKey.toPublicJWK().toJSONString();
                return input
                        + "."
                        + new MACSigner(secret)
                                .sign(
                                        new JWSHeader(JWSAlgorithm.HS256),
                                        input.getBytes(StandardCharsets.US_ASCII));
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }

        private static String encoded(String text) {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Stands still, until it is told to go on to the next minute. */
    static final class Minutes extends Clock {
        private volatile Instant now = Instant.parse("2026-11-23T10:00:10Z");

        void next() {
            now = now.plus(Duration.ofMinutes(1));
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
