package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.PrincipalId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The claims of an access token: whether they count, and what they say. */
final class Claims {
    /** Clocks of issuer and gateway may differ by this much. */
    static final Duration LEEWAY = Duration.ofSeconds(60);

    /** Subjects and client ids longer than this are refused; OpenID Connect allows a subject 255. */
    private static final int MAX_ID = 255;

    /** More roles than this are refused: policy evaluates all of them. */
    private static final int MAX_ROLES = 100;

    /** 9999-12-31: later ones cannot be written as RFC 3339. */
    private static final long MAX_SECONDS = 253_402_300_799L;

    private static final Pattern SPACES = Pattern.compile(" +");

    /** RFC 8176: values that mean a second factor or a key in the person's hand. */
    private static final Set<String> STRONG_METHODS =
            Set.of("mfa", "otp", "hwk", "swk", "sc", "fpt", "face", "iris", "retina", "vbm");

    /** REFEDS, NIST SP 800-63, OpenID Connect EAP and PAPE: contexts with more than one factor. */
    private static final Set<String> STRONG_CONTEXTS =
            Set.of(
                    "https://refeds.org/profile/mfa",
                    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
                    "http://idmanagement.gov/ns/assurance/aal/2",
                    "http://idmanagement.gov/ns/assurance/aal/3",
                    "phr",
                    "phrh",
                    "aal2",
                    "aal3");

    private final JsonNode claims;
    private final IssuerConfig issuer;

    Claims(JsonNode claims, IssuerConfig issuer) {
        this.claims = claims;
        this.issuer = issuer;
    }

    /** Null when every claim is in order. */
    @Nullable Rejection objection(Instant now) {
        var exp = seconds("exp");
        var iat = seconds("iat");
        if (exp == null || iat == null || !isId("sub") || !isId(issuer.names().client())) {
            return Rejection.CLAIMS;
        }
        if (!exp.plus(LEEWAY).isAfter(now)) {
            return Rejection.EXPIRED;
        }
        var soon = now.plus(LEEWAY);
        if (iat.isAfter(soon)) {
            return Rejection.NOT_YET_VALID;
        }
        if (claims.has("nbf")) {
            var nbf = seconds("nbf");
            if (nbf == null) {
                return Rejection.CLAIMS;
            }
            if (nbf.isAfter(soon)) {
                return Rejection.NOT_YET_VALID;
            }
        }
        if (!isForUs()) {
            return Rejection.AUDIENCE;
        }
        if (claims.has("cnf") && boundKey() == null) {
            return Rejection.SENDER_CONSTRAINED;
        }
        if (issuer.boundOnly() && boundKey() == null) {
            return Rejection.UNBOUND;
        }
        if (issuer.types().isEmpty() && !"access".equals(claims.path("token_use").textValue())) {
            return Rejection.TYPE;
        }
        if (roles().size() > MAX_ROLES || !roles().stream().allMatch(Claims::isPlain)) {
            return Rejection.CLAIMS;
        }
        if (tenant() == null) {
            return Rejection.TENANT;
        }
        return null;
    }

    /** Only after {@link #objection} had none. */
    EffectiveIdentity identity(String environment) {
        var subject = claims.path("sub").asText();
        var client = claims.path(issuer.names().client()).asText();
        var tenant = Objects.requireNonNull(tenant(), "the tenant was checked before");
        var jti = claims.path("jti").textValue();
        return new EffectiveIdentity(
                tenant,
                PrincipalId.of(issuer.issuer(), subject),
                issuer.issuer(),
                // RFC 9068, section 2.2: without a resource owner the subject is the client
                !subject.equals(client),
                roles(),
                scopes(),
                client,
                issuer.trustOf(client),
                environment,
                isMultiFactor(),
                seconds("auth_time"),
                null,
                jti == null ? null : digest(jti),
                requireSeconds("exp"),
                person(tenant));
    }

    /**
     * Thumbprint of the key that the token is bound to, or null when it is not bound to one.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9449#section-6.1">RFC 9449, section 6.1</a>
     */
    @Nullable String boundKey() {
        var confirmation = claims.path("cnf");
        // a second way of confirmation that we do not know is not for us to leave out
        return confirmation.size() == 1 ? confirmation.path("jkt").textValue() : null;
    }

    private @Nullable String tenant() {
        return switch (issuer.tenants()) {
            case IssuerConfig.Tenants.One(var tenant) -> tenant;
            case IssuerConfig.Tenants.ByClaim(var claim, var byValue) -> {
                var value = at(claim).textValue();
                yield value == null ? null : byValue.get(value);
            }
        };
    }

    /** Ours, without the issuer's prefix; where it has one, a scope without it is not ours. */
    private Set<String> scopes() {
        var prefix = issuer.names().scopePrefix();
        return words(issuer.names().scope()).stream()
                .filter(scope -> scope.startsWith(prefix))
                .map(scope -> scope.substring(prefix.length()))
                .collect(Collectors.toSet());
    }

    /** Four eyes compares people, and one may have several accounts, also with several issuers. */
    private @Nullable String person(String tenant) {
        var name = issuer.names().person();
        return name != null && isId(name)
                ? PrincipalId.of("person#" + tenant, claims.path(name).asText())
                : null;
    }

    private boolean isForUs() {
        var aud = claims.path("aud");
        if (aud.isTextual()) {
            return issuer.audience().contains(aud.textValue());
        }
        for (var one : aud) {
            if (one.isTextual() && issuer.audience().contains(one.textValue())) {
                return true;
            }
        }
        return false;
    }

    private boolean isMultiFactor() {
        for (var method : words("amr")) {
            if (STRONG_METHODS.contains(method)) {
                return true;
            }
        }
        var context = claims.path("acr").asText();
        return STRONG_CONTEXTS.contains(context.toLowerCase(Locale.ROOT))
                || issuer.stepUp().contains(context);
    }

    /** Of all role claims; by the names they have here, where the issuer's configuration gives names. */
    private Set<String> roles() {
        var given = new HashSet<String>();
        for (var name : issuer.names().roles()) {
            given.addAll(words(at(name)));
        }
        if (issuer.roles().isEmpty()) {
            return given;
        }
        return given.stream()
                .flatMap(role -> issuer.roles().getOrDefault(role, Set.of()).stream())
                .collect(Collectors.toSet());
    }

    /** A claim of this name, or what stands at this path. */
    private JsonNode at(String name) {
        if (claims.has(name)) {
            return claims.path(name);
        }
        var node = claims;
        for (var step : name.split("\\.", -1)) {
            node = node.path(step);
        }
        return node;
    }

    private Set<String> words(String claim) {
        return words(claims.path(claim));
    }

    /** The texts of an array, or the words of one text; anything else has none. */
    private static Set<String> words(JsonNode value) {
        var words = new HashSet<String>();
        if (value.isTextual()) {
            SPACES.splitAsStream(value.textValue()).filter(w -> !w.isEmpty()).forEach(words::add);
        }
        for (var item : value) {
            if (value.isArray() && item.isTextual() && !item.textValue().isEmpty()) {
                words.add(item.textValue());
            }
        }
        return words;
    }

    private boolean isId(String claim) {
        var value = claims.path(claim).textValue();
        return value != null && !value.isBlank() && value.length() <= MAX_ID && isPlain(value);
    }

    /** Fit for keys, records and policy: no control characters, no half of a pair. */
    private static boolean isPlain(String text) {
        return text.codePoints()
                .noneMatch(c ->
                        Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private Instant requireSeconds(String claim) {
        var value = seconds(claim);
        if (value == null) {
            throw new IllegalStateException("`" + claim + "` was checked before");
        }
        return value;
    }

    private @Nullable Instant seconds(String claim) {
        var value = claims.path(claim);
        if (!value.isNumber()) {
            return null;
        }
        var seconds = value.doubleValue();
        return seconds < 0 || seconds > MAX_SECONDS ? null : Instant.ofEpochSecond((long) seconds);
    }

    private static String digest(String jti) {
        var sha = CanonicalJson.sha256(jti.getBytes(StandardCharsets.UTF_8));
        return sha.substring("sha256:".length(), "sha256:".length() + 32);
    }
}
