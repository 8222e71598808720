package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads issuers from JSON; a field that it does not know is a mistake, and a mistake ends the start. */
final class IssuerConfigReader {
    private static final Set<String> FIELDS =
            Set.of(
                    "issuer",
                    "jwksUri",
                    "tenant",
                    "tenantClaim",
                    "tenants",
                    "typ",
                    "rolesClaim",
                    "roles",
                    "clientClaim",
                    "scopeClaim",
                    "scopePrefix",
                    "personClaim",
                    "audience",
                    "clients",
                    "algorithms",
                    "stepUp",
                    "boundOnly",
                    "facade");

    private static final Set<String> FACADE_FIELDS =
            Set.of("name", "authorizationEndpoint", "tokenEndpoint", "clientId");

    private IssuerConfigReader() {}

    static List<IssuerConfig> read(String json, String defaultAudience) {
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
        var facades = new HashSet<String>();
        for (var element : array) {
            var issuer = issuer(element, defaultAudience);
            if (!seen.add(issuer.issuer())) {
                throw new IllegalArgumentException("issuer `" + issuer.issuer() + "` twice");
            }
            if (issuer.facade() != null && !facades.add(issuer.facade().name())) {
                throw new IllegalArgumentException("facade `" + issuer.facade().name() + "` twice");
            }
            issuers.add(issuer);
        }
        return List.copyOf(issuers);
    }

    private static IssuerConfig issuer(JsonNode element, String defaultAudience) {
        requireFields(element, FIELDS, "an issuer");
        var jwksUri = element.path("jwksUri");
        var stepUp = new ArrayList<>(strings(element, "stepUp", Set.of()));
        return new IssuerConfig(
                text(element, "issuer", null),
                jwksUri.isTextual() ? URI.create(jwksUri.textValue()) : null,
                tenants(element),
                strings(element, "typ", Set.of("at+jwt")),
                strings(element, "audience", Set.of(defaultAudience)),
                texts(element, "clients"),
                strings(element, "algorithms", Set.of("ES256", "RS256")),
                new IssuerConfig.ClaimNames(
                        element.path("rolesClaim").isArray()
                                ? strings(element, "rolesClaim", Set.of())
                                : Set.of(text(element, "rolesClaim", "roles")),
                        text(element, "clientClaim", "client_id"),
                        text(element, "scopeClaim", "scope"),
                        text(element, "scopePrefix", ""),
                        element.has("personClaim") ? text(element, "personClaim", null) : null),
                roles(element),
                stepUp,
                flag(element, "boundOnly"),
                facade(element.path("facade")));
    }

    private static IssuerConfig.Tenants tenants(JsonNode element) {
        if (!element.has("tenantClaim") && !element.has("tenants")) {
            return new IssuerConfig.Tenants.One(text(element, "tenant", null));
        }
        if (element.has("tenant")) {
            throw new IllegalArgumentException(
                    "an issuer has either `tenant` or `tenantClaim` with `tenants`");
        }
        return new IssuerConfig.Tenants.ByClaim(
                text(element, "tenantClaim", null), texts(element, "tenants"));
    }

    /** {@code {"acme-support-eu": "support"}}, or an array of names where one group is several roles. */
    private static Map<String, Set<String>> roles(JsonNode element) {
        requireObject(element, "roles");
        var roles = new HashMap<String, Set<String>>();
        for (var role : element.path("roles").properties()) {
            roles.put(
                    role.getKey(),
                    role.getValue().isTextual()
                            ? Set.of(role.getValue().textValue())
                            : strings(element.path("roles"), role.getKey(), Set.of()));
        }
        return roles;
    }

    private static IssuerConfig.@Nullable Facade facade(JsonNode facade) {
        if (facade.isMissingNode()) {
            return null;
        }
        requireFields(facade, FACADE_FIELDS, "a facade");
        return new IssuerConfig.Facade(
                text(facade, "name", null),
                URI.create(text(facade, "authorizationEndpoint", null)),
                URI.create(text(facade, "tokenEndpoint", null)),
                text(facade, "clientId", null));
    }

    private static void requireFields(JsonNode element, Set<String> known, String of) {
        if (!element.isObject()) {
            throw new IllegalArgumentException(of + " is not an object");
        }
        element.fieldNames()
                .forEachRemaining(name -> {
                    if (!known.contains(name)) {
                        throw new IllegalArgumentException("unknown field `" + name + "` of " + of);
                    }
                });
    }

    private static void requireObject(JsonNode element, String field) {
        var value = element.path(field);
        if (!value.isMissingNode() && !value.isObject()) {
            throw new IllegalArgumentException("`" + field + "` of an issuer is not an object");
        }
    }

    private static boolean flag(JsonNode element, String field) {
        var value = element.path(field);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new IllegalArgumentException("`" + field + "` of an issuer is not true or false");
        }
        return value.asBoolean();
    }

    private static Map<String, String> texts(JsonNode element, String field) {
        requireObject(element, field);
        var texts = new HashMap<String, String>();
        for (var entry : element.path(field).properties()) {
            texts.put(entry.getKey(), text(element.path(field), entry.getKey(), null));
        }
        return texts;
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
        var strings = new LinkedHashSet<String>();
        for (var item : value) {
            if (!item.isTextual()) {
                throw new IllegalArgumentException("`" + field + "` of an issuer is not of texts");
            }
            strings.add(item.textValue());
        }
        return strings;
    }
}
