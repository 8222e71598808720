package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.audit.JournalUnavailableException;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.local.idp.UnknownUserException;
import dev.sluicegate.router.policy.PolicyStepRefusedException;
import dev.sluicegate.router.policy.PublishConflictException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the other commands reach the stack in this process: loopback, and a secret that only the owner of
 * {@code stack.json} can read. It is the operator's door, not part of the product.
 */
final class AdminEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminEndpoint.class);
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int STOPPING = 202;

    /** Header with the access token of whoever changes policies. */
    static final String POLICY_TOKEN = "Policy-Token";

    private final RunningStack stack;
    private final Runnable stop;
    private final String secret;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private record Answer(int status, JsonNode body) {}

    /**
     * @param stop asks for the end of the process; returns at once
     */
    AdminEndpoint(RunningStack stack, Runnable stop) throws IOException {
        this.stack = stack;
        this.stop = stop;
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        this.secret = HexFormat.of().formatHex(bytes);
        this.server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0),
                        0);
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    String secret() {
        return secret;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private void serve(HttpExchange exchange) {
        var stopping = false;
        try (exchange) {
            Answer answer;
            try {
                answer =
                        isOwner(exchange)
                                ? route(exchange)
                                : error(401, "the secret of stack.json is needed");
            } catch (RuntimeException e) {
                LOG.error("admin request failed", e);
                answer = error(500, "the stack failed; its log says why");
            }
            var bytes = OutputFormat.JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
            stopping = answer.status() == STOPPING;
        } catch (IOException e) {
            LOG.debug("command went away", e);
        }
        // after the answer is out: stopping closes this endpoint, too
        if (stopping) {
            stop.run();
        }
    }

    private boolean isOwner(HttpExchange exchange) {
        var said = exchange.getRequestHeaders().getFirst("Authorization");
        return said != null
                && MessageDigest.isEqual(
                        said.getBytes(StandardCharsets.UTF_8),
                        ("Bearer " + secret).getBytes(StandardCharsets.UTF_8));
    }

    private Answer route(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        return switch (exchange.getRequestMethod() + " " + path) {
            case "POST /token" -> token(body(exchange));
            case "POST /policies/read" -> published(body(exchange));
            case "POST /decisions" -> decisions(body(exchange));
            case "GET /policies/pending" -> new Answer(200, stack.policies().pending());
            case "GET /policies/log" -> new Answer(200, stack.policies().log());
            case "POST /policies/publish",
                    "POST /policies/review",
                    "POST /policies/release",
                    "POST /policies/rollback" ->
                    step(path.substring("/policies/".length()), exchange);
            case "GET /calls" -> lastCall();
            case "POST /stop" -> new Answer(STOPPING, object());
            default ->
                    exchange.getRequestMethod().equals("GET") && path.startsWith("/calls/")
                            ? trace(path.substring("/calls/".length()))
                            : error(404, "no such request");
        };
    }

    private Answer token(JsonNode asked) {
        TokenOrder order;
        try {
            order =
                    new TokenOrder(
                            asked.path("user").asText(),
                            strings(asked.get("roles")),
                            asked.path("client").asText(),
                            asked.path("scope").asText(),
                            asked.path("mfa").asBoolean(),
                            Duration.ofSeconds(asked.path("ttlSeconds").asLong()),
                            text(asked.get("audience")));
        } catch (IllegalArgumentException e) {
            return error(400, String.valueOf(e.getMessage()));
        }
        try {
            return new Answer(200, object().put("token", stack.token(order)));
        } catch (UnknownUserException e) {
            return error(404, String.valueOf(e.getMessage()));
        }
    }

    /** Who takes the step is who the token names: the secret of this endpoint only opens the door. */
    private Answer step(String step, HttpExchange exchange) throws IOException {
        var token = exchange.getRequestHeaders().getFirst(POLICY_TOKEN);
        if (token == null) {
            return error(403, "an access token is needed");
        }
        var asked = body(exchange);
        var desk = stack.policies();
        var proposal = asked.path("proposal").asText();
        try {
            return new Answer(
                    200,
                    switch (step) {
                        case "publish" ->
                                desk.publish(
                                        token,
                                        Path.of(asked.path("folder").asText()),
                                        asked.path("shadow").asBoolean(),
                                        asked.path("propose").asBoolean());
                        case "review" ->
                                desk.review(
                                        token,
                                        proposal,
                                        asked.path("approve").asBoolean(),
                                        text(asked.get("note")));
                        case "release" -> desk.release(token, proposal);
                        default ->
                                desk.rollback(
                                        token,
                                        asked.path("version").asLong(),
                                        asked.path("propose").asBoolean());
                    });
        } catch (RunningStack.PolicyRefusedException e) {
            var refused = object().put("error", "the policies are not valid");
            var problems = refused.putArray("problems");
            e.problems().forEach(problems::add);
            return new Answer(422, refused);
        } catch (PolicyStepRefusedException e) {
            return error(
                    switch (e.reason()) {
                        case NOT_ALLOWED -> 403;
                        case NOT_FOUND -> 404;
                        case CONFLICT -> 409;
                    },
                    String.valueOf(e.getMessage()));
        } catch (PublishConflictException e) {
            return error(409, String.valueOf(e.getMessage()));
        } catch (JournalUnavailableException e) {
            LOG.error("a policy step was not confirmed", e);
            return error(500, "it is not known whether that was done; `policy log` will show it");
        }
    }

    private Answer published(JsonNode asked) {
        try {
            return new Answer(200, stack.policySet(text(asked.get("set"))));
        } catch (NoSuchElementException e) {
            return error(404, String.valueOf(e.getMessage()));
        }
    }

    private Answer decisions(JsonNode asked) {
        var reading =
                new RunningStack.Reading(
                        asked.path("user").asText(),
                        asked.path("purpose").asText(),
                        Duration.ofSeconds(asked.path("backSeconds").asLong()),
                        Duration.ofMillis(asked.path("waitMillis").asLong()),
                        text(asked.get("after")),
                        text(asked.get("callId")));
        try {
            return new Answer(200, stack.decisions(reading));
        } catch (RunningStack.NotAllowedException e) {
            return error(403, String.valueOf(e.getMessage()));
        }
    }

    private Answer lastCall() {
        return stack.lastCall()
                .map(id -> new Answer(200, object().put("callId", id)))
                .orElseGet(() -> error(404, "no call is archived yet"));
    }

    private Answer trace(String callId) {
        return stack.trace(callId)
                .map(trace -> new Answer(200, trace))
                .orElseGet(() -> error(404, "no record of call `" + callId + "`"));
    }

    private static Answer error(int status, String message) {
        return new Answer(status, object().put("error", message));
    }

    private static ObjectNode object() {
        return OutputFormat.JSON.createObjectNode();
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
        try {
            return OutputFormat.JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            return object();
        }
    }

    private static @Nullable String text(@Nullable JsonNode value) {
        return value == null || value.isNull() ? null : value.asText();
    }

    private static @Nullable List<String> strings(@Nullable JsonNode value) {
        if (value == null || !value.isArray()) {
            return null;
        }
        var strings = new ArrayList<String>();
        value.forEach(item -> strings.add(item.asText()));
        return strings;
    }
}
