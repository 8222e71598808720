package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches an issuer's keys: small, quick, without redirects, and from nowhere inside. */
final class KeyFetch {
    /** A key set of a hundred RSA keys with certificates fits. */
    static final int MAX_BYTES = 64 * 1024;

    /** For the whole exchange; the caller is waiting. */
    static final Duration TIMEOUT = Duration.ofSeconds(3);

    private static final String OIDC = "/.well-known/openid-configuration";
    private static final String RFC8414 = "/.well-known/oauth-authorization-server";

    private final GuardedFetch foreign = new GuardedFetch();

    /**
     * @throws KeysUnavailableException if they cannot be had
     */
    JWKSet keys(IssuerConfig issuer) throws KeysUnavailableException {
        var configured = issuer.jwksUri();
        var bytes = configured == null ? discovered(issuer) : get(configured);
        var text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return JWKSet.parse(text);
        } catch (ParseException | RuntimeException e) {
            throw new KeysUnavailableException("not a key set");
        }
    }

    /** From the issuer's own server, or a public address over TLS: a document must not aim us elsewhere. */
    private byte[] discovered(IssuerConfig config) throws KeysUnavailableException {
        var uri = discover(config);
        if (isOwn(URI.create(config.issuer()), uri)) {
            return get(uri);
        }
        try {
            return foreign.get(uri, MAX_BYTES, TIMEOUT).body();
        } catch (GuardedFetch.RefusedFetchException e) {
            throw new KeysUnavailableException("jwks_uri " + e.getMessage());
        }
    }

    private static URI discover(IssuerConfig config) throws KeysUnavailableException {
        var issuer = URI.create(config.issuer());
        var path = issuer.getRawPath() == null ? "" : issuer.getRawPath().replaceFirst("/$", "");
        var origin = issuer.getScheme() + "://" + issuer.getRawAuthority();
        JsonNode document;
        try {
            document = document(URI.create(origin + path + OIDC));
        } catch (KeysUnavailableException e) {
            document = document(URI.create(origin + RFC8414 + path));
        }
        if (!config.issuer().equals(document.path("issuer").textValue())) {
            throw new KeysUnavailableException("discovery document of another issuer");
        }
        var jwksUri = document.path("jwks_uri").asText();
        try {
            var uri = URI.create(jwksUri);
            requirePlain(uri);
            return uri;
        } catch (IllegalArgumentException e) {
            throw new KeysUnavailableException("jwks_uri is not a URL");
        }
    }

    private static void requirePlain(URI uri) throws KeysUnavailableException {
        if (uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new KeysUnavailableException("jwks_uri is not a plain URL");
        }
    }

    private static boolean isOwn(URI issuer, URI uri) {
        return Objects.equals(issuer.getScheme(), uri.getScheme())
                && Objects.equals(issuer.getRawAuthority(), uri.getRawAuthority());
    }

    private static JsonNode document(URI uri) throws KeysUnavailableException {
        try {
            return StrictJson.read(get(uri));
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new KeysUnavailableException("discovery document is not JSON");
        }
    }

    private static byte[] get(URI uri) throws KeysUnavailableException {
        var request =
                HttpRequest.newBuilder(uri)
                        .timeout(TIMEOUT)
                        .header("Accept", "application/json")
                        .build();
        // a client per fetch: every five minutes at most, and no connection outlives a snapshot
        try (var http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(TIMEOUT)
                        .build()) {
            try {
                var limited =
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), MAX_BYTES);
                var response =
                        http.sendAsync(request, limited)
                                .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                if (response.statusCode() != 200) {
                    throw new KeysUnavailableException("status " + response.statusCode());
                }
                return response.body();
            } catch (ExecutionException e) {
                throw new KeysUnavailableException("cannot be fetched");
            } catch (TimeoutException e) {
                throw new KeysUnavailableException("no answer within " + TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KeysUnavailableException("interrupted");
            } finally {
                http.shutdownNow();
            }
        }
    }
}
