package dev.sluicegate.local.edge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.aws.LocalService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;

/** Gives real SDK clients one service over HTTP, without asking who signed. */
public final class TestFront implements AutoCloseable {
    private static final LocalCaller ANYBODY =
            new LocalCaller("arn:aws:iam::000000000000:user/test", "AKIDTEST", Map.of());

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final LocalService service;

    private TestFront(HttpServer server, LocalService service) {
        this.server = server;
        this.service = service;
    }

    public static TestFront before(LocalService service) {
        HttpEdge.tuneServer();
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 64);
            var front = new TestFront(server, service);
            server.setExecutor(front.threads);
            server.createContext("/", front::answer);
            server.start();
            return front;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
        return builder.endpointOverride(endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create("AKIDTEST", "secret")))
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .build();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = new HashMap<String, List<String>>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
            var uri = exchange.getRequestURI();
            var request =
                    new LocalRequest(
                            exchange.getRequestMethod(),
                            uri.getRawPath(),
                            uri.getRawQuery(),
                            headers,
                            exchange.getRequestBody().readAllBytes());
            if (service.authorizations(request).isEmpty()) {
                throw new IllegalStateException("nothing to ask IAM: " + request);
            }
            var response = service.handle(request, ANYBODY);
            response.headers().forEach(exchange.getResponseHeaders()::set);
            var silent = response.body().length == 0;
            exchange.sendResponseHeaders(response.status(), silent ? -1 : response.body().length);
            if (!silent) {
                exchange.getResponseBody().write(response.body());
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
