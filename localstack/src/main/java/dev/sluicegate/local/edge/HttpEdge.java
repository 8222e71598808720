package dev.sluicegate.local.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.local.edge.ProxyEvent.Incoming;
import dev.sluicegate.local.edge.ProxyEvent.MalformedAnswerException;
import dev.sluicegate.local.edge.ProxyEvent.Outgoing;
import dev.sluicegate.local.lambda.Invocation;
import dev.sluicegate.local.lambda.LocalFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An HTTP server on 127.0.0.1 in front of one function, as API Gateway is. */
public final class HttpEdge implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);

    /** Payload limit of both kinds of API. */
    private static final int MAX_BODY_BYTES = 10 * 1024 * 1024;

    /** Limit of the request line and all headers together, in both kinds of API. */
    private static final int MAX_HEADER_BYTES = 10_240;

    /**
     * Requests that may be here for each that the function may have: a client that sends slowly takes a place
     * here, not one of the function's.
     */
    private static final int ARRIVING_PER_RUNNING = 4;

    /** Long enough for a place to become free, short enough for a person. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private static final int BACKLOG = 128;
    private static final int CLOSING_SECONDS = 1;

    /** What the server writes itself. */
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "content-length", "transfer-encoding", "keep-alive", "date");

    private final HttpServer server;
    private final ExecutorService threads;
    private final LocalFunction function;
    private final EdgeSettings settings;
    private final Clock clock;
    private final Semaphore arriving;
    private final Semaphore running;

    private HttpEdge(
            HttpServer server, LocalFunction function, EdgeSettings settings, Clock clock) {
        this.server = server;
        this.threads =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("edge-", 0).factory());
        this.function = function;
        this.settings = settings;
        this.clock = clock;
        this.arriving = new Semaphore(settings.concurrency() * ARRIVING_PER_RUNNING);
        this.running = new Semaphore(settings.concurrency());
    }

    /**
     * Listens until closed.
     *
     * @param function the router; its own timeout counts when it is shorter than the integration's
     * @throws PortInUseException if somebody listens there
     */
    public static HttpEdge start(LocalFunction function, EdgeSettings settings, Clock clock) {
        tuneServer();
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(
                                    InetAddress.ofLiteral("127.0.0.1"), settings.port()),
                            BACKLOG);
        } catch (BindException e) {
            throw new PortInUseException(settings.port(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var edge = new HttpEdge(server, limited(function, settings), settings, clock);
        server.setExecutor(edge.threads);
        server.createContext("/", edge::exchange);
        server.start();
        return edge;
    }

    /**
     * Sets what the JDK's server takes from system properties, unless it is set: no delay of small packets
     * (40 ms an answer otherwise), and 30 s for a client to finish sending a request. The JDK reads them
     * when the first server of the process is made, so whoever makes an earlier one calls this before.
     */
    public static void tuneServer() {
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.maxReqTime", "30");
    }

    private static void setIfAbsent(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }

    private static LocalFunction limited(LocalFunction function, EdgeSettings settings) {
        var shorter =
                function.timeout().compareTo(settings.integrationTimeout()) <= 0
                        ? function.timeout()
                        : settings.integrationTimeout();
        return LocalFunction.of(function.name(), function.arn(), function.handler(), shorter);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Origin, without a path. */
    public URI origin() {
        return URI.create("http://127.0.0.1:" + port());
    }

    private void exchange(HttpExchange exchange) {
        try (exchange) {
            send(exchange, answer(exchange));
        } catch (IOException e) {
            LOG.debug("client went away: {}", e.getClass().getName());
        } catch (RuntimeException e) {
            LOG.error("edge failed: {}", e.getClass().getName());
        }
    }

    private Outgoing answer(HttpExchange exchange) throws IOException {
        if (!arriving.tryAcquire()) {
            return overloaded();
        }
        try {
            return read(exchange);
        } finally {
            arriving.release();
        }
    }

    private Outgoing read(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        if (headerBytes(exchange) > MAX_HEADER_BYTES) {
            return gateway(431, "Request Header Fields Too Large");
        }
        var body = body(exchange);
        if (body.length > MAX_BODY_BYTES) {
            return tooLarge();
        }
        var incoming =
                new Incoming(
                        exchange.getRequestMethod(),
                        uri.getRawPath() == null || uri.getRawPath().isEmpty()
                                ? "/"
                                : uri.getRawPath(),
                        uri.getRawQuery(),
                        exchange.getRequestHeaders(),
                        body,
                        exchange.getRemoteAddress().getAddress().getHostAddress(),
                        exchange.getProtocol(),
                        clock.instant());
        var rest = settings.shape() == EdgeSettings.Shape.REST;
        var event = rest ? ProxyEvent.rest(incoming) : ProxyEvent.httpApi(incoming);
        if (event.length > Invocation.MAX_PAYLOAD_BYTES) {
            return tooLarge();
        }
        if (!running.tryAcquire()) {
            return overloaded();
        }
        try {
            return invoke(event, rest);
        } finally {
            running.release();
        }
    }

    private Outgoing invoke(byte[] event, boolean rest) {
        var started = System.nanoTime();
        return switch (Invocation.run(function, function.arn(), event)) {
            case Invocation.Failed failed -> {
                var late = System.nanoTime() - started >= function.timeout().toNanos();
                yield late ? gateway(504, "Endpoint request timed out") : broken();
            }
            case Invocation.Returned(var payload) -> {
                try {
                    yield remapped(
                            rest
                                    ? ProxyEvent.restAnswer(payload)
                                    : ProxyEvent.httpApiAnswer(payload));
                } catch (MalformedAnswerException e) {
                    LOG.error("answer of the function is not understood: {}", e.getMessage());
                    yield broken();
                }
            }
        };
    }

    /** As API Gateway says it, with the header that our gateway response adds. */
    private static Outgoing overloaded() {
        return new Outgoing(
                429,
                Map.of(
                        "content-type", List.of("application/json"),
                        "retry-after", List.of(RETRY_AFTER_SECONDS)),
                "{\"message\":\"Too Many Requests\"}".getBytes(StandardCharsets.UTF_8));
    }

    private Outgoing tooLarge() {
        return gateway(
                413,
                settings.shape() == EdgeSettings.Shape.REST
                        ? "Request Too Long"
                        : "Request Entity Too Large");
    }

    private Outgoing broken() {
        return settings.shape() == EdgeSettings.Shape.REST
                ? gateway(502, "Internal server error")
                : gateway(500, "Internal Server Error");
    }

    private static Outgoing gateway(int status, String message) {
        return new Outgoing(
                status,
                Map.of("content-type", List.of("application/json")),
                ("{\"message\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private Outgoing remapped(Outgoing answer) {
        if (!settings.remapsHeaders()) {
            return answer;
        }
        var headers = new LinkedHashMap<String, List<String>>();
        answer.headers()
                .forEach((name, values) ->
                        headers.put(
                                name.equalsIgnoreCase("www-authenticate")
                                        ? "x-amzn-Remapped-WWW-Authenticate"
                                        : name,
                                values));
        return new Outgoing(answer.status(), headers, answer.body());
    }

    private static int headerBytes(HttpExchange exchange) {
        var bytes =
                exchange.getRequestMethod().length()
                        + exchange.getRequestURI().toString().length()
                        + exchange.getProtocol().length()
                        + 4;
        for (var header : exchange.getRequestHeaders().entrySet()) {
            for (var value : header.getValue()) {
                bytes += header.getKey().length() + value.length() + 4;
            }
        }
        return bytes;
    }

    /** The whole body, or one byte more than is allowed. A client that is too slow gets a 408 from here. */
    private byte[] body(HttpExchange exchange) throws IOException {
        var reading =
                threads.submit(() -> exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1));
        try {
            return reading.get(settings.bodyTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // in this order: interrupting the reader closes the connection under the answer
            send(exchange, gateway(408, "Request Timeout"));
            reading.cancel(true);
            throw new IOException("body was not sent in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped", e);
        }
    }

    private static void send(HttpExchange exchange, Outgoing answer) throws IOException {
        var headers = exchange.getResponseHeaders();
        answer.headers()
                .forEach((name, values) -> {
                    if (!HOP_BY_HOP.contains(name.toLowerCase(Locale.ROOT))) {
                        headers.put(name, List.copyOf(values));
                    }
                });
        var refused = Set.of(408, 413, 429, 431).contains(answer.status());
        if (refused) {
            // what the client still sends would be taken for its next request
            headers.set("Connection", "close");
        }
        var silent =
                exchange.getRequestMethod().equals("HEAD")
                        || answer.status() == 204
                        || answer.status() == 304
                        || answer.body().length == 0;
        exchange.sendResponseHeaders(answer.status(), silent ? -1 : answer.body().length);
        if (!silent) {
            exchange.getResponseBody().write(answer.body());
            exchange.getResponseBody().flush();
        }
    }

    /** Lets answers under way go out for a moment, then closes every connection. */
    @Override
    public void close() {
        server.stop(CLOSING_SECONDS);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(
                    Duration.ofSeconds(CLOSING_SECONDS).toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("requests were cut off");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
