package dev.sluicegate.kit.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.kit.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** DynamoDB on loopback as the SDK's real client sees it: scripted answers, and what it was asked. */
public final class LoopbackTable implements AutoCloseable {
    public static final String CALL_ID = "01J00000000000000000000000";
    public static final String PRINCIPAL = "abcdefghijklmnopqrstuvwxyz";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<String> operations = new CopyOnWriteArrayList<>();
    private final Map<String, Queue<String>> answers = new HashMap<>();
    private final HttpServer server;
    private final DynamoDbClient client;

    public LoopbackTable() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext(
                "/",
                exchange -> {
                    var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
                    var operation = target.substring(target.indexOf('.') + 1);
                    operations.add(operation);
                    asked.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
                    var queue = answers.getOrDefault(operation, new ArrayDeque<>());
                    var answer = queue.size() > 1 ? queue.remove() : queue.peek();
                    var body = (answer == null ? "{}" : answer).getBytes(StandardCharsets.UTF_8);
                    var status = answer != null && answer.contains("__type") ? 400 : 200;
                    exchange.sendResponseHeaders(status, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        client =
                DynamoDbClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("ASIASESSION", "secret")))
                        .httpClient(AwsCrtHttpClient.builder().build())
                        .build();
    }

    /** One more answer to an operation; the last is given again and again. */
    public LoopbackTable answers(String operation, String json) {
        answers.computeIfAbsent(operation, key -> new ArrayDeque<>()).add(json);
        return this;
    }

    /** The bodies of all requests so far, in order. */
    public List<JsonNode> asked() {
        return asked;
    }

    /** The operations asked for so far, such as {@code GetItem}, in order. */
    public List<String> operations() {
        return operations;
    }

    /** A call of tenant {@code demo} by {@link #PRINCIPAL} with these arguments, as the kit hands it to a tool. */
    public ToolCall call(String arguments) {
        try {
            return new ToolCall(
                    (ObjectNode) JSON.readTree(arguments),
                    CALL_ID,
                    "demo",
                    PRINCIPAL,
                    Instant.parse("2026-11-23T10:00:00Z"),
                    () -> Duration.ofSeconds(5),
                    () -> client,
                    table -> "table-" + table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
    }
}
