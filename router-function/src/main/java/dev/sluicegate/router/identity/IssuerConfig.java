package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose access tokens count, and what its tokens mean here.
 *
 * @param issuer exactly as in the {@code iss} claim
 * @param jwksUri where its keys are, or null to ask its discovery document
 * @param tenant of everybody it vouches for
 * @param types accepted values of the header {@code typ}, lower case; empty for an issuer whose access
 *     tokens have none, which must then say {@code token_use: access}
 * @param rolesClaim name of the claim with the roles, or a path of names joined by dots
 * @param audience the token must be for one of these
 * @param clients trust of OAuth clients, {@code managed} or {@code known}; all others are unknown
 * @param algorithms accepted signature algorithms, asymmetric ones only
 * @param personClaim name of the claim that is the same for all accounts of one human (an employee number),
 *     or null when an account is all that is known
 */
public record IssuerConfig(
        String issuer,
        @Nullable URI jwksUri,
        String tenant,
        Set<String> types,
        String rolesClaim,
        Set<String> audience,
        Map<String, String> clients,
        Set<String> algorithms,
        @Nullable String personClaim) {
    private static final Set<String> FIELDS =
            Set.of(
                    "issuer",
                    "jwksUri",
                    "tenant",
                    "typ",
                    "rolesClaim",
                    "audience",
                    "clients",
                    "algorithms",
                    "personClaim");

    private static final Set<String> ASYMMETRIC =
            Set.of("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512");

    private static final Set<String> TRUSTED = Set.of("managed", "known");

    public IssuerConfig {
        requireFetchable("issuer", issuer);
        if (jwksUri != null) {
            requireFetchable("jwksUri", jwksUri.toString());
        }
        if (tenant.isBlank() || tenant.contains("#")) {
            throw new IllegalArgumentException("tenant `" + tenant + "` of `" + issuer + "`");
        }
        types =
                types.stream()
                        .map(type -> type.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toUnmodifiableSet());
        audience = Set.copyOf(audience);
        clients = Map.copyOf(clients);
        algorithms = Set.copyOf(algorithms);
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
        JsonNode array;
        try {
            array = StrictJson.read(json.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new IllegalArgumentException("issuers are not a JSON array", e);
        }
        if (!array.isArray() || array.isEmpty()) {
            throw new IllegalArgumentException("issuers are not a JSON array with elements");
        }
        var issuers = new ArrayList<IssuerConfig>();
        var seen = new HashSet<String>();
        for (var element : array) {
            var issuer = read(element, defaultAudience);
            if (!seen.add(issuer.issuer())) {
                throw new IllegalArgumentException("issuer `" + issuer.issuer() + "` twice");
            }
            issuers.add(issuer);
        }
        return List.copyOf(issuers);
    }

    private static IssuerConfig read(JsonNode element, String defaultAudience) {
        element.fieldNames()
                .forEachRemaining(name -> {
                    if (!FIELDS.contains(name)) {
                        throw new IllegalArgumentException(
                                "unknown field `" + name + "` of an issuer");
                    }
                });
        var jwksUri = element.path("jwksUri");
        var clients = new HashMap<String, String>();
        element.path("clients")
                .properties()
                .forEach(client -> clients.put(client.getKey(), client.getValue().asText()));
        return new IssuerConfig(
                text(element, "issuer", null),
                jwksUri.isTextual() ? URI.create(jwksUri.textValue()) : null,
                text(element, "tenant", null),
                strings(element, "typ", Set.of("at+jwt")),
                text(element, "rolesClaim", "roles"),
                strings(element, "audience", Set.of(defaultAudience)),
                clients,
                strings(element, "algorithms", Set.of("ES256", "RS256")),
                element.has("personClaim") ? text(element, "personClaim", null) : null);
    }

    private static String text(JsonNode element, String field, @Nullable String otherwise) {
        var value = element.path(field);
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isMissingNode() && otherwise != null) {
            return otherwise;
        }
        throw new IllegalArgumentException("`" + field + "` of an issuer is not a text");
    }

    private static Set<String> strings(JsonNode element, String field, Set<String> otherwise) {
        var value = element.path(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isArray()) {
            throw new IllegalArgumentException("`" + field + "` of an issuer is not an array");
        }
        var strings = new HashSet<String>();
        for (var item : value) {
            if (!item.isTextual()) {
                throw new IllegalArgumentException("`" + field + "` of an issuer is not of texts");
            }
            strings.add(item.textValue());
        }
        return strings;
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
