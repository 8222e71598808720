package dev.sluicegate.audit;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What is done every few minutes, whether anybody calls or not: a HEARTBEAT, which bounds how long the trail
 * can be silent; an ORPHAN for every call whose end nobody wrote; the journal's records that the stream did not
 * bring; a checkpoint.
 */
public final class SweeperFunction implements RequestStreamHandler {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Logger LOG = LoggerFactory.getLogger(SweeperFunction.class);

    private final Journal journal;
    private final Sweeper sweeper;
    private final Reconciler reconciler;
    private final Archiver archiver;
    private final Clock clock;

    /** Lambda calls this. */
    public SweeperFunction() {
        this(System.getenv(), DefaultCredentialsProvider.builder().build(), Clock.systemUTC());
    }

    /** The local runner calls this: all functions share one process there. */
    public SweeperFunction(
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
        var audit = ArchiverFunction.required(environment, "AUDIT_TABLE");
        var tlog = ArchiverFunction.required(environment, "TLOG_TABLE");
        var state = new DynamoDbLogState(db, tlog, clock);
        this.clock = clock;
        this.journal =
                new Journal(
                        db,
                        audit,
                        ArchiverFunction.required(environment, "AWS_LAMBDA_FUNCTION_NAME"),
                        clock);
        this.archiver = ArchiverFunction.archiver(environment, db, s3, kms, clock);
        this.sweeper =
                new Sweeper(
                        new SweptCalls(db, audit, tlog),
                        state,
                        ArchiverFunction.storage(environment, s3, clock),
                        journal,
                        clock);
        this.reconciler = new Reconciler(db, audit, tlog, state, archiver, clock);
    }

    /**
     * Does all of it; what fails does not keep the rest from being done.
     *
     * @throws IllegalStateException if a part of it failed: the next run does it
     */
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context)
            throws IOException {
        var answer = JSON.createObjectNode();
        var done = true;
        done &= step("heartbeat", () -> heartbeat().id(), answer::put);
        done &= step("orphans", () -> Integer.toString(sweeper.sweep()), answer::put);
        done &= step("reconciled", () -> Integer.toString(reconciler.reconcile()), answer::put);
        done &=
                step(
                        "published",
                        () -> {
                            archiver.publish();
                            return "true";
                        },
                        answer::put);
        if (!done) {
            throw new IllegalStateException("a part of the sweep failed");
        }
        JSON.writeValue(output, answer);
    }

    private interface Answer {
        @Nullable Object put(String name, String value);
    }

    private static boolean step(String name, Callable<String> what, Answer answer) {
        try {
            answer.put(name, what.call());
            return true;
        } catch (Exception e) {
            LOG.atError().setCause(e).log("{} failed", name);
            return false;
        }
    }

    private Journal.Appended heartbeat() {
        var id = Ulid.next(clock);
        return journal.append(
                writer ->
                        AuditRecord.ofNoCall(
                                RecordKind.HEARTBEAT,
                                id,
                                WriterChain.timestamp(clock.instant()),
                                writer,
                                Journal.NO_TENANT,
                                null,
                                null,
                                null,
                                null),
                JournalKeys.control(Journal.NO_TENANT, id),
                JournalKeys.HEARTBEAT,
                List.of());
    }
}
