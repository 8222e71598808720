package dev.sluicegate.kit;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** AWS on loopback, as the SDK's real clients see it: answers by operation and keeps what it was asked. */
final class LoopbackAws implements AutoCloseable {
    final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final HttpServer server;

    LoopbackAws() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    var body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
                    var operation =
                            target == null
                                    ? body.replaceFirst("^.*\\bAction=([A-Za-z]+).*$", "$1")
                                    : target.substring(target.indexOf('.') + 1);
                    var authorization = exchange.getRequestHeaders().getFirst("Authorization");
                    asked.add(
                            new Asked(operation, body, authorization == null ? "" : authorization));
                    var answer = answers.get(operation);
                    var bytes =
                            (answer == null ? "{}" : answer.body())
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(
                            answer == null ? 500 : answer.status(), bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        System.setProperty("aws.region", "eu-central-1");
        System.setProperty("aws.endpointUrl", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    LoopbackAws answers(String operation, int status, String body) {
        answers.put(operation, new Answer(status, body));
        return this;
    }

    List<String> operations() {
        return asked.stream().map(Asked::operation).toList();
    }

    @Override
    public void close() {
        System.clearProperty("aws.endpointUrl");
        server.stop(0);
    }

    record Asked(String operation, String body, String authorization) {}

    private record Answer(int status, String body) {}
}
