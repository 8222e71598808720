package dev.sluicegate.audit;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.LogWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

/**
 * The archiver as a function: events of the journal's stream in, the number of the first event that is not
 * archived out (Lambda's {@code batchItemFailures}), from which it is delivered again.
 */
public final class ArchiverFunction implements RequestStreamHandler {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Archiver archiver;

    /** Lambda calls this. */
    public ArchiverFunction() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    /** The local runner calls this: all functions share one process there. */
    public ArchiverFunction(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        this(wired(environment, credentials, clock));
    }

    ArchiverFunction(Archiver archiver) {
        this.archiver = archiver;
    }

    private static Archiver wired(
            Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        var db =
                DynamoDbClient.builder()
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .credentialsProvider(credentials)
                        .build();
        var s3 =
                S3Client.builder()
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .credentialsProvider(credentials)
                        .forcePathStyle(true) // a local endpoint has no name per bucket
                        .build();
        var kms =
                KmsClient.builder()
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .credentialsProvider(credentials)
                        .build();
        return archiver(environment, db, s3, kms, clock);
    }

    static Archiver archiver(
            Map<String, String> environment,
            DynamoDbClient db,
            S3Client s3,
            KmsClient kms,
            Clock clock) {
        var log =
                new LogWriter(
                        new DynamoDbLogState(db, required(environment, "TLOG_TABLE"), clock),
                        storage(environment, s3, clock),
                        new KmsCheckpointSigner(kms, required(environment, "CHECKPOINT_KEY_ID")),
                        new LogName(required(environment, "LOG_NAME")),
                        clock);
        return new Archiver(
                log, new DynamoDbCallIndex(db, required(environment, "AUDIT_INDEX_TABLE")));
    }

    static S3LogStorage storage(Map<String, String> environment, S3Client s3, Clock clock) {
        return new S3LogStorage(
                s3,
                new S3LogStorage.Lock(
                        required(environment, "AUDIT_BUCKET"),
                        lockMode(required(environment, "LOCK_MODE")),
                        Duration.ofDays(Long.parseLong(required(environment, "RETENTION_DAYS")))),
                required(environment, "TLOG_BUCKET"),
                clock);
    }

    /**
     * @throws IllegalArgumentException if the input is not a batch of a DynamoDB stream: the whole batch is
     *     delivered again
     */
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var events = new ArrayList<StreamEvent>();
        for (var event : JSON.readTree(input).path("Records")) {
            events.add(StreamEvent.read(event));
        }
        var answer = JSON.createObjectNode();
        var failures = answer.putArray("batchItemFailures");
        archiver.archive(events)
                .ifPresent(first -> failures.addObject().put("itemIdentifier", first));
        JSON.writeValue(output, answer);
    }

    private static ObjectLockMode lockMode(String name) {
        var mode = ObjectLockMode.fromValue(name);
        if (mode == ObjectLockMode.UNKNOWN_TO_SDK_VERSION) {
            throw new IllegalArgumentException(
                    "LOCK_MODE `" + name + "` is no mode of Object Lock");
        }
        return mode;
    }

    static String required(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("environment variable " + name + " is not set");
        }
        return value;
    }
}
