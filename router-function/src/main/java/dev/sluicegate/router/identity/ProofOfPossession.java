package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks that whoever presents a token has the key that it is bound to, now and for this request. The
 * proof brings its own key, which counts for nothing until its thumbprint is that of the token.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9449#section-4.3">RFC 9449, section 4.3</a>
 */
final class ProofOfPossession {
    /** Elliptic curves only: what a signature of an RSA key costs, whoever sends the key may choose. */
    static final List<String> ALGORITHMS = List.of("ES256", "ES384", "ES512");

    /** How old a proof may be, and how far its clock may be ahead. */
    static final Duration AGE = Duration.ofSeconds(60);

    private static final int MAX_PROOF = 4 * 1024;
    private static final int MAX_ID = 256;

    private static final Pattern COMPACT =
            Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    /** A key in a proof is public and nothing else. RFC 7518, section 6.2. */
    private static final Set<String> KEY_FIELDS =
            Set.of("kty", "crv", "x", "y", "kid", "use", "alg", "key_ops", "ext");

    private final ProofReplays replays;
    private final Clock clock;

    ProofOfPossession(ProofReplays replays, Clock clock) {
        this.replays = replays;
        this.clock = clock;
    }

    /**
     * Null when the proof is good, which it is once.
     *
     * @param boundKey thumbprint that the token names
     */
    @Nullable Rejection objection(Presented presented, String boundKey) {
        if (presented.proofs().isEmpty()) {
            return Rejection.PROOF_MISSING;
        }
        var proof = presented.proofs().getFirst();
        if (presented.proofs().size() > 1
                || proof.length() > MAX_PROOF
                || !COMPACT.matcher(proof).matches()) {
            return Rejection.PROOF_MALFORMED;
        }
        var parts = proof.split("\\.", -1);
        JsonNode header;
        JsonNode claims;
        ECKey key;
        try {
            header = StrictJson.read(Base64.getUrlDecoder().decode(parts[0]));
            claims = StrictJson.read(Base64.getUrlDecoder().decode(parts[1]));
            key = key(header.path("jwk"));
        } catch (MalformedJsonException
                | NotCanonicalException
                | IllegalArgumentException
                | ParseException e) {
            return Rejection.PROOF_MALFORMED;
        }
        var algorithm = header.path("alg").asText();
        var id = claims.path("jti").textValue();
        if (!"dpop+jwt".equalsIgnoreCase(header.path("typ").asText())
                || !ALGORITHMS.contains(algorithm)
                || header.has("crit")
                || id == null
                || id.isEmpty()
                || id.length() > MAX_ID) {
            return Rejection.PROOF_MALFORMED;
        }
        return objection(presented, boundKey, new Signed(parts, algorithm, key, claims, id));
    }

    private record Signed(
            String[] parts, String algorithm, ECKey key, JsonNode claims, String id) {}

    private @Nullable Rejection objection(Presented presented, String boundKey, Signed proof) {
        String thumbprint;
        try {
            thumbprint = proof.key().computeThumbprint().toString();
        } catch (JOSEException e) {
            return Rejection.PROOF_MALFORMED;
        }
        // before the signature, which is the expensive part
        if (!thumbprint.equals(boundKey)) {
            return Rejection.PROOF_KEY;
        }
        var claims = proof.claims();
        if (!presented.method().equals(claims.path("htm").textValue())
                || !isSame(presented.url(), claims.path("htu").asText())) {
            return Rejection.PROOF_REQUEST;
        }
        if (!sha256(presented.token()).equals(claims.path("ath").textValue())) {
            return Rejection.PROOF_TOKEN;
        }
        var now = clock.instant();
        var iat = claims.path("iat");
        if (!iat.isNumber()) {
            return Rejection.PROOF_MALFORMED;
        }
        var issued = iat.longValue();
        if (Math.abs(now.getEpochSecond() - issued) > AGE.toSeconds()) {
            return Rejection.PROOF_AGE;
        }
        if (!isSigned(proof)) {
            return Rejection.PROOF_SIGNATURE;
        }
        var until = Instant.ofEpochSecond(issued).plus(AGE).plusSeconds(1);
        try {
            return replays.first(sha256(thumbprint + ' ' + proof.id()), until)
                    ? null
                    : Rejection.PROOF_REPLAYED;
        } catch (ProofReplays.ReplaysUnavailableException e) {
            return Rejection.REPLAYS_UNAVAILABLE;
        }
    }

    private static ECKey key(JsonNode jwk) throws ParseException {
        if (!jwk.isObject() || !"EC".equals(jwk.path("kty").textValue())) {
            throw new ParseException("not a key on a curve", 0);
        }
        for (var field : jwk.properties()) {
            if (!KEY_FIELDS.contains(field.getKey())) {
                throw new ParseException("more than a public key", 0);
            }
        }
        return ECKey.parse(jwk.toString());
    }

    private static boolean isSigned(Signed proof) {
        try {
            var input =
                    (proof.parts()[0] + "." + proof.parts()[1]).getBytes(StandardCharsets.US_ASCII);
            var header = new JWSHeader.Builder(JWSAlgorithm.parse(proof.algorithm())).build();
            return new ECDSAVerifier(proof.key())
                    .verify(header, input, new Base64URL(proof.parts()[2]));
        } catch (JOSEException e) {
            return false; // the algorithm does not go with the key
        }
    }

    /** RFC 9449, section 4.3, step 9: scheme and host without case, default ports, no query, no fragment. */
    private static boolean isSame(String url, String htu) {
        return plain(url).equals(plain(htu)) && !plain(url).isEmpty();
    }

    private static String plain(String url) {
        try {
            var uri = new URI(url);
            if (uri.getScheme() == null || uri.getHost() == null || uri.getRawUserInfo() != null) {
                return "";
            }
            var scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            var standard = "https".equals(scheme) ? 443 : 80;
            var port = uri.getPort() == -1 ? standard : uri.getPort();
            var path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + port + path;
        } catch (URISyntaxException e) {
            return "";
        }
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every platform has SHA-256", e);
        }
    }
}
