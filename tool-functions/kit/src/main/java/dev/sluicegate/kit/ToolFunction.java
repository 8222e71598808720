package dev.sluicegate.kit;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.contract.ToolOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * The handler every tool extends. A subclass has a public constructor without parameters for Lambda and
 * one with the three parameters of {@link #ToolFunction}'s last for the local runner.
 */
public abstract class ToolFunction implements RequestStreamHandler {
    /** The router lets through far less; a request above this is not from the router. */
    static final int MAX_REQUEST_BYTES = 1024 * 1024;

    /** Lambda answers at most 6 MB; above this the answer would be lost and its cause with it. */
    static final int MAX_ANSWER_BYTES = 5 * 1024 * 1024 + 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ToolFunction.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final ToolExecution execution;

    /**
     * @param handler the subclass, with {@code tool.json} beside it
     * @param environment of the function: {@code GRANT_SECRET_ID}, {@code AUDIT_TABLE}, {@code
     *     DATA_ROLE_ARN} and {@code <NAME>_TABLE} for each table of the manifest
     * @param credentials of the execution role, which has neither data nor STS rights
     * @throws IllegalArgumentException if the environment does not fit the manifest
     */
    protected ToolFunction(
            Class<? extends ToolFunction> handler,
            Tool tool,
            Map<String, String> environment,
            AwsCredentialsProvider credentials,
            Clock clock) {
        this(ToolManifest.of(handler), tool, environment, credentials, clock);
    }

    /** As the other, for a class that is the handler of several tools. */
    protected ToolFunction(
            ToolManifest manifest,
            Tool tool,
            Map<String, String> environment,
            AwsCredentialsProvider credentials,
            Clock clock) {
        this(Wiring.execution(manifest, tool, environment, credentials, clock));
    }

    ToolFunction(ToolExecution execution) {
        this.execution = execution;
    }

    @Override
    public final void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var request = input.readNBytes(MAX_REQUEST_BYTES + 1);
        var outcome =
                request.length > MAX_REQUEST_BYTES
                        ? ToolExecution.refused(
                                ToolOutcome.Status.GRANT_REFUSED, "request is too large")
                        : execution.run(
                                request,
                                context.getInvokedFunctionArn(),
                                context::getRemainingTimeInMillis);
        var answer = JSON.writeValueAsBytes(outcome);
        if (answer.length > MAX_ANSWER_BYTES) {
            LOG.warn("answer of {} bytes dropped", answer.length);
            answer =
                    JSON.writeValueAsBytes(
                            new ToolOutcome(
                                    ToolOutcome.Status.RESULT_TOO_LARGE,
                                    null,
                                    null,
                                    null,
                                    outcome.session()));
        }
        output.write(answer);
    }
}
