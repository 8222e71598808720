package dev.sluicegate.router.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose access tokens count, and what its tokens mean here.
 *
 * @param issuer exactly as in the {@code iss} claim
 * @param jwksUri where its keys are, or null to ask its discovery document
 * @param tenants whose people it vouches for
 * @param types accepted values of the header {@code typ}, lower case; empty for an issuer whose access
 *     tokens have none, which must then say {@code token_use: access}
 * @param audience the token must be for one of these
 * @param clients trust of OAuth clients, {@code managed} or {@code known}; all others are unknown
 * @param algorithms accepted signature algorithms, asymmetric ones only
 * @param names what the claims are called
 * @param roles what a role of the token is called here; a role that is not named counts for nothing. Empty
 *     to take roles as they are
 * @param stepUp values of {@code acr} that mean more than one factor, beside the well-known ones, and that
 *     are asked for when policy wants a stronger authentication
 * @param boundOnly whether its tokens must be bound to a key of the client (DPoP)
 * @param facade how clients log in through the gateway, or null for an issuer that serves them itself
 */
public record IssuerConfig(
        String issuer,
        @Nullable URI jwksUri,
        Tenants tenants,
        Set<String> types,
        Set<String> audience,
        Map<String, String> clients,
        Set<String> algorithms,
        ClaimNames names,
        Map<String, Set<String>> roles,
        List<String> stepUp,
        boolean boundOnly,
        @Nullable Facade facade) {
    private static final Set<String> ASYMMETRIC =
            Set.of("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512");

    private static final Set<String> TRUSTED = Set.of("managed", "known");

    /** RFC 6749 lets these stand in a quoted string, where a challenge has them. */
    private static final Pattern CONTEXT = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,200}");

    private static final Pattern FACADE_NAME = Pattern.compile("[a-z0-9-]{1,32}");

    public IssuerConfig {
        requireFetchable("issuer", issuer);
        if (jwksUri != null) {
            requireFetchable("jwksUri", jwksUri.toString());
        }
        types =
                types.stream()
                        .map(type -> type.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        audience = Set.copyOf(audience);
        clients = Map.copyOf(clients);
        algorithms = Set.copyOf(algorithms);
        roles = Map.copyOf(roles);
        stepUp = List.copyOf(stepUp);
        if (audience.isEmpty()) {
            throw new IllegalArgumentException("no audience for `" + issuer + "`");
        }
        if (algorithms.isEmpty() || !ASYMMETRIC.containsAll(algorithms)) {
            throw new IllegalArgumentException(
                    "algorithms " + algorithms + " of `" + issuer + "`, allowed are " + ASYMMETRIC);
        }
        if (!TRUSTED.containsAll(clients.values())) {
            throw new IllegalArgumentException(
                    "trust of a client of `" + issuer + "` is not one of " + TRUSTED);
        }
        if (!stepUp.stream().allMatch(context -> CONTEXT.matcher(context).matches())) {
            throw new IllegalArgumentException("stepUp " + stepUp + " of `" + issuer + "`");
        }
    }

    /**
     * What the claims of an issuer's tokens are called.
     *
     * @param roles names of the claims with roles or groups, each a name or a path of names joined by dots;
     *     what all of them hold counts
     * @param client name of the claim with the OAuth client
     * @param scope name of the claim with the scopes
     * @param scopePrefix what the issuer puts before our scopes, empty for nothing
     * @param person name of the claim that is the same for all accounts of one human (an employee number),
     *     or null when an account is all that is known
     */
    public record ClaimNames(
            Set<String> roles,
            String client,
            String scope,
            String scopePrefix,
            @Nullable String person) {
        public ClaimNames {
            roles = Set.copyOf(roles);
        }
    }

    /** A tenant is from the configuration, never a text of a token. */
    public sealed interface Tenants {
        /** Everybody belongs to one. */
        record One(String tenant) implements Tenants {
            public One {
                requireTenant(tenant);
            }
        }

        /**
         * A claim says which.
         *
         * @param byValue tenant by value of the claim; a token with another value is refused
         */
        record ByClaim(String claim, Map<String, String> byValue) implements Tenants {
            public ByClaim {
                byValue = Map.copyOf(byValue);
                if (byValue.isEmpty()) {
                    throw new IllegalArgumentException("tenants by `" + claim + "` are empty");
                }
                byValue.values().forEach(Tenants::requireTenant);
            }
        }

        private static void requireTenant(String tenant) {
            if (tenant.isBlank() || tenant.contains("#")) {
                throw new IllegalArgumentException("tenant `" + tenant + "`");
            }
        }
    }

    /**
     * An issuer that clients cannot log in to by themselves: it has no metadata of RFC 8414, or registers
     * nobody. The gateway stands in front of it.
     *
     * @param name part of the facade's URLs
     * @param clientId of the one public client, with PKCE, that the gateway is to the issuer
     */
    public record Facade(
            String name, URI authorizationEndpoint, URI tokenEndpoint, String clientId) {
        public Facade {
            if (!FACADE_NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("facade name `" + name + "`");
            }
            requireFetchable("authorizationEndpoint", authorizationEndpoint.toString());
            requireFetchable("tokenEndpoint", tokenEndpoint.toString());
            if (clientId.isBlank()) {
                throw new IllegalArgumentException("clientId of facade `" + name + "` is blank");
            }
        }
    }

    /** Path of the facade's endpoints below the gateway's origin; empty when there is no facade. */
    public String facadePath() {
        return facade == null ? "" : "/oauth/" + facade.name();
    }

    /** {@code managed | known | unknown}. */
    public String trustOf(String client) {
        return clients.getOrDefault(client, "unknown");
    }

    /**
     * Reads the configuration of all issuers.
     *
     * @param json an array of objects
     * @param defaultAudience our resource, for issuers that name no other
     * @throws IllegalArgumentException if it is not a valid configuration; the message names the field
     */
    public static List<IssuerConfig> parse(String json, String defaultAudience) {
        return IssuerConfigReader.read(json, defaultAudience);
    }

    private static void requireFetchable(String field, String url) {
        try {
            var uri = new URI(url);
            var host = uri.getHost();
            if (host != null
                    && ("https".equals(uri.getScheme())
                            || ("http".equals(uri.getScheme())
                                    && ProtectedResource.isLoopback(host)))) {
                return;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(field + " `" + url + "` is not a URL", e);
        }
        throw new IllegalArgumentException(
                field + " `" + url + "` is neither https nor on loopback");
    }
}
