package dev.sluicegate.router.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.facade.AuthorizationFacade;
import dev.sluicegate.router.facade.FacadeRequest;
import dev.sluicegate.router.identity.Authentication;
import dev.sluicegate.router.identity.Challenge;
import dev.sluicegate.router.identity.EffectiveIdentity;
import dev.sluicegate.router.identity.IdentityDocument;
import dev.sluicegate.router.identity.Presented;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.ProtectedResourceMetadata;
import dev.sluicegate.router.identity.Rejection;
import dev.sluicegate.router.identity.TokenVerifier;
import dev.sluicegate.router.identity.UnauthenticatedRefusals;
import dev.sluicegate.router.mcp.JsonRpcErrors;
import dev.sluicegate.router.mcp.McpEndpoint;
import dev.sluicegate.router.mcp.McpReply;
import dev.sluicegate.router.mcp.McpRequest;
import dev.sluicegate.router.mcp.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first stage of a call: an API Gateway event in, a response of the same shape out. Checks host,
 * origin, route, token and size in this order, and answers whatever goes wrong behind it.
 */
public final class Edge {
    private static final Logger LOG = LoggerFactory.getLogger(Edge.class);

    /** Four times the largest arguments; API Gateway itself would pass 10 MB. */
    static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final String STS = "/sts";

    /** Tells a caller who the gateway takes them for; the first thing to look at after a refusal. */
    private static final String WHOAMI = "/whoami";

    /** RFC 6750, section 2.1, and RFC 9449, section 7.1. */
    private static final Pattern TOKEN =
            Pattern.compile("(?i:(bearer)|dpop) +([A-Za-z0-9._~+/-]+=*)");

    private static final Pattern LOOPBACK_ORIGIN =
            Pattern.compile("http://(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?");

    private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");

    private static final int LOGGED_FRAMES = 12;

    private final ProtectedResource resource;
    private final Set<String> origins;
    private final TokenVerifier tokens;
    private final UnauthenticatedRefusals refusals;
    private final ProtectedResourceMetadata metadata;
    private final IssuerDocuments issuerDocuments;
    private final AuthorizationFacade facade;
    private final McpEndpoint mcp;
    private final Clock clock;
    private final Map<String, String> securityHeaders;

    /**
     * @param origins of browsers that may call, beside loopback and the resource's own; lower case
     */
    public Edge(
            ProtectedResource resource,
            Set<String> origins,
            TokenVerifier tokens,
            UnauthenticatedRefusals refusals,
            ProtectedResourceMetadata metadata,
            IssuerDocuments issuerDocuments,
            AuthorizationFacade facade,
            McpEndpoint mcp,
            Clock clock) {
        this.resource = resource;
        this.origins = Set.copyOf(origins);
        this.tokens = tokens;
        this.refusals = refusals;
        this.metadata = metadata;
        this.issuerDocuments = issuerDocuments;
        this.facade = facade;
        this.mcp = mcp;
        this.clock = clock;
        this.securityHeaders = securityHeaders(resource);
    }

    /** Answers every event; never throws. */
    public ObjectNode handle(JsonNode event) {
        var shape = GatewayEvent.of(event);
        var callId = Ulid.next(clock);
        HttpResponse response;
        try {
            response = route(shape.request(event), callId);
        } catch (RuntimeException e) {
            // its message and causes may quote what was sent, so only where it happened is logged
            LOG.error("request {} failed: {} at {}", callId, e.getClass().getName(), frames(e));
            refusals.record("internal_error", null, null);
            response = of(JsonRpcErrors.reply(new Problem.Internal(), callId));
        }
        return shape.write(secured(response));
    }

    private HttpResponse route(HttpRequest request, String callId) {
        if (resource.loopback() && !isLoopbackHost(request.header("Host"))) {
            return refuse(new Problem.ForbiddenHost(), "host", null, request, callId);
        }
        var origin = request.header("Origin");
        if (origin != null && !isAllowed(origin)) {
            return refuse(new Problem.ForbiddenOrigin(), "origin", null, request, callId);
        }
        var path = request.path();
        if (path.equals(resource.path())) {
            return request.method().equals("POST")
                    ? authenticated(request, callId, identity -> call(request, identity, callId))
                    : notAllowed("POST");
        }
        if (path.equals(WHOAMI)) {
            return request.method().equals("GET")
                    ? authenticated(
                            request,
                            callId,
                            identity ->
                                    new HttpResponse(
                                            200,
                                            Map.of(),
                                            IdentityDocument.of(identity, clock.instant())))
                    : notAllowed("GET");
        }
        if (path.equals("/healthz")) {
            return get(request, JsonNodeFactory.instance.objectNode().put("status", "ok"));
        }
        if (path.equals(ProtectedResource.METADATA_PATH)
                || path.equals(ProtectedResource.METADATA_PATH + resource.path())) {
            return get(request, metadata.document());
        }
        if (path.startsWith(STS + "/")) {
            return issuerDocuments
                    .document(path.substring(STS.length()))
                    .map(document -> get(request, document))
                    .orElseGet(Edge::notFound);
        }
        return login(request);
    }

    /** What is none of a facade's paths is nobody's. */
    private HttpResponse login(HttpRequest request) {
        var body = body(request);
        if (body == null || body.length > MAX_BODY_BYTES) {
            return notFound();
        }
        var asked =
                new FacadeRequest(
                        request.method(),
                        request.path(),
                        request.rawQuery(),
                        request.header("Cookie"),
                        request.header("Content-Type"),
                        new String(body, StandardCharsets.UTF_8));
        return facade.answer(asked)
                .map(answer -> {
                    if (answer.refused() != null) {
                        refusals.record(
                                answer.refused(),
                                facade.issuerAt(request.path()),
                                request.sourceIp());
                    }
                    return new HttpResponse(
                            answer.status(),
                            answer.headers(),
                            answer.json(),
                            List.of(),
                            answer.html());
                })
                .orElseGet(Edge::notFound);
    }

    /** Goes on as who the token says is calling, or answers with a challenge. */
    private HttpResponse authenticated(
            HttpRequest request, String callId, Function<EffectiveIdentity, HttpResponse> next) {
        if (request.query().contains("access_token")) {
            return refuse(
                    new Problem.AmbiguousToken(
                            Challenge.invalidRequest(resource),
                            "an access token does not belong in a query string"),
                    "token_in_query",
                    null,
                    request,
                    callId);
        }
        var authorization = request.header("Authorization");
        if (authorization == null || !isToken(authorization)) {
            return refuse(
                    new Problem.NoToken(Challenge.unauthenticated(resource)),
                    Rejection.ABSENT.word(),
                    null,
                    request,
                    callId);
        }
        var given = TOKEN.matcher(authorization);
        if (!given.matches()) {
            return refuse(
                    new Problem.AmbiguousToken(
                            Challenge.invalidRequest(resource),
                            "header Authorization is not `Bearer` or `DPoP` and one token"),
                    "malformed_authorization",
                    null,
                    request,
                    callId);
        }
        var presented =
                new Presented(
                        given.group(1) == null ? Presented.Scheme.DPOP : Presented.Scheme.BEARER,
                        given.group(2),
                        request.headers().getOrDefault("dpop", List.of()),
                        request.method(),
                        resource.origin() + request.path(),
                        request.sourceIp());
        return switch (tokens.verify(presented)) {
            case Authentication.Rejected rejected ->
                    refuse(
                            problem(rejected, presented.scheme()),
                            rejected.reason().word(),
                            rejected.issuer(),
                            request,
                            callId);
            case Authentication.Verified(var identity) -> next.apply(identity);
        };
    }

    private Problem problem(Authentication.Rejected rejected, Presented.Scheme scheme) {
        var reason = rejected.reason();
        if (reason == Rejection.KEYS_UNAVAILABLE || reason == Rejection.REPLAYS_UNAVAILABLE) {
            return new Problem.IdentityUnavailable();
        }
        // a bound token that came as a bearer token is told how it has to come
        var challenge =
                rejected.bound() || scheme == Presented.Scheme.DPOP
                        ? Challenge.proofOfPossession(
                                resource, reason.ofProof() ? "invalid_dpop_proof" : "invalid_token")
                        : Challenge.invalidToken(resource);
        return new Problem.RefusedToken(challenge, reason);
    }

    private HttpResponse call(HttpRequest request, EffectiveIdentity identity, String callId) {
        var body = body(request);
        if (body == null) {
            return of(mcp.refuse(new Problem.NotJson(), "not_base64", identity, callId));
        }
        if (body.length > MAX_BODY_BYTES) {
            return of(
                    mcp.refuse(
                            new Problem.UnreadableBody(
                                    "", "has more than " + MAX_BODY_BYTES + " bytes"),
                            "body_too_large",
                            identity,
                            callId));
        }
        return of(
                mcp.handle(
                        new McpRequest(
                                callId, identity, request.headers(), body, clock.instant())));
    }

    private static byte @Nullable [] body(HttpRequest request) {
        if (!request.base64()) {
            return request.body().getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(request.body());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private HttpResponse refuse(
            Problem problem,
            String reason,
            @Nullable String issuer,
            HttpRequest request,
            String callId) {
        refusals.record(reason, issuer, request.sourceIp());
        return of(JsonRpcErrors.reply(problem, callId));
    }

    private boolean isAllowed(String origin) {
        var lower = origin.toLowerCase(Locale.ROOT);
        return LOOPBACK_ORIGIN.matcher(lower).matches()
                || lower.equals(resource.origin().toLowerCase(Locale.ROOT))
                || origins.contains(lower);
    }

    /** Against DNS rebinding: a page on another name must not reach a server on this machine. */
    private static boolean isLoopbackHost(@Nullable String host) {
        return host != null && ProtectedResource.isLoopback(PORT.matcher(host).replaceFirst(""));
    }

    private static boolean isToken(String authorization) {
        return hasScheme(authorization, "bearer") || hasScheme(authorization, "dpop");
    }

    private static boolean hasScheme(String authorization, String scheme) {
        return authorization.regionMatches(true, 0, scheme, 0, scheme.length())
                && (authorization.length() == scheme.length()
                        || authorization.charAt(scheme.length()) == ' ');
    }

    private static HttpResponse get(HttpRequest request, JsonNode document) {
        return request.method().equals("GET")
                ? new HttpResponse(200, Map.of(), document)
                : notAllowed("GET");
    }

    private static HttpResponse notAllowed(String allowed) {
        return new HttpResponse(
                405,
                Map.of("Allow", allowed),
                JsonNodeFactory.instance
                        .objectNode()
                        .put("error", "method not allowed, use " + allowed));
    }

    private static HttpResponse notFound() {
        return new HttpResponse(
                404, Map.of(), JsonNodeFactory.instance.objectNode().put("error", "not found"));
    }

    private static HttpResponse of(McpReply reply) {
        return new HttpResponse(
                reply.status(), reply.headers(), reply.body(), reply.notifications());
    }

    private HttpResponse secured(HttpResponse response) {
        var headers = new HashMap<>(securityHeaders);
        headers.putAll(response.headers());
        return new HttpResponse(
                response.status(), headers, response.body(), response.before(), response.html());
    }

    private static Map<String, String> securityHeaders(ProtectedResource resource) {
        var headers = new HashMap<String, String>();
        headers.put("Cache-Control", "no-store");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        if ("https".equals(resource.uri().getScheme())) {
            headers.put("Strict-Transport-Security", "max-age=31536000");
        }
        return Map.copyOf(headers);
    }

    private static String frames(RuntimeException e) {
        return Arrays.stream(e.getStackTrace())
                .limit(LOGGED_FRAMES)
                .map(StackTraceElement::toString)
                .collect(Collectors.joining(" < "));
    }
}
