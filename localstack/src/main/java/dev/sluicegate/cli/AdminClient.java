package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The other side of {@link AdminEndpoint}. Every method fails with one line if the stack is gone. */
final class AdminClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final StackFile stack;
    private final HttpClient http = HttpClient.newHttpClient();

    private record Answer(int status, JsonNode body) {
        String error() {
            return body.path("error").asText("the stack answered " + status);
        }
    }

    AdminClient(StackFile stack) {
        this.stack = stack;
    }

    StackFile stack() {
        return stack;
    }

    String token(TokenOrder order) {
        var asked =
                object().put("user", order.user())
                        .put("client", order.client())
                        .put("scope", order.scope())
                        .put("mfa", order.mfa())
                        .put("ttlSeconds", order.ttl().toSeconds())
                        .put("audience", order.audience());
        var roles = order.roles();
        if (roles != null) {
            roles.forEach(asked.putArray("roles")::add);
        }
        var answer = send("POST", "/token", asked);
        return ok(answer, ExitCode.NO).path("token").asText();
    }

    /** What {@link PolicyDesk} answers; a no ends the command. */
    ObjectNode policies(String what) {
        return (ObjectNode) ok(send("GET", "/policies/" + what, null), ExitCode.UNREACHABLE);
    }

    /**
     * A step by whoever {@code token} names.
     *
     * @param step {@code publish | review | release | rollback}
     */
    ObjectNode policyStep(String step, String token, ObjectNode body) {
        var answer = send("POST", "/policies/" + step, body, token);
        if (answer.status() == 422) {
            var lines = new StringBuilder(answer.error());
            answer.body()
                    .path("problems")
                    .forEach(line -> lines.append("\n  ").append(line.asText()));
            throw new CommandFailedException(ExitCode.NO, lines.toString());
        }
        return (ObjectNode) ok(answer, ExitCode.NO);
    }

    /** As {@link RunningStack#policySet}; empty if there is no such set. */
    Optional<JsonNode> policySet(@Nullable String set) {
        var answer = send("POST", "/policies/read", object().put("set", set));
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of(ok(answer, ExitCode.UNREACHABLE));
    }

    /** As {@link RunningStack#decisions}. */
    JsonNode decisions(RunningStack.Reading reading) {
        return ok(
                send(
                        "POST",
                        "/decisions",
                        object().put("user", reading.user())
                                .put("purpose", reading.purpose())
                                .put("backSeconds", reading.back().toSeconds())
                                .put("waitMillis", reading.patience().toMillis())
                                .put("after", reading.after())
                                .put("callId", reading.callId()),
                        null,
                        TIMEOUT.plus(reading.patience())),
                ExitCode.NO);
    }

    Optional<String> lastCall() {
        var answer = send("GET", "/calls", null);
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of(ok(answer, ExitCode.UNREACHABLE).path("callId").asText());
    }

    Optional<ObjectNode> trace(String callId) {
        var answer = send("GET", "/calls/" + callId, null);
        return answer.status() == 404
                ? Optional.empty()
                : Optional.of((ObjectNode) ok(answer, ExitCode.UNREACHABLE));
    }

    void stop() {
        ok(send("POST", "/stop", object()), ExitCode.UNREACHABLE);
    }

    private static JsonNode ok(Answer answer, int exitCode) {
        if (answer.status() / 100 != 2) {
            throw new CommandFailedException(
                    answer.status() == 500 ? ExitCode.UNREACHABLE : exitCode, answer.error());
        }
        return answer.body();
    }

    private Answer send(String method, String path, @Nullable JsonNode body) {
        return send(method, path, body, null, TIMEOUT);
    }

    private Answer send(
            String method, String path, @Nullable JsonNode body, @Nullable String policyToken) {
        return send(method, path, body, policyToken, TIMEOUT);
    }

    private Answer send(
            String method,
            String path,
            @Nullable JsonNode body,
            @Nullable String policyToken,
            Duration timeout) {
        try {
            var builder =
                    HttpRequest.newBuilder(URI.create(stack.admin() + path))
                            .timeout(timeout)
                            .header("Authorization", "Bearer " + stack.adminSecret())
                            .method(
                                    method,
                                    body == null
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body.toString()));
            if (policyToken != null) {
                builder.header(AdminEndpoint.POLICY_TOKEN, policyToken);
            }
            var answer = http.send(builder.build(), BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(), OutputFormat.JSON.readTree(answer.body()));
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE,
                    "the stack with pid " + stack.pid() + " does not answer",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(ExitCode.UNREACHABLE, "interrupted", e);
        }
    }

    private static ObjectNode object() {
        return OutputFormat.JSON.createObjectNode();
    }
}
