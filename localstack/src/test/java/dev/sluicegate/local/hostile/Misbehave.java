package dev.sluicegate.local.hostile;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.kit.Tool;
import dev.sluicegate.kit.ToolCall;
import dev.sluicegate.kit.ToolFunction;
import dev.sluicegate.kit.ToolResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Fails in the way its argument {@code how} names: behind the kit, as a tool with a bug would, or, where the
 * name begins with {@code raw-}, in place of the kit, as a compromised function would.
 */
public final class Misbehave implements RequestStreamHandler {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** In what it throws, and in nothing that anybody sees. */
    public static final String CANARY = "canary of the tool";

    private static final int SEVEN_MEGABYTES = 7_000_000;

    private final RequestStreamHandler behindTheKit;

    public Misbehave(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        behindTheKit = new Governed(environment, credentials, clock);
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var request = input.readAllBytes();
        var how = JSON.readTree(request).path("arguments").path("how").asText();
        switch (how) {
            case "raw-throws" -> throw new StackOverflowError(CANARY);
            case "raw-large" -> write(output, "\"" + "x".repeat(SEVEN_MEGABYTES) + "\"");
            case "raw-utf" -> output.write(invalidUtf8());
            case "raw-nonsense" -> write(output, "{\"verdict\":\"OK\"}");
            case "raw-empty" -> {
                // Lambda answers `null` for it
            }
            case "raw-schema" ->
                    write(output, "{\"status\":\"OK\",\"structured\":{\"said\":7,\"more\":[]}}");
            default ->
                    behindTheKit.handleRequest(new ByteArrayInputStream(request), output, context);
        }
    }

    private static void write(OutputStream output, String text) throws IOException {
        output.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An outcome as it should be, but for one byte that is in no UTF-8 text. */
    private static byte[] invalidUtf8() {
        var bytes =
                "{\"status\":\"OK\",\"structured\":{\"said\":\"?\"}}"
                        .getBytes(StandardCharsets.ISO_8859_1);
        for (var i = 0; i < bytes.length; i++) {
            if (bytes[i] == '?') {
                bytes[i] = (byte) 0xff;
            }
        }
        return bytes;
    }

    private static final class Governed extends ToolFunction {
        private Governed(
                Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
            super(Governed.class, new Behaviour(), environment, credentials, clock);
        }
    }

    private static final class Behaviour implements Tool {
        @Override
        public ToolResult run(ToolCall call) {
            return switch (call.arguments().path("how").asText()) {
                case "throws" -> throw new IllegalStateException(CANARY);
                case "sleeps" -> sleep();
                case "excluded" ->
                        new ToolResult.Done(
                                JsonNodeFactory.instance.objectNode().put("unsaid", "canary"));
                case "large" -> said("x".repeat(90).repeat(SEVEN_MEGABYTES / 90));
                case "refuses" -> new ToolResult.Failed("there is nothing to do");
                default -> said("hello");
            };
        }

        private static ToolResult sleep() {
            try {
                Thread.sleep(Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return said("late");
        }

        private static ToolResult said(String what) {
            return new ToolResult.Done(JsonNodeFactory.instance.objectNode().put("said", what));
        }
    }
}
