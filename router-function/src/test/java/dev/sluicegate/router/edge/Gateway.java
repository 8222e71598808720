package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.enforcement.PolicyUnavailableException;
import dev.sluicegate.router.facade.AuthorizationFacade;
import dev.sluicegate.router.identity.AccessTokens;
import dev.sluicegate.router.identity.IssuerServer;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.ProtectedResourceMetadata;
import dev.sluicegate.router.identity.StepUpContexts;
import dev.sluicegate.router.identity.TickingClock;
import dev.sluicegate.router.mcp.McpEndpoint;
import dev.sluicegate.router.mcp.RecordingGate;
import dev.sluicegate.router.mcp.Tools;
import dev.sluicegate.router.policy.Catalogue;
import dev.sluicegate.router.policy.CataloguedTool;
import dev.sluicegate.specification.SpecificationSchemas;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Edge, identity and protocol put together for real, in front of a gate that keeps what it was given. */
final class Gateway implements AutoCloseable {
    static final JsonMapper JSON = JsonMapper.builder().build();

    static final String MODERN = "2026-07-28";

    /** Everything a modern request must carry. */
    static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                    + "\"io.modelcontextprotocol/clientCapabilities\":{},"
                    + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"probe\",\"version\":\"3\"}}";

    final TickingClock clock = new TickingClock();
    final IssuerServer issuer = new IssuerServer(clock);
    final RecordingGate gate = new RecordingGate();
    final List<String> refusals = new ArrayList<>();
    final Set<String> hidden = new HashSet<>();
    volatile boolean policyIsDown;
    volatile boolean catalogueIsBroken;

    private final Edge edge;
    private final String token = issuer.token().compact();

    Gateway() {
        this(IssuerServer.RESOURCE, Set.of());
    }

    Gateway(String publicUrl, Set<String> origins) {
        var resource = ProtectedResource.of(publicUrl);
        var issuers = List.of(issuer.config());
        var tools = new Tools();
        var catalogue =
                new Catalogue() {
                    @Override
                    public List<CataloguedTool> tools() {
                        fail();
                        return tools.tools();
                    }

                    @Override
                    public Optional<CataloguedTool> find(String name) {
                        fail();
                        return tools.find(name);
                    }
                };
        var policy =
                new PolicyDecisionPoint() {
                    @Override
                    public Decision decide(DecisionRequest request) {
                        throw new AssertionError("the protocol decides nothing");
                    }

                    @Override
                    public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
                        return !hidden.contains(tool);
                    }
                };
        edge =
                new Edge(
                        resource,
                        origins,
                        new AccessTokens(issuers, "dev", clock),
                        (reason, from, ip) -> refusals.add(reason + " " + from + " " + ip),
                        new ProtectedResourceMetadata(resource, issuers),
                        path ->
                                path.equals("/jwks.json")
                                        ? Optional.of(JsonNodeFactory.instance.objectNode())
                                        : Optional.empty(),
                        AuthorizationFacade.of(resource, issuers, Gateway::mac, clock),
                        new McpEndpoint(
                                resource,
                                catalogue,
                                policy,
                                gate,
                                StepUpContexts.of(issuers),
                                Gateway::mac,
                                clock),
                        clock);
    }

    private void fail() {
        if (policyIsDown) {
            throw new PolicyUnavailableException("down", new IllegalStateException());
        }
        if (catalogueIsBroken) {
            throw new IllegalStateException("broken while reading C-1001");
        }
    }

    enum Shape {
        REST,
        HTTP
    }

    /** A request to be sent in either shape. Null takes a header away. */
    final class Call {
        private String method = "POST";
        private String path = "/mcp";
        private String query = "";
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable String body;
        private boolean base64;

        Call() {
            header("Host", "127.0.0.1:8080");
            header("Content-Type", "application/json");
            header("Accept", "application/json, text/event-stream");
            header("Authorization", "Bearer " + token);
        }

        Call method(String value) {
            method = value;
            return this;
        }

        Call path(String value) {
            path = value;
            return this;
        }

        Call query(String value) {
            query = value;
            return this;
        }

        Call header(String name, @Nullable String value) {
            if (value == null) {
                headers.remove(name);
            } else {
                headers.put(name, value);
            }
            return this;
        }

        Call token(String token) {
            return header("Authorization", "Bearer " + token);
        }

        Call body(@Nullable String value) {
            body = value;
            return this;
        }

        Call inBase64() {
            base64 = true;
            return this;
        }

        String text() {
            return body == null ? "" : body;
        }

        Reply send() {
            return send(Shape.HTTP);
        }

        Reply send(Shape shape) {
            var reply = new Reply(shape, edge.handle(shape == Shape.REST ? rest() : http()));
            if (path.equals("/mcp") && reply.status() != 405) {
                checkAgainstTheSpecification(reply);
            }
            return reply;
        }

        /** Every answer of every test, where the specification's schemas are installed. */
        private void checkAgainstTheSpecification(Reply reply) {
            var asked = requested();
            for (var message : reply.messages()) {
                // an answer that cannot be given to a request is of the newest version
                var version =
                        message.has("id") || message.has("method")
                                ? version(asked, message)
                                : SpecificationSchemas.MODERN;
                var method = asked.path("method").textValue();
                SpecificationSchemas.installed()
                        .ifPresent(schemas ->
                                assertThat(schemas.objections(version, method, message))
                                        .as("%s to `%s`: %s", version, method, message)
                                        .isEmpty());
            }
        }

        private JsonNode requested() {
            try {
                return JSON.readTree(text());
            } catch (JsonProcessingException e) {
                return JSON.missingNode();
            }
        }

        private String version(JsonNode asked, JsonNode message) {
            var agreed = message.path("result").path("protocolVersion").textValue();
            var header = headers.get("MCP-Protocol-Version");
            var stated =
                    asked.path("params")
                            .path("_meta")
                            .path("io.modelcontextprotocol/protocolVersion")
                            .textValue();
            for (var named : new @Nullable String[] {agreed, stated, header}) {
                if (named != null) {
                    return SpecificationSchemas.VERSIONS.contains(named) ? named : MODERN;
                }
            }
            return "2025-03-26";
        }

        private ObjectNode rest() {
            var event = JSON.createObjectNode();
            event.put("resource", "/{proxy+}").put("path", path).put("httpMethod", method);
            var single = event.putObject("headers");
            var multi = event.putObject("multiValueHeaders");
            headers.forEach(single::put);
            headers.forEach((name, value) -> multi.putArray(name).add(value));
            if (query.isEmpty()) {
                event.putNull("queryStringParameters").putNull("multiValueQueryStringParameters");
            } else {
                var name = query.substring(0, query.indexOf('='));
                var value = query.substring(query.indexOf('=') + 1);
                event.putObject("queryStringParameters").put(name, value);
                event.putObject("multiValueQueryStringParameters").putArray(name).add(value);
            }
            var context = event.putObject("requestContext");
            context.put("httpMethod", method).put("stage", "dev");
            context.putObject("identity").put("sourceIp", "192.0.2.7");
            return withBody(event);
        }

        private ObjectNode http() {
            var event = JSON.createObjectNode();
            event.put("version", "2.0").put("routeKey", "$default").put("rawPath", path);
            event.put("rawQueryString", query);
            var lower = event.putObject("headers");
            headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
            var context = event.putObject("requestContext");
            context.put("stage", "$default");
            context.putObject("http")
                    .put("method", method)
                    .put("path", path)
                    .put("sourceIp", "192.0.2.7");
            return withBody(event);
        }

        private ObjectNode withBody(ObjectNode event) {
            if (body == null) {
                event.putNull("body");
            } else {
                event.put(
                        "body",
                        base64
                                ? Base64.getEncoder()
                                        .encodeToString(body.getBytes(StandardCharsets.UTF_8))
                                : body);
            }
            return event.put("isBase64Encoded", base64);
        }
    }

    /** The response event, with a way to its parts. */
    record Reply(Shape shape, ObjectNode event) {
        int status() {
            return event.path("statusCode").asInt();
        }

        @Nullable String header(String name) {
            return shape == Shape.REST
                    ? event.path("multiValueHeaders").path(name).path(0).textValue()
                    : event.path("headers").path(name).textValue();
        }

        String text() {
            return event.path("body").asText();
        }

        /** The messages of an event stream, or the one of a plain answer; none of an empty one. */
        List<JsonNode> messages() {
            if (text().isEmpty()) {
                return List.of();
            }
            if (!"text/event-stream".equals(header("Content-Type"))) {
                return List.of(body());
            }
            return text().lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> json(line.substring("data: ".length())))
                    .toList();
        }

        private static JsonNode json(String text) {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError("not JSON: " + text, e);
            }
        }

        JsonNode body() {
            return json(text());
        }

        JsonNode result() {
            return body().path("result");
        }

        JsonNode error() {
            return body().path("error");
        }

        int code() {
            return error().path("code").asInt();
        }
    }

    /** A good one, of ada. */
    String token() {
        return token;
    }

    ObjectNode handle(JsonNode event) {
        return edge.handle(event);
    }

    Call request() {
        return new Call();
    }

    /** A modern request with all it needs. */
    Call modern(String method, String params) {
        var comma = params.isEmpty() ? "" : ",";
        return request()
                .header("MCP-Protocol-Version", MODERN)
                .header("Mcp-Method", method)
                .body(
                        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":{%s%s%s}}"
                                .formatted(method, params, comma, META));
    }

    Call modernCall(String tool, String arguments) {
        return modern("tools/call", "\"name\":\"%s\",\"arguments\":%s".formatted(tool, arguments))
                .header("Mcp-Name", tool);
    }

    Call legacy(@Nullable String version, String method, String params) {
        return request()
                .header("MCP-Protocol-Version", version)
                .body(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"%s\",\"params\":{%s}}"
                                .formatted(method, params));
    }

    static byte[] mac(byte[] bytes) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(new byte[32], "HmacSHA256"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        issuer.close();
    }
}
