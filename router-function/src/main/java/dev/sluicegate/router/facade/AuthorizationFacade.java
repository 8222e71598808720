package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.router.identity.GuardedFetch;
import dev.sluicegate.router.identity.IssuerConfig;
import dev.sluicegate.router.identity.ProtectedResource;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The authorization servers that stand in front of issuers with a facade. Each is an issuer of its own to
 * clients: metadata, registration, authorization, token. Access tokens are the identity provider's,
 * unchanged; the facade makes none and verifies none.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8414">RFC 8414</a>
 */
public final class AuthorizationFacade {
    private static final String WELL_KNOWN = "/.well-known/oauth-authorization-server";

    private final Map<String, Logins> byPath;

    private AuthorizationFacade(Map<String, Logins> byPath) {
        this.byPath = Map.copyOf(byPath);
    }

    /**
     * @param mac HMAC-SHA256 with a key that only the gateway has
     */
    public static AuthorizationFacade of(
            ProtectedResource resource,
            List<IssuerConfig> issuers,
            UnaryOperator<byte[]> mac,
            Clock clock) {
        return of(resource, issuers, mac, new GuardedFetch(), clock);
    }

    /**
     * @param fetch of clients' documents
     */
    public static AuthorizationFacade of(
            ProtectedResource resource,
            List<IssuerConfig> issuers,
            UnaryOperator<byte[]> mac,
            GuardedFetch fetch,
            Clock clock) {
        var byPath = new HashMap<String, Logins>();
        var documents = new ClientDocuments(fetch, clock);
        for (var issuer : issuers) {
            var facade = issuer.facade();
            if (facade != null) {
                var key =
                        mac.apply(
                                ("facade-seal\n" + facade.name()).getBytes(StandardCharsets.UTF_8));
                var logins =
                        new Logins(
                                resource,
                                issuer,
                                facade,
                                new Clients(new Registrations(mac), documents),
                                new Seal(key, clock));
                byPath.put(issuer.facadePath(), logins);
            }
        }
        return new AuthorizationFacade(byPath);
    }

    /** Empty when the path is none of a facade's. */
    public Optional<FacadeAnswer> answer(FacadeRequest request) {
        var path = request.path();
        if (path.startsWith(WELL_KNOWN)) {
            var logins = byPath.get(path.substring(WELL_KNOWN.length()));
            return logins == null
                    ? Optional.empty()
                    : Optional.of(
                            request.method().equals("GET")
                                    ? FacadeAnswer.of(200, logins.metadata())
                                    : notAllowed("GET"));
        }
        var end = path.lastIndexOf('/');
        var logins = end < 0 ? null : byPath.get(path.substring(0, end));
        return logins == null
                ? Optional.empty()
                : Optional.ofNullable(answer(logins, path.substring(end + 1), request));
    }

    /** The issuer that a path belongs to, for the record; null when it is none of a facade's. */
    public @Nullable String issuerAt(String path) {
        var end = path.lastIndexOf('/');
        var logins = end < 0 ? null : byPath.get(path.substring(0, end));
        return logins == null ? null : logins.issuer();
    }

    private static @Nullable FacadeAnswer answer(
            Logins logins, String endpoint, FacadeRequest request) {
        var method =
                switch (endpoint) {
                    case "authorize", "callback" -> "GET";
                    case "consent", "token", "register" -> "POST";
                    default -> "";
                };
        if (method.isEmpty()) {
            return null;
        }
        if (!request.method().equals(method)) {
            return notAllowed(method);
        }
        return switch (endpoint) {
            case "authorize" -> logins.authorize(request);
            case "consent" -> logins.consent(request);
            case "callback" -> logins.callback(request);
            case "token" -> logins.token(request);
            default -> logins.register(request);
        };
    }

    private static FacadeAnswer notAllowed(String method) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error", "method not allowed, use " + method);
        return new FacadeAnswer(405, Map.of("Allow", method), body, null, null);
    }

    /** Registered by themselves, or by a document at their URL. */
    record Clients(Registrations registrations, ClientDocuments documents) {
        Optional<LoginClient> find(String id) {
            return ClientDocuments.isUrl(id) ? documents.find(id) : registrations.find(id);
        }
    }
}
