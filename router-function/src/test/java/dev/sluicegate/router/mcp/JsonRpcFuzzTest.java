package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.StepUpContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whatever the body is: the answer is empty or one JSON-RPC message that any client can read, and what
 * reaches the gate has one canonical form.
 */
class JsonRpcFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Set<Integer> STATUSES = Set.of(200, 202, 400, 403, 404);
    private static final EffectiveIdentity ADA =
            new EffectiveIdentity(
                    "demo",
                    "adaadaadaadaadaadaadaadaad",
                    "https://issuer.example",
                    true,
                    Set.of("support"),
                    Set.of("tools:read", "tools:write", "mail:send"),
                    "cli",
                    "known",
                    "dev",
                    false,
                    null,
                    "192.0.2.7",
                    null,
                    NOW.plusSeconds(60));

    private final RecordingGate gate = new RecordingGate();
    private final McpEndpoint mcp =
            new McpEndpoint(
                    ProtectedResource.of("http://127.0.0.1:8080/mcp"),
                    new Tools(),
                    new Everything(),
                    gate,
                    new StepUpContexts(Map.of()),
                    KeyedDigest.ofSecret("fuzz")::mac,
                    Clock.fixed(NOW, ZoneOffset.UTC));

    @FuzzTest(maxDuration = "2m")
    void everyBodyHasAnAnswerThatIsJsonRpc(byte[] body) throws IOException {
        for (var version : new String[] {"2026-07-28", "2025-11-25", null}) {
            check(body, headers(version, "tools/call", Tools.LOOKUP));
        }
    }

    @FuzzTest(maxDuration = "2m")
    void everyCallHasAnAnswerThatIsJsonRpc(FuzzedDataProvider data) throws IOException {
        var method = data.pickValue(List.of("tools/call", "tools/list", "server/discover", "x"));
        var name = data.pickValue(List.of(Tools.LOOKUP, Tools.SEND, Tools.PURGE, "x"));
        var header = data.consumeString(40);
        var stated = data.consumeBoolean() ? "\"2026-07-28\"" : data.consumeString(20);
        var params = data.consumeRemainingAsString();
        var body =
                ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\""
                                + method
                                + "\",\"params\":{\"name\":\""
                                + name
                                + "\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
                                + stated
                                + ",\"io.modelcontextprotocol/clientCapabilities\":{}},"
                                + params
                                + "}}")
                        .getBytes(StandardCharsets.UTF_8);
        check(body, headers("2026-07-28", method, name));
        check(body, headers(header, method, header));
    }

    private void check(byte[] body, Map<String, List<String>> headers) throws IOException {
        gate.enforced.clear();
        gate.refused.clear();
        var reply =
                mcp.handle(new McpRequest("01J00000000000000000000000", ADA, headers, body, NOW));

        assertThat(STATUSES).contains(reply.status());
        var message = reply.body();
        if (message == null) {
            assertThat(reply.status()).isEqualTo(202);
            return;
        }
        // as bytes, because that is what leaves: strict readers, ours among them, must be able to
        // read it
        var read = StrictJson.read(JSON.writeValueAsBytes(message));
        assertThat(read.path("jsonrpc").asText()).isEqualTo("2.0");
        assertThat(read.has("result")).isNotEqualTo(read.has("error"));
        if (read.has("error")) {
            var error = read.path("error");
            assertThat(error.path("code").isInt()).isTrue();
            assertThat(error.path("message").asText()).isNotBlank();
            assertThat(CanonicalJson.string(error)).isNotEmpty();
        } else {
            assertThat(reply.status()).isEqualTo(200);
        }
        var id = id(body);
        if (id != null) {
            assertThat(read.path("id")).isEqualTo(id);
        }
        for (var call : gate.enforced) {
            assertThat(CanonicalJson.bytes(call.arguments()).length)
                    .isLessThanOrEqualTo(ToolCalls.MAX_ARGUMENT_BYTES + 64);
        }
    }

    /** The id of the request, if the body is one that has one. */
    private static @Nullable JsonNode id(byte[] body) {
        try {
            return RpcMessage.of(StrictJson.read(body)) instanceof RpcMessage.Request request
                    ? request.id()
                    : null;
        } catch (MalformedJsonException | NotCanonicalException e) {
            return null;
        }
    }

    private static Map<String, List<String>> headers(
            @Nullable String version, String method, String name) {
        var headers = new HashMap<String, List<String>>();
        if (version != null) {
            headers.put("mcp-protocol-version", List.of(version));
        }
        headers.put("mcp-method", List.of(method));
        headers.put("mcp-name", List.of(name));
        return headers;
    }

    private static final class Everything implements PolicyDecisionPoint {
        @Override
        public Decision decide(DecisionRequest request) {
            throw new AssertionError("the protocol decides nothing");
        }

        @Override
        public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
            return true;
        }
    }
}
