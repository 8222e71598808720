package dev.sluicegate.local;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A key set on loopback that nobody has a reason to read, and a count of those who did. */
final class OfferedKeys implements AutoCloseable {
    private final HttpServer server;
    private final AtomicInteger asked;

    private OfferedKeys(HttpServer server, AtomicInteger asked) {
        this.server = server;
        this.asked = asked;
    }

    static OfferedKeys of(ECKey key) {
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var asked = new AtomicInteger();
            var keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            server.createContext(
                    "/",
                    exchange -> {
                        asked.incrementAndGet();
                        exchange.getResponseHeaders().set("Content-Type", "application/json");
                        exchange.sendResponseHeaders(200, keys.length);
                        try (var out = exchange.getResponseBody()) {
                            out.write(keys);
                        }
                    });
            server.start();
            return new OfferedKeys(server, asked);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + BadInput.CANARY;
    }

    int asked() {
        return asked.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
