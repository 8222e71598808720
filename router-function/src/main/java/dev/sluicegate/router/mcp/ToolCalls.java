package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.PolicyUnavailableException;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.enforcement.StatedIntent;
import dev.sluicegate.router.identity.Challenge;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.StepUpContexts;
import dev.sluicegate.router.policy.Catalogue;
import dev.sluicegate.router.policy.CataloguedTool;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code tools/call}: from parameters to a call that may be enforced. What is malformed stops here; what
 * is well-formed and wrong is recorded as refused.
 */
final class ToolCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ToolCalls.class);

    /** Canonical bytes. The arguments travel on in a Lambda payload, which allows 6 MB. */
    static final int MAX_ARGUMENT_BYTES = 256 * 1024;

    /** Every path into the arguments is made of keys: long ones with many children cost quadratic time. */
    static final int MAX_KEY = 256;

    /** MCP 2026-07-28: a tool name has at most 128 characters. More is not worth echoing. */
    private static final int MAX_NAME = 128;

    private static final int MAX_CLIENT_INFO = 200;

    private static final Pattern TRACEPARENT =
            Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final ProtectedResource resource;
    private final Catalogue catalogue;
    private final CallGate gate;
    private final StepUpContexts stepUp;
    private final ToolSchemas schemas = new ToolSchemas();

    ToolCalls(
            ProtectedResource resource, Catalogue catalogue, CallGate gate, StepUpContexts stepUp) {
        this.resource = resource;
        this.catalogue = catalogue;
        this.gate = gate;
        this.stepUp = stepUp;
    }

    Answer call(McpRequest http, RpcMessage.Request request, ProtocolVersion version) {
        var name = request.params().path("name").textValue();
        if (name == null) {
            return no(new Problem.MalformedParams("/name", "is not a string"));
        }
        var given = request.params().path("arguments");
        if (!given.isMissingNode() && !given.isObject()) {
            return no(new Problem.MalformedParams("/arguments", "is not an object"));
        }
        var arguments =
                given instanceof ObjectNode object
                        ? object.deepCopy()
                        : JsonNodeFactory.instance.objectNode();
        var limit = overLimit(arguments);
        if (limit != null) {
            return no(limit);
        }
        var hostIntent = IntentArgument.ofHost(request.meta());
        if (hostIntent.path() != null) {
            return no(new Problem.MalformedParams(hostIntent.path(), hostIntent.rule()));
        }
        CataloguedTool tool;
        try {
            tool = catalogue.find(name).orElse(null);
        } catch (PolicyUnavailableException e) {
            LOG.error("catalogue cannot be read, call {} is refused", http.callId(), e);
            // without a catalogue there is no tool that the record could name
            gate.refuse(
                    new RefusedRequest(
                            http.callId(),
                            http.identity(),
                            RefusalCode.POLICY_UNAVAILABLE,
                            "catalogue_unavailable"));
            return new Answer.Result(
                    Results.of(
                            new Outcome.Refused(
                                    http.callId(),
                                    "",
                                    RefusalCode.POLICY_UNAVAILABLE,
                                    "the call cannot be decided right now",
                                    List.of(),
                                    null),
                            version));
        }
        if (tool == null) {
            return no(new Problem.UnknownTool(shortened(name, MAX_NAME)));
        }
        var schema = schemas.of(tool.manifest());
        if (version.modern()) {
            var mismatch = HeaderAgreement.parameters(http, schema.mirrored(), arguments);
            if (mismatch != null) {
                return no(mismatch);
            }
        }
        var modelIntent = IntentArgument.strip(arguments);
        var intent =
                hostIntent.intent().source() == StatedIntent.Source.NONE
                        ? modelIntent.intent()
                        : hostIntent.intent();
        var call = inbound(http, request, version, tool, arguments, intent);
        var needed = tool.manifest().requiredScopes();
        if (!http.identity().scopes().containsAll(needed)) {
            gate.refuse(
                    call,
                    "identity",
                    RefusalCode.DENIED,
                    "the access token lacks a scope of " + String.join(" ", needed));
            return no(new Problem.InsufficientScope(Challenge.insufficientScope(resource, needed)));
        }
        if (modelIntent.path() != null) {
            return invalid(
                    call,
                    version,
                    new ToolSchemas.Violation(
                            modelIntent.path(),
                            modelIntent.rule(),
                            "is not a stated intent",
                            "/properties/" + IntentArgument.NAME + "/" + modelIntent.rule()));
        }
        var complete = call.withArguments(schema.withDefaults(arguments));
        var violation = schema.violation(complete.arguments());
        return violation
                .map(broken -> invalid(complete, version, broken))
                .orElseGet(() -> answer(gate.enforce(complete), http, request, version));
    }

    private Answer answer(
            Outcome outcome, McpRequest http, RpcMessage.Request request, ProtocolVersion version) {
        if (outcome instanceof Outcome.Refused refused && refused.stepUp() != null) {
            var challenge =
                    Challenge.insufficientAuthentication(
                            resource,
                            stepUp,
                            http.identity().issuer(),
                            refused.stepUp().maxAgeSeconds());
            return no(new Problem.StepUpRequired(challenge, refused));
        }
        return new Answer.Result(
                Results.of(outcome, version),
                Map.of(),
                ProgressNotifications.of(outcome, http, request.meta()));
    }

    private static @Nullable Problem overLimit(ObjectNode arguments) {
        if (StrictJson.depth(arguments) > StrictJson.MAX_DEPTH) {
            return new Problem.MalformedParams(
                    "/arguments", "is nested deeper than " + StrictJson.MAX_DEPTH + " levels");
        }
        if (longestKey(arguments) > MAX_KEY) {
            return new Problem.MalformedParams(
                    "/arguments", "has a key of more than " + MAX_KEY + " characters");
        }
        try {
            if (CanonicalJson.bytes(arguments).length > MAX_ARGUMENT_BYTES) {
                return new Problem.MalformedParams(
                        "/arguments", "has more than " + MAX_ARGUMENT_BYTES + " bytes");
            }
        } catch (NotCanonicalException e) {
            return new Problem.MalformedParams("/arguments" + e.pointer(), e.rule());
        }
        return null;
    }

    private static int longestKey(JsonNode value) {
        var longest = 0;
        for (var field : value.properties()) {
            longest = Math.max(longest, field.getKey().length());
        }
        for (var child : value) {
            longest = Math.max(longest, longestKey(child));
        }
        return longest;
    }

    private static InboundCall inbound(
            McpRequest http,
            RpcMessage.Request request,
            ProtocolVersion version,
            CataloguedTool tool,
            ObjectNode arguments,
            StatedIntent intent) {
        return new InboundCall(
                http.callId(),
                http.identity(),
                tool,
                arguments,
                intent,
                request.id().asText(),
                version.wire(),
                traceparent(http, request.meta()),
                clientInfo(request.meta()),
                http.receivedAt());
    }

    /** Records the refusal in words of the manifest, and tells the caller in full. */
    private Answer invalid(
            InboundCall call, ProtocolVersion version, ToolSchemas.Violation violation) {
        var recorded =
                gate.refuse(
                        call,
                        "mcp",
                        RefusalCode.INVALID_ARGUMENTS,
                        "arguments break `" + violation.schemaPath() + "`");
        var refused =
                new Outcome.Refused(
                        call.callId(),
                        recorded.chainId(),
                        RefusalCode.INVALID_ARGUMENTS,
                        "invalid arguments: "
                                + (violation.path().isEmpty() ? "" : "`" + violation.path() + "` ")
                                + violation.message(),
                        List.of(),
                        null);
        var result = Results.of(refused, version);
        if (result.path("structuredContent") instanceof ObjectNode structured) {
            structured.put("path", violation.path());
            structured.put("rule", violation.rule());
        }
        return new Answer.Result(result);
    }

    private static @Nullable String traceparent(McpRequest http, JsonNode meta) {
        var stated = meta.path("traceparent").textValue();
        var value = stated == null ? http.header("traceparent") : stated;
        return value != null && TRACEPARENT.matcher(value).matches() ? value : null;
    }

    private static @Nullable String clientInfo(JsonNode meta) {
        var info = meta.path("io.modelcontextprotocol/clientInfo");
        var name = info.path("name").textValue();
        if (name == null) {
            return null;
        }
        var version = info.path("version").textValue();
        return JsonRpcErrors.printable(
                shortened(version == null ? name : name + " " + version, MAX_CLIENT_INFO));
    }

    /** At most {@code max} characters, none of them half of a pair. */
    private static String shortened(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    private static Answer no(Problem problem) {
        return new Answer.No(problem);
    }
}
