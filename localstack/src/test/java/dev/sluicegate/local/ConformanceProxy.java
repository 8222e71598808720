package dev.sluicegate.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.local.fixtures.Fixtures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the conformance suite and the gate, on loopback, because the suite can neither send a
 * token nor call a tool by another name than its own. It adds the one, and maps the other in both
 * directions: what the suite calls {@code test_simple_text} is {@code fixture___test_simple_text} behind
 * it. Header and body are mapped each for itself, so that what disagrees before disagrees behind;
 * everything else passes as it came.
 */
final class ConformanceProxy implements AutoCloseable {
    /** Written by the HTTP client or server themselves. */
    private static final Set<String> OWN =
            Set.of(
                    "connection",
                    "content-length",
                    "date",
                    "expect",
                    "keep-alive",
                    "transfer-encoding",
                    "upgrade");

    private static final String BASE64 = "=?base64?";
    private static final String END = "?=";

    private final URI gate;
    private final String token;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ConformanceProxy(URI gate, String token, HttpServer server) {
        this.gate = gate;
        this.token = token;
        this.server = server;
    }

    static ConformanceProxy before(URI gate, String token) {
        if (!"127.0.0.1".equals(gate.getHost())) {
            throw new IllegalArgumentException("a token is added on loopback only");
        }
        if (!"host".equals(System.getProperty("jdk.httpclient.allowRestrictedHeaders"))) {
            throw new IllegalStateException("the suite's Host header would be replaced");
        }
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 64);
            var proxy = new ConformanceProxy(gate, token, server);
            server.setExecutor(proxy.threads);
            server.createContext("/", proxy::exchange);
            server.start();
            return proxy;
        } catch (IOException e) {
            throw new IllegalStateException("the proxy does not start", e);
        }
    }

    URI mcp() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + gate.getPath());
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            var uri = exchange.getRequestURI();
            var body = request(exchange.getRequestBody().readAllBytes());
            var onward =
                    HttpRequest.newBuilder(gate.resolve(uri.getRawPath()))
                            .timeout(Duration.ofSeconds(30))
                            .method(
                                    exchange.getRequestMethod(),
                                    HttpRequest.BodyPublishers.ofByteArray(body));
            exchange.getRequestHeaders()
                    .forEach((name, values) -> {
                        if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                            values.forEach(value -> onward.header(name, header(name, value)));
                        }
                    });
            onward.setHeader("Authorization", "Bearer " + token);
            HttpResponse<byte[]> response;
            try {
                response = http.send(onward.build(), HttpResponse.BodyHandlers.ofByteArray());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            response.headers()
                    .map()
                    .forEach((name, values) -> {
                        if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                            exchange.getResponseHeaders().put(name, values);
                        }
                    });
            var answer = response(response.body());
            exchange.sendResponseHeaders(
                    response.statusCode(), answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    /** Bytes that are not a call of a fixture pass untouched, malformed ones among them. */
    private static byte[] request(byte[] body) {
        var message = json(body);
        if (message != null
                && "tools/call".equals(message.path("method").textValue())
                && message.path("params") instanceof ObjectNode params
                && params.path("name").isTextual()) {
            var ours = ours(params.path("name").textValue());
            if (!ours.equals(params.path("name").textValue())) {
                params.put("name", ours);
                return bytes(message);
            }
        }
        return body;
    }

    private static byte[] response(byte[] body) {
        var message = json(body);
        if (message == null || !message.path("result").path("tools").isArray()) {
            return body;
        }
        for (JsonNode tool : message.path("result").path("tools")) {
            var name = tool.path("name").asText();
            if (name.startsWith(Fixtures.PREFIX) && tool instanceof ObjectNode object) {
                object.put("name", name.substring(Fixtures.PREFIX.length()));
            }
        }
        return bytes(message);
    }

    private static String header(String name, String value) {
        if (!name.equalsIgnoreCase("Mcp-Name")) {
            return value;
        }
        if (value.startsWith(BASE64) && value.endsWith(END)) {
            var encoded = value.substring(BASE64.length(), value.length() - END.length());
            try {
                var decoded =
                        new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
                var again = ours(decoded).getBytes(StandardCharsets.UTF_8);
                return ours(decoded).equals(decoded)
                        ? value
                        : BASE64 + Base64.getEncoder().encodeToString(again) + END;
            } catch (IllegalArgumentException e) {
                return value; // for the gate to refuse
            }
        }
        return ours(value);
    }

    private static String ours(String name) {
        return Fixtures.names().contains(Fixtures.PREFIX + name) ? Fixtures.PREFIX + name : name;
    }

    private static @Nullable ObjectNode json(byte[] body) {
        try {
            return McpClient.JSON.readTree(body) instanceof ObjectNode object ? object : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static byte[] bytes(JsonNode message) {
        try {
            return McpClient.JSON.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
