package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Signing keys of OIDC providers, fetched over HTTP from their discovery document, as STS does. */
final class IssuerKeys {
    /** Keys are fetched again after this time. */
    private static final Duration LIFE = Duration.ofMinutes(5);

    /** An unknown {@code kid} makes a new fetch no more often than this. */
    private static final Duration EARLIEST_REFRESH = Duration.ofSeconds(1);

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int MAX_DOCUMENT_BYTES = 64 * 1024;

    /** STS refuses shorter RSA keys. */
    private static final int MIN_RSA_BITS = 2048;

    private final Function<String, URI> discovery;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final Map<String, Fetched> cache = new ConcurrentHashMap<>();
    private final ReentrantLock fetching = new ReentrantLock();

    private record Fetched(Map<String, RSAPublicKey> keys, long at) {
        boolean olderThan(Duration age) {
            return System.nanoTime() - at > age.toNanos();
        }
    }

    /**
     * @param discovery where an issuer's discovery document is served: the base below which
     *     {@code .well-known/openid-configuration} is
     */
    IssuerKeys(Function<String, URI> discovery) {
        this.discovery = discovery;
    }

    /**
     * The issuer's RSA key with that id.
     *
     * @throws IssuerUnreachableException if the issuer does not serve its documents
     */
    Optional<RSAPublicKey> key(String issuer, String kid) throws IssuerUnreachableException {
        fetching.lock();
        try {
            Fetched known = cache.get(issuer);
            if (known == null
                    || known.olderThan(LIFE)
                    || (!known.keys().containsKey(kid) && known.olderThan(EARLIEST_REFRESH))) {
                known = new Fetched(fetch(issuer), System.nanoTime());
                cache.put(issuer, known);
            }
            return Optional.ofNullable(known.keys().get(kid));
        } finally {
            fetching.unlock();
        }
    }

    private Map<String, RSAPublicKey> fetch(String issuer) throws IssuerUnreachableException {
        try {
            String base = discovery.apply(issuer).toString().replaceFirst("/+$", "");
            JsonNode document =
                    new ObjectMapper()
                            .readTree(get(URI.create(base + "/.well-known/openid-configuration")));
            if (!document.path("issuer").asText().equals(issuer)) {
                throw new IssuerUnreachableException(
                        "the discovery document names another issuer", null);
            }
            URI jwksUri = jwksUri(issuer, base, document.path("jwks_uri").asText());
            var keys = new HashMap<String, RSAPublicKey>();
            for (JWK key : JWKSet.parse(get(jwksUri)).getKeys()) {
                if (key.getKeyType().equals(KeyType.RSA) && key.getKeyID() != null) {
                    var rsa = key.toRSAKey().toRSAPublicKey();
                    if (rsa.getModulus().bitLength() >= MIN_RSA_BITS) {
                        keys.put(key.getKeyID(), rsa);
                    }
                }
            }
            return Map.copyOf(keys);
        } catch (IOException | ParseException | JOSEException | IllegalArgumentException e) {
            throw new IssuerUnreachableException("cannot read the keys of " + issuer, e);
        }
    }

    /** Below the issuer's URL it is below the mapped base; anything else has to be on the mapped origin. */
    private static URI jwksUri(String issuer, String base, String declared)
            throws IssuerUnreachableException {
        if (declared.startsWith(issuer + "/")) {
            return URI.create(base + declared.substring(issuer.length()));
        }
        URI uri = URI.create(declared);
        if (!URI.create(base).getRawAuthority().equals(uri.getRawAuthority())) {
            throw new IssuerUnreachableException("jwks_uri is on another origin", null);
        }
        return uri;
    }

    private String get(URI uri) throws IOException, IssuerUnreachableException {
        var request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).GET().build();
        try {
            HttpResponse<InputStream> response =
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(MAX_DOCUMENT_BYTES + 1);
                if (response.statusCode() != 200 || bytes.length > MAX_DOCUMENT_BYTES) {
                    throw new IssuerUnreachableException(
                            uri + " answered " + response.statusCode(), null);
                }
                return new String(bytes, StandardCharsets.UTF_8);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IssuerUnreachableException("interrupted while reading " + uri, e);
        }
    }

    /** The identity provider could not be reached, or serves nonsense. */
    static final class IssuerUnreachableException extends Exception {
        private static final long serialVersionUID = 1L;

        IssuerUnreachableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
