package dev.sluicegate.local.aws;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP endpoint of the local AWS, on 127.0.0.1: verifies the signature, asks IAM for everything the
 * service says the request needs, and only then hands it to the service.
 */
public final class AwsFront implements AutoCloseable {
    /** A DynamoDB batch (16 MB) is the largest request the stack makes; more is an error. */
    static final int MAX_BODY_BYTES = 20 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(AwsFront.class);

    private final Map<String, LocalService> services = new HashMap<>();
    private final Iam iam;
    private final Sigv4 sigv4;
    private final int requestedPort;
    private @Nullable HttpServer server;
    private @Nullable ExecutorService executor;

    /**
     * @param port 0 for any free one
     * @param clock what signing times are compared with; the SDKs sign with the system's time
     */
    public AwsFront(int port, Iam iam, List<? extends LocalService> services, Clock clock) {
        this.requestedPort = port;
        this.iam = iam;
        this.sigv4 = new Sigv4(iam, clock);
        for (LocalService service : services) {
            if (this.services.put(service.service(), service) != null) {
                throw new IllegalArgumentException("two services named " + service.service());
            }
        }
    }

    /**
     * Starts listening.
     *
     * @throws UncheckedIOException if the port is taken
     */
    public void start() {
        // read once per JVM by the server's class; without it a body over 8 KB waits 40 ms for a
        // delayed ACK
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
        try {
            var address =
                    new InetSocketAddress(
                            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), requestedPort);
            var started = HttpServer.create(address, 0);
            var threads =
                    Executors.newThreadPerTaskExecutor(
                            Thread.ofVirtual().name("aws-front-", 0).factory());
            started.setExecutor(threads);
            started.createContext("/", this::exchange);
            started.start();
            server = started;
            executor = threads;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on 127.0.0.1:" + requestedPort, e);
        }
    }

    /**
     * Port it listens on.
     *
     * @throws IllegalStateException before {@link #start()}
     */
    public int port() {
        if (server == null) {
            throw new IllegalStateException("the AWS front is not started");
        }
        return server.getAddress().getPort();
    }

    /** For {@code aws.endpointUrl}. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port());
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
        if (executor != null) {
            executor.shutdownNow();
            executor = null;
        }
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
            var headers = new HashMap<String, List<String>>();
            exchange.getRequestHeaders()
                    .forEach((name, values) ->
                            headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
            var request =
                    new LocalRequest(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getRawPath(),
                            exchange.getRequestURI().getRawQuery(),
                            Map.copyOf(headers),
                            body);
            write(exchange, answer(request));
        }
    }

    /** Never throws: what goes wrong is an answer in the service's error shape. */
    private LocalResponse answer(LocalRequest request) {
        var claimed = Sigv4.claimed(request);
        String service = claimed.isPresent() ? claimed.get().service() : serviceOfUnsigned(request);
        try {
            if (request.body().length > MAX_BODY_BYTES) {
                throw new LocalServiceException(
                        413,
                        "RequestEntityTooLarge",
                        "the body is over " + MAX_BODY_BYTES + " bytes");
            }
            LocalService target = services.get(service);
            if (target == null) {
                throw new LocalServiceException(
                        400, "UnknownService", "the local stack has no service `" + service + "`");
            }
            if (claimed.isEmpty()) {
                return unsigned(request, target);
            }
            var verified = sigv4.verify(request, claimed.get());
            var session = verified.session();
            for (Authorization asked : target.authorizations(verified.request())) {
                var decision = iam.decide(session, asked);
                if (!decision.allowed()) {
                    return denied(service, decision);
                }
            }
            var caller =
                    new LocalCaller(
                            session.principalArn(),
                            session.credentials().accessKeyId(),
                            session.tags());
            return target.handle(verified.request(), caller);
        } catch (LocalServiceException e) {
            return AwsErrors.of(service, e.status(), e.code(), e.reason());
        } catch (RuntimeException e) {
            // the message could quote a payload: the class has to do
            StackTraceElement[] at = e.getStackTrace();
            LOG.error(
                    "{} failed with {} at {}",
                    service,
                    e.getClass().getName(),
                    at.length == 0 ? "?" : at[0]);
            return AwsErrors.of(
                    service, 500, "InternalFailure", "the local " + service + " failed");
        }
    }

    private static LocalResponse unsigned(LocalRequest request, LocalService target) {
        boolean signed = request.headers().containsKey("authorization");
        if (!signed && target instanceof StsService sts && sts.takesUnsigned(request)) {
            return sts.handleUnsigned(request);
        }
        String service = target.service();
        throw Sigv4.refuse(
                service,
                signed ? Sigv4.Failure.MALFORMED : Sigv4.Failure.MISSING,
                signed
                        ? "the Authorization header is not AWS4-HMAC-SHA256 with credential, headers and signature"
                        : "the request is not signed");
    }

    private static LocalResponse denied(String service, AccessDecision decision) {
        String code =
                switch (service) {
                    case "s3", "sts" -> "AccessDenied";
                    default -> "AccessDeniedException";
                };
        String message =
                "User: "
                        + decision.principal()
                        + " is not authorized to perform: "
                        + decision.action()
                        + " on resource: "
                        + decision.resource()
                        + " because "
                        + decision.reason();
        return AwsErrors.of(service, 403, code, message);
    }

    /** Which error shape an unsigned or badly signed request understands. */
    private static String serviceOfUnsigned(LocalRequest request) {
        String target = request.header("x-amz-target");
        if (target != null) {
            if (target.startsWith("TrentService.")) {
                return "kms";
            }
            return target.startsWith("secretsmanager.") ? "secretsmanager" : "dynamodb";
        }
        if (request.path().matches("/20\\d\\d-\\d\\d-\\d\\d/.*")) {
            return "lambda";
        }
        return StsService.isQuery(request) ? "sts" : "s3";
    }

    private static void write(HttpExchange exchange, LocalResponse response) throws IOException {
        response.headers()
                .forEach((name, value) -> {
                    if (!name.equalsIgnoreCase("content-length")
                            && !name.equalsIgnoreCase("transfer-encoding")) {
                        exchange.getResponseHeaders().set(name, value);
                    }
                });
        if (!exchange.getResponseHeaders().containsKey("x-amzn-requestid")) {
            exchange.getResponseHeaders().set("x-amzn-RequestId", UUID.randomUUID().toString());
        }
        byte[] body = response.body();
        if (exchange.getRequestMethod().equals("HEAD")) {
            String length =
                    response.headers().entrySet().stream()
                            .filter(entry -> entry.getKey().equalsIgnoreCase("content-length"))
                            .map(Map.Entry::getValue)
                            .findFirst()
                            .orElse(Integer.toString(body.length));
            exchange.getResponseHeaders().set("Content-Length", length);
            exchange.sendResponseHeaders(response.status(), -1);
            return;
        }
        // the server buffers the headers until the body comes: one write for both
        exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
