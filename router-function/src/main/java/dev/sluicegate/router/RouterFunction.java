package dev.sluicegate.router;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.router.enforcement.ToolInvoker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Entry point of the router: an API Gateway event in, an API Gateway response out. */
public final class RouterFunction implements RequestStreamHandler, AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Wiring wiring;

    /** Lambda calls this once, before the snapshot: clients are built, nothing is read. */
    public RouterFunction() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
        var ending = wiring;
        // Lambda says that it ends an environment only where an extension is registered
        Runtime.getRuntime().addShutdownHook(new Thread(ending::close));
    }

    /** Tests and the local runner call this. */
    public RouterFunction(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        this.wiring = new Wiring(environment, credentials, clock);
    }

    /** On clients and tools of the caller: for an application that embeds the router. */
    public RouterFunction(
            Map<String, String> environment,
            DynamoDbClient dynamoDb,
            KmsClient kms,
            S3Client s3,
            SecretsManagerClient secrets,
            ToolInvoker tools,
            Clock clock) {
        this.wiring = new Wiring(environment, dynamoDb, kms, s3, secrets, tools, clock);
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var event = JSON.readTree(input);
        var answer = wiring.edge().handle(event);
        wiring.settle(); // before the answer: after it, this environment may be frozen
        JSON.writeValue(output, answer);
    }

    /** Records what was only counted; nothing may be handled after it. */
    @Override
    public void close() {
        wiring.close();
    }
}
