package dev.sluicegate.local.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.local.lambda.LocalFunction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpEdgeTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<JsonNode> event = new AtomicReference<>();
    private HttpEdge edge = start("{\"statusCode\":200,\"body\":\"ok\"}", EdgeSettings.on(0));

    private HttpEdge start(String answer, EdgeSettings settings) {
        return start(
                (in, out, context) -> {
                    event.set(MAPPER.readTree(in));
                    out.write(answer.getBytes(StandardCharsets.UTF_8));
                },
                settings);
    }

    private static HttpEdge start(RequestStreamHandler handler, EdgeSettings settings) {
        return HttpEdge.start(
                LocalFunction.of(
                        "router",
                        "arn:aws:lambda:eu-central-1:000000000000:function:router",
                        handler,
                        Duration.ofSeconds(20)),
                settings,
                Clock.systemUTC());
    }

    private void restart(HttpEdge other) {
        edge.close();
        edge = other;
    }

    @AfterEach
    void stop() {
        edge.close();
        client.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(edge.origin() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void theRouterSeesARestEvent() throws Exception {
        send(
                to("/mcp?a=1&a=2&b=x%20y")
                        .header("Accept", "application/json")
                        .header("Accept", "text/event-stream")
                        .POST(BodyPublishers.ofString("{\"ü\":1}")));

        var seen = event.get();
        assertThat(seen.path("httpMethod").asText()).isEqualTo("POST");
        assertThat(seen.path("path").asText()).isEqualTo("/mcp");
        assertThat(seen.path("multiValueHeaders").path("Accept")).hasSize(2);
        assertThat(seen.path("multiValueQueryStringParameters").path("a")).hasSize(2);
        assertThat(seen.path("queryStringParameters").path("b").asText()).isEqualTo("x y");
        assertThat(seen.path("body").asText()).isEqualTo("{\"ü\":1}");
        assertThat(seen.path("isBase64Encoded").asBoolean(true)).isFalse();
        assertThat(seen.path("requestContext").path("identity").path("sourceIp").asText())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void theRouterSeesAnHttpApiEvent() throws Exception {
        restart(
                start(
                        "{\"statusCode\":202,\"headers\":{\"x-a\":\"b\"}}",
                        EdgeSettings.on(0).withShape(EdgeSettings.Shape.HTTP_API)));

        var text =
                send(
                        to("/mcp?q=1")
                                .header("Content-Type", "application/json")
                                .header("Cookie", "a=1; b=2")
                                .POST(BodyPublishers.ofString("{}")));
        var seen = event.get();
        send(
                to("/mcp")
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff})));

        assertThat(text.statusCode()).isEqualTo(202);
        assertThat(text.headers().firstValue("x-a")).hasValue("b");
        assertThat(seen.path("version").asText()).isEqualTo("2.0");
        assertThat(seen.path("rawPath").asText()).isEqualTo("/mcp");
        assertThat(seen.path("rawQueryString").asText()).isEqualTo("q=1");
        assertThat(seen.path("requestContext").path("http").path("method").asText())
                .isEqualTo("POST");
        assertThat(seen.path("cookies")).hasSize(2);
        assertThat(seen.path("body").asText()).isEqualTo("{}");
        assertThat(event.get().path("isBase64Encoded").asBoolean()).isTrue();
        assertThat(event.get().path("body").asText()).isEqualTo("/w==");
    }

    @Test
    void anAnswerIsWrittenAsTheRouterGaveIt() throws Exception {
        restart(
                start(
                        "{\"statusCode\":401,\"headers\":{\"a\":\"1\"},\"multiValueHeaders\":{\"WWW-Authenticate\":[\"Bearer x\"],\"Set\":[\"1\",\"2\"]},\"body\":\"/w==\",\"isBase64Encoded\":true}",
                        EdgeSettings.on(0)));

        var answer = client.send(to("/x").build(), BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer x");
        assertThat(answer.headers().allValues("set")).containsExactly("1", "2");
        assertThat(answer.body()).isEqualTo(new byte[] {(byte) 0xff});
    }

    @Test
    void aRestApiRenamesTheChallenge() throws Exception {
        restart(
                start(
                        "{\"statusCode\":401,\"headers\":{\"WWW-Authenticate\":\"Bearer x\"},\"body\":\"\"}",
                        EdgeSettings.on(0).withRemappedHeaders()));

        var answer = send(to("/x"));

        assertThat(answer.headers().firstValue("www-authenticate")).isEmpty();
        assertThat(answer.headers().firstValue("x-amzn-remapped-www-authenticate"))
                .hasValue("Bearer x");
    }

    @Test
    void aFunctionThatFailsOrAnswersNonsenseIsABadGateway() throws Exception {
        restart(start("[]", EdgeSettings.on(0)));
        assertThat(send(to("/x")).statusCode()).isEqualTo(502);

        restart(start("{\"body\":\"x\"}", EdgeSettings.on(0)));
        assertThat(send(to("/x")).statusCode()).isEqualTo(502);

        restart(
                start(
                        (in, out, context) -> {
                            throw new IllegalStateException("secret");
                        },
                        EdgeSettings.on(0)));
        var answer = send(to("/x"));
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).isEqualTo("{\"message\":\"Internal server error\"}");
    }

    @Test
    void aFunctionThatIsTooSlowIsAGatewayTimeout() throws Exception {
        restart(
                start(
                        (in, out, context) -> {
                            try {
                                Thread.sleep(Duration.ofMinutes(1));
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        EdgeSettings.on(0).withIntegrationTimeout(Duration.ofMillis(200))));

        assertThat(send(to("/x")).statusCode()).isEqualTo(504);
    }

    @Test
    void aBodyOverTheLimitNeverReachesTheRouter() throws Exception {
        var answer =
                send(to("/mcp").POST(BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024 + 1])));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(event.get()).isNull();
    }

    @Test
    void aBodyThatDoesNotFitIntoAnEventIsRefusedToo() throws Exception {
        assertThat(
                        send(to("/mcp").POST(BodyPublishers.ofString("x".repeat(7_000_000))))
                                .statusCode())
                .isEqualTo(413);
        assertThat(event.get()).isNull();
    }

    @Test
    void headersOverTheLimitAreRefused() throws Exception {
        assertThat(send(to("/mcp").header("x", "y".repeat(10_300))).statusCode()).isEqualTo(431);
        assertThat(send(to("/mcp").header("x", "y".repeat(9_000))).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatStopsHalfwayGetsAnEnd() throws Exception {
        restart(
                start(
                        "{\"statusCode\":200}",
                        EdgeSettings.on(0).withBodyTimeout(Duration.ofMillis(300))));

        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), edge.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            "POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 408");
        }
        assertThat(event.get()).isNull();
    }

    @Test
    void moreAtOnceThanThereArePlacesForAreToldToComeBackAndTheRestIsServed() throws Exception {
        var entered = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        restart(
                start(
                        (in, out, context) -> {
                            entered.countDown();
                            try {
                                go.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            out.write(
                                    "{\"statusCode\":200,\"body\":\"ok\"}"
                                            .getBytes(StandardCharsets.UTF_8));
                        },
                        EdgeSettings.on(0).withConcurrency(2)));
        var post = to("/mcp").POST(BodyPublishers.ofString("{}")).build();
        var first = client.sendAsync(post, BodyHandlers.ofString());
        var second = client.sendAsync(post, BodyHandlers.ofString());
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

        var third = client.send(post, BodyHandlers.ofString());
        go.countDown();

        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("retry-after")).hasValue("1");
        assertThat(third.body()).isEqualTo("{\"message\":\"Too Many Requests\"}");
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(second.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @Test
    void clientsThatSendSlowlyTakeNoPlaceOfTheFunction() throws Exception {
        restart(
                start(
                        "{\"statusCode\":200,\"body\":\"ok\"}",
                        EdgeSettings.on(0)
                                .withConcurrency(1)
                                .withBodyTimeout(Duration.ofSeconds(5))));
        var half =
                "POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
                        .getBytes(StandardCharsets.US_ASCII);
        try (var one = new Socket(InetAddress.ofLiteral("127.0.0.1"), edge.port());
                var other = new Socket(InetAddress.ofLiteral("127.0.0.1"), edge.port())) {
            one.getOutputStream().write(half);
            other.getOutputStream().write(half);

            assertThat(send(to("/mcp").POST(BodyPublishers.ofString("{}"))).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void manyRequestsOverOneConnectionAreAnsweredWithoutWaitingForAcknowledgements()
            throws Exception {
        for (var i = 0; i < 50; i++) {
            assertThat(send(to("/mcp").POST(BodyPublishers.ofString("{}"))).statusCode())
                    .isEqualTo(200);
        }

        // without it each small answer waits 40 ms for the acknowledgement of the one before
        assertThat(System.getProperty("sun.net.httpserver.nodelay")).isEqualTo("true");
    }

    @Test
    void aPortInUseIsNamed() {
        assertThatThrownBy(() -> start("{}", EdgeSettings.on(edge.port())))
                .isInstanceOf(PortInUseException.class)
                .hasMessage("port " + edge.port() + " on 127.0.0.1 is in use");
    }

    @Test
    void nobodyElseOnTheNetworkReachesIt() throws Exception {
        for (var networkInterface : NetworkInterface.networkInterfaces().toList()) {
            for (var address : networkInterface.getInterfaceAddresses()) {
                if (!address.getAddress().isLoopbackAddress()
                        && !address.getAddress().isLinkLocalAddress()) {
                    assertThatThrownBy(() -> new Socket(address.getAddress(), edge.port()).close())
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void headGetsNoBody() throws Exception {
        assertThat(send(to("/healthz").method("HEAD", BodyPublishers.noBody())).body()).isEmpty();
    }
}
