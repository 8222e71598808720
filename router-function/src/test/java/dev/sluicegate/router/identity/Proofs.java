package dev.sluicegate.router.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;

/** Proofs of possession as a client makes them, to be bent. */
public final class Proofs {
    private Proofs() {}

    /** A good one, for one request with one token. */
    public static TokenDraft of(ECKey key, String method, String url, String token, Clock clock) {
        return new TokenDraft(key)
                .header("kid", null)
                .header("typ", "dpop+jwt")
                .header("jwk", key.toPublicJWK().toJSONObject())
                .claim("jti", UUID.randomUUID().toString())
                .claim("htm", method)
                .claim("htu", url)
                .claim("iat", clock.instant().getEpochSecond())
                .claim("ath", sha256(token));
    }

    /** Value of the claim {@code cnf} of a token that is bound to this key. */
    public static Map<String, Object> bound(ECKey key) {
        try {
            return Map.of("jkt", key.computeThumbprint().toString());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(String token) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
