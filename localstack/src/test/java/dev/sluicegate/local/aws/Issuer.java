package dev.sluicegate.local.aws;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The gateway's issuer as STS sees it: discovery, JWKS, and tokens signed with its key. */
final class Issuer implements AutoCloseable {
    static final String URL = "https://issuer.example.com/sts";

    /** Making an RSA key takes longer than most tests. */
    private static final RSAKey FIRST = newKey("one");

    private final HttpServer server;
    private final Instant now;
    private volatile RSAKey key;

    Issuer(Instant now) {
        this.now = now;
        this.key = FIRST;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext(
                "/sts/.well-known/openid-configuration",
                exchange ->
                        answer(
                                exchange,
                                "{\"issuer\":\""
                                        + URL
                                        + "\",\"jwks_uri\":\""
                                        + URL
                                        + "/jwks.json\"}"));
        server.createContext(
                "/sts/jwks.json",
                exchange -> answer(exchange, new JWKSet(key).toPublicJWKSet().toString()));
        server.start();
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/sts");
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    static RSAKey newKey(String kid) {
        try {
            return new RSAKeyGenerator(2048).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on this key signs and is published. */
    void rotate(String kid) {
        key = newKey(kid);
    }

    static Map<String, String> adasTags() {
        var tags = new LinkedHashMap<String, String>();
        tags.put("tenant", "demo");
        tags.put("user", "ada");
        tags.put("env", "dev");
        tags.put("tool", "crm___get_customer");
        return tags;
    }

    /** Ada's token for the customer tool. */
    String token() {
        return token(adasTags(), claims -> claims);
    }

    String token(Map<String, String> tags, UnaryOperator<JWTClaimsSet.Builder> change) {
        return sign(key, claims(tags, change));
    }

    JWTClaimsSet claims(Map<String, String> tags, UnaryOperator<JWTClaimsSet.Builder> change) {
        var principalTags = new LinkedHashMap<String, Object>();
        tags.forEach((name, value) -> principalTags.put(name, List.of(value)));
        return change.apply(
                        new JWTClaimsSet.Builder()
                                .issuer(URL)
                                .audience("crm___get_customer")
                                .subject("demo/ada/crm___get_customer")
                                .issueTime(Date.from(now))
                                .expirationTime(Date.from(now.plusSeconds(120)))
                                .claim(
                                        "https://aws.amazon.com/tags",
                                        Map.of(
                                                "principal_tags",
                                                principalTags,
                                                "transitive_tag_keys",
                                                List.copyOf(tags.keySet())))
                                .claim("https://aws.amazon.com/source_identity", "ada"))
                .build();
    }

    static String sign(RSAKey key, JWTClaimsSet claims) {
        return sign(key, JWSAlgorithm.RS256, claims);
    }

    static String sign(RSAKey key, JWSAlgorithm algorithm, JWTClaimsSet claims) {
        try {
            var jwt =
                    new SignedJWT(
                            new JWSHeader.Builder(algorithm)
                                    .keyID(key.getKeyID())
                                    .type(new JOSEObjectType("sts+v1"))
                                    .build(),
                            claims);
            jwt.sign(new RSASSASigner(key));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
