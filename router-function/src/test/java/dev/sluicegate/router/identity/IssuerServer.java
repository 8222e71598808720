package dev.sluicegate.router.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer on loopback whose keys and answers a test can change. */
public final class IssuerServer implements AutoCloseable {
    public static final String RESOURCE = "http://127.0.0.1:8080/mcp";

    private final HttpServer server;
    private final Clock clock;
    private final AtomicInteger fetches = new AtomicInteger();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private volatile ECKey key;

    /**
     * @param delayMs before the answer
     */
    public record Answer(int status, String body, Map<String, String> headers, long delayMs) {
        public static Answer ok(String body) {
            return new Answer(200, body, Map.of(), 0);
        }
    }

    public IssuerServer(Clock clock) {
        this.clock = clock;
        this.key = newKey("k1");
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        publish(key);
    }

    public static ECKey newKey(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public ECKey key() {
        return key;
    }

    /** Signs with this key from now on, whether it is published or not. */
    public void signWith(ECKey other) {
        key = other;
    }

    public void publish(ECKey... keys) {
        answer("/jwks.json", Answer.ok(new JWKSet(List.of(keys)).toPublicJWKSet().toString()));
    }

    public void answer(String path, Answer answer) {
        answers.put(path, answer);
    }

    public int fetches() {
        return fetches.get();
    }

    public IssuerConfig config() {
        return IssuerConfig.parse(json(), RESOURCE).getFirst();
    }

    public String json() {
        return """
        [{"issuer":"%s","jwksUri":"%s/jwks.json","tenant":"demo",
          "clients":{"inspector":"managed"}}]\
        """
                .formatted(url(), url());
    }

    /** A token of ada, support, from the inspector, for all three effects, for ten minutes. */
    public TokenDraft token() {
        var now = clock.instant().getEpochSecond();
        return new TokenDraft(key)
                .claim("iss", url())
                .claim("sub", "ada")
                .claim("aud", RESOURCE)
                .claim("client_id", "inspector")
                .claim("scope", "tools:read tools:write tools:destructive")
                .claim("roles", List.of("support"))
                .claim("jti", "t-1")
                .claim("iat", now)
                .claim("exp", now + 600)
                .claim("auth_time", now - 30)
                .claim("amr", List.of("pwd"));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            fetches.incrementAndGet();
            var answer =
                    answers.getOrDefault(
                            exchange.getRequestURI().getPath(), new Answer(404, "", Map.of(), 0));
            Thread.sleep(answer.delayMs());
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
