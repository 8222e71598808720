package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies signed access tokens of the configured issuers. The key comes from the issuer's key set and
 * from nowhere else: {@code jwk}, {@code jku}, {@code x5u} and {@code x5c} of a token are not looked at.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9068">RFC 9068</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725</a>
 */
public final class AccessTokens implements TokenVerifier {
    /** REST APIs of API Gateway pass 10,240 bytes of headers in all. */
    static final int MAX_TOKEN = 8 * 1024;

    /** Verified tokens kept; an ES256 signature costs 400 us, a look-up about one. */
    static final int MAX_CACHED = 1_000;

    private static final Pattern COMPACT =
            Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");

    private final Map<String, Issuer> issuers;
    private final String environment;
    private final ProofOfPossession proofs;
    private final Clock clock;
    private final Map<String, Known> cache =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                    return size() > MAX_CACHED;
                }
            };

    private record Issuer(IssuerConfig config, IssuerKeys keys) {}

    /**
     * A token that was verified with a key.
     *
     * @param boundKey thumbprint of the key of the client that it is bound to, or null
     */
    private record Known(
            Issuer issuer,
            String kid,
            JWK key,
            EffectiveIdentity identity,
            @Nullable String boundKey) {}

    /** What comes of looking at a token alone. */
    private sealed interface Seen {
        record Good(Known known) implements Seen {}

        record Bad(Rejection reason, @Nullable String issuer) implements Seen {}
    }

    /**
     * Reads nothing yet: keys are fetched by the first token that needs them.
     *
     * @param environment of the deployment, part of every identity
     * @param replays of proofs of possession, for tokens that are bound to a key
     */
    public AccessTokens(
            List<IssuerConfig> issuers, String environment, ProofReplays replays, Clock clock) {
        var fetch = new KeyFetch();
        var byName = new HashMap<String, Issuer>();
        for (var config : issuers) {
            byName.put(config.issuer(), new Issuer(config, new IssuerKeys(config, fetch, clock)));
        }
        this.issuers = Map.copyOf(byName);
        this.environment = environment;
        this.proofs = new ProofOfPossession(replays, clock);
        this.clock = clock;
    }

    /** Of one process, which remembers by itself which proofs were used. */
    public AccessTokens(List<IssuerConfig> issuers, String environment, Clock clock) {
        this(issuers, environment, new MemoryProofReplays(clock), clock);
    }

    @Override
    public Authentication verify(Presented presented) {
        return switch (seen(presented.token())) {
            case Seen.Bad(var reason, var issuer) ->
                    new Authentication.Rejected(reason, issuer, false);
            case Seen.Good(var known) -> {
                var objection = objection(presented, known.boundKey());
                yield objection == null
                        ? new Authentication.Verified(from(presented.sourceIp(), known.identity()))
                        : new Authentication.Rejected(
                                objection,
                                known.issuer().config().issuer(),
                                known.boundKey() != null);
            }
        };
    }

    /** A bound token needs its proof each time; it is never a bearer token. RFC 9449, section 7.2. */
    private @Nullable Rejection objection(Presented presented, @Nullable String boundKey) {
        if (boundKey != null) {
            return presented.scheme() == Presented.Scheme.DPOP
                    ? proofs.objection(presented, boundKey)
                    : Rejection.PROOF_MISSING;
        }
        return presented.scheme() == Presented.Scheme.BEARER ? null : Rejection.PROOF_UNEXPECTED;
    }

    private Seen seen(String token) {
        if (token.length() > MAX_TOKEN || !COMPACT.matcher(token).matches()) {
            return rejected(Rejection.MALFORMED, null);
        }
        var digest = CanonicalJson.sha256(token.getBytes(StandardCharsets.US_ASCII));
        var cached = cached(digest);
        return cached == null ? verified(token, digest) : new Seen.Good(cached);
    }

    private Seen verified(String token, String digest) {
        var parts = token.split("\\.", -1);
        JsonNode header;
        JsonNode claims;
        try {
            header = json(parts[0]);
            claims = json(parts[1]);
        } catch (MalformedJsonException | NotCanonicalException | IllegalArgumentException e) {
            return rejected(Rejection.MALFORMED, null);
        }
        if (!header.isObject() || !claims.isObject()) {
            return rejected(Rejection.MALFORMED, null);
        }
        var issuer = issuers.get(claims.path("iss").asText());
        if (issuer == null) {
            return rejected(Rejection.ISSUER, null);
        }
        var name = issuer.config().issuer();
        if (header.has("crit")) {
            return rejected(Rejection.CRITICAL_HEADER, name);
        }
        var algorithm = header.path("alg").asText();
        if (!issuer.config().algorithms().contains(algorithm)) {
            return rejected(Rejection.ALGORITHM, name);
        }
        if (!isAccessTokenType(header.path("typ"), issuer.config())) {
            return rejected(Rejection.TYPE, name);
        }
        var kid = header.path("kid").textValue();
        if (kid == null) {
            return rejected(Rejection.UNKNOWN_KEY, name);
        }
        JWK key;
        try {
            key = issuer.keys().find(kid).orElse(null);
        } catch (KeysUnavailableException e) {
            return rejected(Rejection.KEYS_UNAVAILABLE, name);
        }
        if (key == null) {
            return rejected(Rejection.UNKNOWN_KEY, name);
        }
        if (!isSignedWith(key, algorithm, parts)) {
            return rejected(Rejection.SIGNATURE, name);
        }
        var read = new Claims(claims, issuer.config());
        var objection = read.objection(clock.instant());
        if (objection != null) {
            return rejected(objection, name);
        }
        var known = new Known(issuer, kid, key, read.identity(environment), read.boundKey());
        synchronized (cache) {
            cache.put(digest, known);
        }
        return new Seen.Good(known);
    }

    /** Null when the token was not seen, has expired, or its key is no longer the issuer's. */
    private @Nullable Known cached(String digest) {
        Known known;
        synchronized (cache) {
            known = cache.get(digest);
        }
        if (known == null) {
            return null;
        }
        if (clock.instant().isBefore(known.identity().tokenExpires())) {
            try {
                // asks for the keys each time, so that a key that is withdrawn takes its tokens
                // along
                if (known.key().equals(known.issuer().keys().find(known.kid()).orElse(null))) {
                    return known;
                }
            } catch (KeysUnavailableException e) {
                return null; // the full verification says why
            }
        }
        synchronized (cache) {
            cache.remove(digest);
        }
        return null;
    }

    private static boolean isAccessTokenType(JsonNode typ, IssuerConfig config) {
        if (config.types().isEmpty()) {
            return typ.isMissingNode() || "JWT".equalsIgnoreCase(typ.asText());
        }
        var type = typ.asText().toLowerCase(Locale.ROOT);
        // RFC 7515, section 4.1.9: the prefix may be left out
        var prefix = "application/";
        return config.types()
                .contains(type.startsWith(prefix) ? type.substring(prefix.length()) : type);
    }

    private static boolean isSignedWith(JWK key, String algorithm, String[] parts) {
        if (key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(algorithm)) {
            return false;
        }
        try {
            JWSVerifier verifier =
                    switch (key) {
                        case ECKey ec -> new ECDSAVerifier(ec);
                        case RSAKey rsa -> new RSASSAVerifier(rsa);
                        default -> throw new JOSEException("no verifier for such a key");
                    };
            var header = new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).build();
            var input = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
            return verifier.verify(header, input, new Base64URL(parts[2]));
        } catch (JOSEException e) {
            return false; // the algorithm does not go with the key
        }
    }

    private static JsonNode json(String part) {
        return StrictJson.read(Base64.getUrlDecoder().decode(part));
    }

    private static Seen rejected(Rejection reason, @Nullable String issuer) {
        return new Seen.Bad(reason, issuer);
    }

    private static EffectiveIdentity from(@Nullable String sourceIp, EffectiveIdentity identity) {
        return new EffectiveIdentity(
                identity.tenant(),
                identity.principalId(),
                identity.issuer(),
                identity.human(),
                identity.roles(),
                identity.scopes(),
                identity.clientId(),
                identity.clientTrust(),
                identity.env(),
                identity.mfa(),
                identity.authTime(),
                sourceIp,
                identity.tokenId(),
                identity.tokenExpires(),
                identity.person());
    }
}
