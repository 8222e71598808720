package dev.sluicegate.local.lambda;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one run of a handler ended, as Lambda's Invoke API tells it: a value also when the handler throws or
 * runs out of time.
 */
public sealed interface Invocation {
    /** Lambda's limit for requests and responses of synchronous invocations: 6 MiB and 100 bytes. */
    int MAX_PAYLOAD_BYTES = 6 * 1024 * 1024 + 100;

    byte[] payload();

    /** The handler returned; the payload is what it wrote. */
    record Returned(byte[] payload) implements Invocation {}

    /**
     * The handler threw, ran out of time or answered too much.
     *
     * @param payload {@code {errorMessage, errorType}}
     */
    record Failed(byte[] payload) implements Invocation {}

    /**
     * Runs the handler on a thread of its own and waits for it at most for its timeout.
     *
     * @param invokedArn as the caller named it, with its qualifier
     */
    static Invocation run(LocalFunction function, String invokedArn, byte[] payload) {
        var requestId = UUID.randomUUID().toString();
        var qualifier = qualifier(invokedArn);
        var context =
                new InvocationContext(
                        function,
                        requestId,
                        invokedArn,
                        qualifier.isEmpty() || qualifier.equals("$LATEST") ? "$LATEST" : "1");
        var done = new CompletableFuture<byte[]>();
        var thread =
                Thread.ofVirtual()
                        .name(function.name() + "-" + requestId)
                        .start(() -> {
                            var out = new ByteArrayOutputStream();
                            try {
                                function.handler()
                                        .handleRequest(
                                                new ByteArrayInputStream(payload), out, context);
                                done.complete(out.toByteArray());
                            } catch (Throwable e) {
                                // Lambda, too, turns whatever a handler throws into an answer
                                done.completeExceptionally(e);
                            }
                        });
        try {
            var answer = done.get(function.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return answer.length > MAX_PAYLOAD_BYTES
                    ? tooLarge(answer.length)
                    : new Returned(
                            answer.length == 0 ? "null".getBytes(StandardCharsets.UTF_8) : answer);
        } catch (TimeoutException e) {
            thread.interrupt();
            return timedOut(function, requestId);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            return timedOut(function, requestId);
        } catch (ExecutionException e) {
            return unhandled(function, e.getCause() == null ? e : e.getCause());
        }
    }

    private static Failed timedOut(LocalFunction function, String requestId) {
        return failed(
                "Sandbox.Timedout",
                String.format(
                        Locale.ROOT,
                        "RequestId: %s Error: Task timed out after %.2f seconds",
                        requestId,
                        function.timeout().toMillis() / 1000.0));
    }

    private static Failed tooLarge(int bytes) {
        return failed(
                "Function.ResponseSizeTooLarge",
                "Response payload size ("
                        + bytes
                        + " bytes) exceeded maximum allowed payload size ("
                        + MAX_PAYLOAD_BYTES
                        + " bytes).");
    }

    private static Failed unhandled(LocalFunction function, Throwable cause) {
        // class names only: messages may quote arguments
        log().warn("{} failed: {}", function.name(), cause.getClass().getName());
        var message = cause.getMessage();
        return failed(cause.getClass().getName(), message == null ? "" : message);
    }

    private static Logger log() {
        return LoggerFactory.getLogger(Invocation.class);
    }

    private static Failed failed(String type, String message) {
        return new Failed(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("errorMessage", message)
                        .put("errorType", type)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String qualifier(String invokedArn) {
        var parts = invokedArn.split(":", -1);
        return parts.length > 7 ? parts[7] : "";
    }
}
