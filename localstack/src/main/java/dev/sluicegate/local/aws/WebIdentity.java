package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Verifies web identity tokens: signature against the provider's keys, issuer, audience, life and tags. */
final class WebIdentity {
    /** Limits of AssumeRoleWithWebIdentity. */
    static final int MAX_TOKEN_CHARS = 20_000;

    static final int MAX_TAGS = 50;
    static final int MAX_TAG_KEY_CHARS = 128;
    static final int MAX_TAG_VALUE_CHARS = 256;
    static final String TAGS_CLAIM = "https://aws.amazon.com/tags";
    static final String SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity";

    /** How far ahead of us an issuer's clock may be. */
    private static final long MAX_AHEAD_SECONDS = 60;

    private static final Pattern TAG_CHARS = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{2,64}");

    private final Template template;
    private final IssuerKeys keys;
    private final Clock clock;

    WebIdentity(Template template, IssuerKeys keys, Clock clock) {
        this.template = template;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * What a verified token says.
     *
     * @param audience {@code azp} where there is one, as STS has it
     */
    record Claims(
            Template.OidcProvider provider,
            String subject,
            String audience,
            Map<String, String> tags,
            Set<String> transitiveTagKeys,
            @Nullable String sourceIdentity) {}

    /**
     * Verifies a token.
     *
     * @throws LocalServiceException with {@code InvalidIdentityToken}, {@code ExpiredTokenException} or
     *     {@code IDPCommunicationError}
     */
    Claims verify(String token) {
        if (token.length() > MAX_TOKEN_CHARS) {
            throw invalid("the token is over " + MAX_TOKEN_CHARS + " characters");
        }
        SignedJWT jwt;
        JsonNode claims;
        try {
            jwt = SignedJWT.parse(token);
            claims = new ObjectMapper().readTree(jwt.getPayload().toBytes());
        } catch (ParseException | IOException | IllegalArgumentException _) {
            throw invalid("the token is not a signed JWT");
        }
        if (!claims.isObject()) {
            throw invalid("the token has no claims");
        }
        // the algorithm is ours to choose, never the token's: none and HS256 end here
        if (!JWSAlgorithm.RS256.equals(jwt.getHeader().getAlgorithm())) {
            throw invalid("the token is not signed with RS256");
        }
        String issuer = text(claims, "iss");
        var provider =
                template.oidcProviders().stream()
                        .filter(one -> one.url().equals(issuer))
                        .findFirst()
                        .orElseThrow(
                                () -> invalid("no OpenID Connect provider for the token's issuer"));
        String kid = jwt.getHeader().getKeyID();
        if (kid == null || !verified(jwt, key(provider.url(), kid))) {
            throw invalid("the token's signature does not verify with the provider's keys");
        }
        life(claims);
        String audience = audience(claims);
        if (!provider.clientIds().contains(audience)) {
            throw invalid("incorrect token audience");
        }
        var tags = tags(claims);
        return new Claims(
                provider,
                text(claims, "sub"),
                audience,
                tags,
                transitive(claims, tags),
                sourceIdentity(claims));
    }

    private RSAPublicKey key(String issuer, String kid) {
        try {
            Optional<RSAPublicKey> found = keys.key(issuer, kid);
            return found.orElseThrow(() -> invalid("no key of the provider has the token's kid"));
        } catch (IssuerKeys.IssuerUnreachableException _) {
            throw new LocalServiceException(
                    400,
                    "IDPCommunicationError",
                    "couldn't retrieve the verification key from the identity provider");
        }
    }

    private static boolean verified(SignedJWT jwt, RSAPublicKey key) {
        try {
            return jwt.verify(new RSASSAVerifier(key));
        } catch (JOSEException | IllegalStateException _) {
            return false;
        }
    }

    private void life(JsonNode claims) {
        Instant now = clock.instant();
        if (seconds(claims, "iat") > now.getEpochSecond() + MAX_AHEAD_SECONDS) {
            throw invalid("the token was issued in the future");
        }
        if (claims.has("nbf")
                && seconds(claims, "nbf") > now.getEpochSecond() + MAX_AHEAD_SECONDS) {
            throw invalid("the token is not valid yet");
        }
        if (seconds(claims, "exp") <= now.getEpochSecond()) {
            throw new LocalServiceException(400, "ExpiredTokenException", "Token expired");
        }
    }

    private static long seconds(JsonNode claims, String name) {
        JsonNode value = claims.path(name);
        if (!value.isNumber()) {
            throw invalid("the token has no " + name);
        }
        return value.longValue();
    }

    private static String text(JsonNode claims, String name) {
        JsonNode value = claims.path(name);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw invalid("the token has no " + name);
        }
        return value.asText();
    }

    private static String audience(JsonNode claims) {
        if (claims.has("azp")) {
            return text(claims, "azp");
        }
        List<String> audiences = PolicyDocument.texts(claims.path("aud"));
        if (audiences.size() != 1) {
            throw invalid("the token needs one audience");
        }
        return audiences.getFirst();
    }

    private static Map<String, String> tags(JsonNode claims) {
        for (var claim : PolicyDocument.fields(claims)) {
            if (claim.getKey().startsWith(TAGS_CLAIM + "/")) {
                throw invalid("flattened tag claims are not supported locally");
            }
        }
        JsonNode claim = claims.path(TAGS_CLAIM);
        var tags = new LinkedHashMap<String, String>();
        if (claim.isMissingNode()) {
            return tags;
        }
        JsonNode principalTags = claim.path("principal_tags");
        if (!principalTags.isObject()) {
            throw invalid("the tags claim has no principal_tags");
        }
        for (var tag : PolicyDocument.fields(principalTags)) {
            JsonNode values = tag.getValue();
            if (!values.isArray() || values.size() != 1 || !values.get(0).isTextual()) {
                throw invalid("a tag needs a list of one text");
            }
            tags.put(tag.getKey(), values.get(0).asText());
        }
        var problem = tagProblem(tags);
        if (problem != null) {
            throw invalid(problem);
        }
        return tags;
    }

    /** What is wrong with session tags, or null. */
    static @Nullable String tagProblem(Map<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            return "more than " + MAX_TAGS + " session tags";
        }
        var seen = new HashSet<String>();
        for (var tag : tags.entrySet()) {
            String key = tag.getKey();
            if (key.isEmpty()
                    || key.length() > MAX_TAG_KEY_CHARS
                    || !TAG_CHARS.matcher(key).matches()
                    || key.toLowerCase(Locale.ROOT).startsWith("aws:")) {
                return "a session tag key is malformed";
            }
            if (!seen.add(key.toLowerCase(Locale.ROOT))) {
                return "a session tag key is given twice";
            }
            if (tag.getValue().length() > MAX_TAG_VALUE_CHARS
                    || !TAG_CHARS.matcher(tag.getValue()).matches()) {
                return "the value of session tag " + key + " is malformed";
            }
        }
        return null;
    }

    private static Set<String> transitive(JsonNode claims, Map<String, String> tags) {
        var keys =
                new HashSet<>(
                        PolicyDocument.texts(claims.path(TAGS_CLAIM).path("transitive_tag_keys")));
        if (!tags.keySet().containsAll(keys)) {
            throw invalid("a transitive tag key is not a tag");
        }
        return keys;
    }

    private static @Nullable String sourceIdentity(JsonNode claims) {
        JsonNode claim = claims.path(SOURCE_IDENTITY_CLAIM);
        if (claim.isMissingNode()) {
            return null;
        }
        if (!claim.isTextual() || !validName(claim.asText())) {
            throw invalid("the source identity is not 2 to 64 characters of [A-Za-z0-9_+=,.@-]");
        }
        return claim.asText();
    }

    /** Syntax of session names and source identities. */
    static boolean validName(String name) {
        return NAME.matcher(name).matches() && !name.startsWith("aws:");
    }

    private static LocalServiceException invalid(String why) {
        return new LocalServiceException(400, "InvalidIdentityToken", why);
    }
}
