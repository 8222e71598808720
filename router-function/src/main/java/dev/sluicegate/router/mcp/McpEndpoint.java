package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.enforcement.PolicyUnavailableException;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.StepUpContexts;
import dev.sluicegate.router.policy.Catalogue;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint for both eras: the stateless 2026-07-28 and the versions that begin with {@code
 * initialize}. Keeps no state; a legacy session is what its signed id says.
 *
 * @see <a href="https://modelcontextprotocol.io/specification/2026-07-28">Model Context Protocol</a>
 */
public final class McpEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(McpEndpoint.class);

    private static final String META_VERSION = "io.modelcontextprotocol/protocolVersion";
    private static final String META_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

    /** What it says of itself changes with a deployment only. */
    private static final long DISCOVER_TTL_MS = 60_000;

    private static final String INSTRUCTIONS =
            "Every call is decided by policy and recorded. A refusal says why; an approval, where one is"
                    + " needed, is given by a person elsewhere, so report it instead of retrying. Tools"
                    + " take an optional `_intent`: what the person asked for, and why this call serves"
                    + " it.";

    private final ToolListing listing;
    private final ToolCalls calls;
    private final LegacySessions sessions;
    private final CallGate gate;

    /**
     * @param stepUp what issuers are asked for when policy wants a stronger authentication
     * @param sessionMac HMAC-SHA256 with a key of this deployment, for legacy session ids
     */
    public McpEndpoint(
            ProtectedResource resource,
            Catalogue catalogue,
            PolicyDecisionPoint policy,
            CallGate gate,
            StepUpContexts stepUp,
            UnaryOperator<byte[]> sessionMac,
            Clock clock) {
        this(
                new ToolListing(catalogue, policy, ToolListing.PAGE),
                new ToolCalls(resource, catalogue, gate, stepUp),
                new LegacySessions(sessionMac, clock),
                gate);
    }

    McpEndpoint(ToolListing listing, ToolCalls calls, LegacySessions sessions, CallGate gate) {
        this.listing = listing;
        this.calls = calls;
        this.sessions = sessions;
        this.gate = gate;
    }

    /** Answers one message. Malformed ones never reach the gate. */
    public McpReply handle(McpRequest http) {
        JsonNode body;
        try {
            body = StrictJson.read(http.body());
        } catch (MalformedJsonException | NotCanonicalException e) {
            return refuse(BodyFault.find(http.body()), null, ProtocolVersion.V2026_07_28, http);
        }
        return switch (RpcMessage.of(body)) {
            case RpcMessage.Invalid(var problem) ->
                    refuse(problem, id(body), ProtocolVersion.V2026_07_28, http);
            case RpcMessage.Notification(var method) -> notified(http, method);
            case RpcMessage.Request request ->
                    isModern(http, request) ? modern(http, request) : legacy(http, request);
        };
    }

    /**
     * Records and answers what the edge found wrong with a request of somebody who is known.
     *
     * @param reason a word of ours
     */
    public McpReply refuse(
            Problem problem, String reason, EffectiveIdentity identity, String callId) {
        record(reason, identity, callId);
        return JsonRpcErrors.reply(problem, callId);
    }

    /** Nothing is done about any of them: there is no state that one could change. */
    private McpReply notified(McpRequest http, String method) {
        var version = http.header(HeaderAgreement.VERSION);
        if (version != null && ProtocolVersion.of(version).isEmpty()) {
            return refuse(
                    new Problem.UnsupportedVersion(echo(version)),
                    null,
                    ProtocolVersion.V2026_07_28,
                    http);
        }
        var modern = version != null && ProtocolVersion.legacy(version).isEmpty();
        if (modern && http.header(HeaderAgreement.METHOD) != null) {
            var mismatch = HeaderAgreement.same(http, HeaderAgreement.METHOD, method);
            if (mismatch != null) {
                return refuse(mismatch, null, ProtocolVersion.V2026_07_28, http);
            }
        }
        if (!modern && session(http) instanceof Session.Lost) {
            return refuse(new Problem.UnknownSession(), null, ProtocolVersion.ASSUMED, http);
        }
        return McpReply.accepted();
    }

    /** Modern if it names a version, in body or header, that is not one of the legacy ones. */
    private static boolean isModern(McpRequest http, RpcMessage.Request request) {
        var stated = request.meta().path(META_VERSION);
        var header = http.header(HeaderAgreement.VERSION);
        return (!stated.isMissingNode() && ProtocolVersion.legacy(stated.asText()).isEmpty())
                || (header != null && ProtocolVersion.legacy(header).isEmpty());
    }

    private McpReply modern(McpRequest http, RpcMessage.Request request) {
        var version = ProtocolVersion.V2026_07_28;
        var problem = modernObjection(http, request);
        if (problem != null) {
            return refuse(problem, request.id(), version, http);
        }
        var answer =
                switch (request.method()) {
                    case "server/discover" -> new Answer.Result(discover());
                    case "tools/list" -> list(http, request, version);
                    case "tools/call" -> calls.call(http, request, version);
                    default -> new Answer.No(new Problem.UnknownMethod(request.method()));
                };
        return reply(answer, request, version, http);
    }

    private static @Nullable Problem modernObjection(McpRequest http, RpcMessage.Request request) {
        var header = http.header(HeaderAgreement.VERSION);
        var stated = request.meta().path(META_VERSION).textValue();
        if (stated == null) {
            return header != null && ProtocolVersion.of(header).isEmpty()
                    ? new Problem.UnsupportedVersion(echo(header))
                    : missing(META_VERSION);
        }
        if (header == null) {
            return new Problem.HeaderMismatch("header " + HeaderAgreement.VERSION + " is missing");
        }
        if (!header.equals(stated)) {
            return new Problem.HeaderMismatch(
                    "header " + HeaderAgreement.VERSION + " does not match the body");
        }
        if (!ProtocolVersion.V2026_07_28.wire().equals(stated)) {
            return new Problem.UnsupportedVersion(echo(stated));
        }
        if (!request.meta().path(META_CAPABILITIES).isObject()) {
            return missing(META_CAPABILITIES);
        }
        return HeaderAgreement.methodAndName(http, request);
    }

    private McpReply legacy(McpRequest http, RpcMessage.Request request) {
        if (request.method().equals("initialize")) {
            return initialize(http, request);
        }
        var session = session(http);
        if (session instanceof Session.Lost) {
            return refuse(
                    new Problem.UnknownSession(), request.id(), ProtocolVersion.ASSUMED, http);
        }
        var negotiated =
                session instanceof Session.Live(var agreed) ? agreed : ProtocolVersion.ASSUMED;
        var version =
                Optional.ofNullable(http.header(HeaderAgreement.VERSION))
                        .flatMap(ProtocolVersion::legacy)
                        .orElse(negotiated);
        var answer =
                switch (request.method()) {
                    case "ping" -> new Answer.Empty();
                    case "tools/list" -> list(http, request, version);
                    case "tools/call" -> calls.call(http, request, version);
                    default -> new Answer.No(new Problem.UnknownMethod(request.method()));
                };
        return reply(answer, request, version, http);
    }

    private McpReply initialize(McpRequest http, RpcMessage.Request request) {
        var asked = request.params().path("protocolVersion").textValue();
        if (asked == null) {
            return refuse(
                    new Problem.MalformedParams("/protocolVersion", "is not a string"),
                    request.id(),
                    ProtocolVersion.LATEST_LEGACY,
                    http);
        }
        var version = ProtocolVersion.legacy(asked).orElse(ProtocolVersion.LATEST_LEGACY);
        var result = JsonNodeFactory.instance.objectNode();
        result.put("protocolVersion", version.wire());
        result.putObject("capabilities").putObject("tools");
        result.set("serverInfo", Results.serverInfo());
        result.put("instructions", INSTRUCTIONS);
        var session = sessions.issue(http.identity(), version);
        return reply(
                new Answer.Result(result, Map.of(LegacySessions.HEADER, session), List.of()),
                request,
                version,
                http);
    }

    private static ObjectNode discover() {
        var result = JsonNodeFactory.instance.objectNode();
        var versions = result.putArray("supportedVersions");
        ProtocolVersion.all().forEach(versions::add);
        result.putObject("capabilities").putObject("tools");
        result.put("instructions", INSTRUCTIONS);
        result.put("ttlMs", DISCOVER_TTL_MS);
        result.put("cacheScope", "private");
        return result;
    }

    private Answer list(McpRequest http, RpcMessage.Request request, ProtocolVersion version) {
        try {
            return listing.list(http.identity(), request.params(), version);
        } catch (PolicyUnavailableException e) {
            LOG.error("tools cannot be listed, request {}", http.callId(), e);
            gate.refuse(
                    new RefusedRequest(
                            http.callId(),
                            http.identity(),
                            RefusalCode.POLICY_UNAVAILABLE,
                            "catalogue_unavailable"));
            return new Answer.No(new Problem.Internal());
        }
    }

    private sealed interface Session {
        /** The client sent none, which every version allows. */
        record None() implements Session {}

        record Live(ProtocolVersion negotiated) implements Session {}

        record Lost() implements Session {}
    }

    private Session session(McpRequest http) {
        var id = http.header(LegacySessions.HEADER);
        if (id == null) {
            return new Session.None();
        }
        return sessions.verify(id, http.identity())
                .<Session>map(Session.Live::new)
                .orElseGet(Session.Lost::new);
    }

    private McpReply reply(
            Answer answer, RpcMessage.Request request, ProtocolVersion version, McpRequest http) {
        return switch (answer) {
            case Answer.No(var problem) -> refuse(problem, request.id(), version, http);
            case Answer.Empty() ->
                    new McpReply(
                            200,
                            Map.of(),
                            message(request.id(), JsonNodeFactory.instance.objectNode()));
            case Answer.Result(var result, var headers, var notifications) ->
                    new McpReply(
                            200,
                            headers,
                            message(request.id(), Results.complete(result, version, http.callId())),
                            notifications);
        };
    }

    private static ObjectNode message(JsonNode id, ObjectNode result) {
        var message = JsonNodeFactory.instance.objectNode();
        message.put("jsonrpc", "2.0");
        message.set("id", id);
        message.set("result", result);
        return message;
    }

    private McpReply refuse(
            Problem problem, @Nullable JsonNode id, ProtocolVersion version, McpRequest http) {
        var reason = JsonRpcErrors.refused(problem);
        if (reason != null) {
            record(reason, http.identity(), http.callId());
        }
        return JsonRpcErrors.reply(problem, id, version, http.callId());
    }

    private void record(String reason, EffectiveIdentity identity, String callId) {
        gate.refuse(new RefusedRequest(callId, identity, RefusalCode.DENIED, reason));
    }

    private static Problem missing(String key) {
        return new Problem.MissingMeta("/params/_meta/" + key.replace("/", "~1"));
    }

    /** What we were asked for, short enough to say again. */
    private static String echo(String version) {
        return version.length() <= 32 ? version : version.substring(0, 32);
    }

    /** The id of an invalid message, when it has a usable one. */
    private static @Nullable JsonNode id(JsonNode body) {
        var id = body.path("id");
        return RpcMessage.isId(id) ? id : null;
    }
}
