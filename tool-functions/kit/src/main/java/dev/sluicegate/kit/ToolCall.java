package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** One verified call: arguments as the grant vouches for them, and credentials for its caller only. */
public final class ToolCall {
    private final ObjectNode arguments;
    private final String callId;
    private final String tenant;
    private final String principal;
    private final Instant now;
    private final Supplier<Duration> remaining;
    private final Supplier<DynamoDbClient> dynamoDb;
    private final Function<String, String> tables;
    private final List<ToolOutcome.Progress> progress = new ArrayList<>();

    /** The kit makes calls; a tool's test may make one with a client of its own. */
    public ToolCall(
            ObjectNode arguments,
            String callId,
            String tenant,
            String principal,
            Instant now,
            Supplier<Duration> remaining,
            Supplier<DynamoDbClient> dynamoDb,
            Function<String, String> tables) {
        this.arguments = arguments;
        this.callId = callId;
        this.tenant = tenant;
        this.principal = principal;
        this.now = now;
        this.remaining = remaining;
        this.dynamoDb = dynamoDb;
        this.tables = tables;
    }

    /** Valid against the manifest's input schema, with its defaults. */
    public ObjectNode arguments() {
        return arguments;
    }

    /** A ULID; the key of idempotence. */
    public String callId() {
        return callId;
    }

    public String tenant() {
        return tenant;
    }

    /** Pseudonym of the caller. */
    public String principal() {
        return principal;
    }

    /** When the call began, from the injected clock. */
    public Instant now() {
        return now;
    }

    /** What is left of the manifest's timeout or of the function's, whichever ends first. */
    public Duration remaining() {
        return remaining.get();
    }

    /**
     * DynamoDB under the data role, as this caller. Its calls end within the manifest's timeout.
     *
     * @throws IllegalStateException if the tool has no data role
     */
    public DynamoDbClient dynamoDb() {
        return dynamoDb.get();
    }

    /**
     * Physical name of the table that the manifest calls {@code ${table:<name>}}.
     *
     * @throws IllegalArgumentException if the manifest names no such table
     */
    public String table(String name) {
        return tables.apply(name);
    }

    /**
     * Reports a step. A caller that asked for progress gets all steps with the result: a function
     * answers once.
     *
     * @param done more than in the step before, at most {@code total}
     */
    public void progress(long done, long total) {
        progress.add(new ToolOutcome.Progress(done, total));
    }

    List<ToolOutcome.Progress> reported() {
        return List.copyOf(progress);
    }

    @Override
    public String toString() {
        return "ToolCall[" + callId + "]"; // arguments are not for logs
    }
}
