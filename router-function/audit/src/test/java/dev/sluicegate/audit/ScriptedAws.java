package dev.sluicegate.audit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** A loopback endpoint that answers real SDK clients from a script and keeps what it was asked. */
final class ScriptedAws implements AutoCloseable {
    /**
     * @param operation the DynamoDB operation, or the HTTP method
     * @param headers names in lower case
     */
    record Asked(String operation, String path, Map<String, String> headers, String body) {}

    private record Answer(int status, String body) {}

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "secret"));

    private final HttpServer server;
    private final Deque<Answer> script = new ArrayDeque<>();
    private final List<Asked> asked = new ArrayList<>();

    ScriptedAws() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    ScriptedAws then(int status, String body) {
        synchronized (script) {
            script.add(new Answer(status, body));
        }
        return this;
    }

    /** An error as DynamoDB tells it. */
    ScriptedAws thenError(int status, String type, String more) {
        return then(
                status,
                "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" + type + "\"" + more + "}");
    }

    List<Asked> asked() {
        synchronized (script) {
            return List.copyOf(asked);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var headers = new TreeMap<String, String>();
            exchange.getRequestHeaders()
                    .forEach((name, values) ->
                            headers.put(
                                    name.toLowerCase(java.util.Locale.ROOT),
                                    String.join(",", values)));
            Answer next;
            synchronized (script) {
                var target = headers.get("x-amz-target");
                asked.add(
                        new Asked(
                                target == null
                                        ? exchange.getRequestMethod()
                                        : target.substring(target.indexOf('.') + 1),
                                exchange.getRequestURI().getPath(),
                                headers,
                                body));
                var scripted = script.poll();
                next = scripted == null ? new Answer(200, "{}") : scripted;
            }
            var bytes = next.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(next.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Without the SDK's own retries, so that each answer of the script is one of ours. */
    DynamoDbClient dynamoDb() {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(CREDENTIALS)
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .overrideConfiguration(c -> c.retryStrategy(b -> b.maxAttempts(1)))
                .build();
    }

    S3Client s3() {
        return S3Client.builder()
                .endpointOverride(endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(CREDENTIALS)
                .forcePathStyle(true)
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .overrideConfiguration(c -> c.retryStrategy(b -> b.maxAttempts(1)))
                .build();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
