package dev.sluicegate.cli;

import dev.sluicegate.audit.DynamoDbJournalView;
import dev.sluicegate.audit.S3ArchiveFiles;
import dev.sluicegate.audit.log.NoteKey;
import dev.sluicegate.audit.verify.ArchiveFiles;
import dev.sluicegate.audit.verify.FolderFiles;
import dev.sluicegate.audit.verify.JournalView;
import dev.sluicegate.audit.verify.TrustedKey;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.aws.Template;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Where an audit log is read from: a folder, a bucket, or the running stack when neither is named. */
final class AuditSource {
    private static final String STAGE = "dev";

    @ArgGroup private Where where = new Where();

    @Mixin private StackSelection selection = new StackSelection();

    static final class Where {
        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description = "a folder that was exported into")
        private @Nullable Path dir;

        @Option(
                names = "--bucket",
                paramLabel = "BUCKET",
                description =
                        "the locked bucket, with the credentials and region of the environment")
        private @Nullable String bucket;
    }

    @Option(
            names = "--pointer-bucket",
            paramLabel = "BUCKET",
            description = "the bucket of the pointers, if it is not named after --bucket")
    private @Nullable String pointerBucket;

    /**
     * An open source.
     *
     * @param journal to compare with, or null if there is none
     * @param live whether the log goes on while it is read
     */
    record Open(
            ArchiveFiles files,
            @Nullable JournalView journal,
            boolean live,
            @Nullable DynamoDbClient db,
            List<AutoCloseable> clients)
            implements AutoCloseable {
        @Override
        public void close() {
            for (var client : clients) {
                try {
                    client.close();
                } catch (Exception e) {
                    throw new IllegalStateException("a client does not close", e);
                }
            }
        }
    }

    /**
     * @param journalTable table of the journal, or null for that of the stack
     */
    Open open(Workspace workspace, @Nullable String journalTable) {
        var folder = where.dir;
        if (folder != null) {
            if (!Files.isDirectory(folder)) {
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE, "there is no folder `" + folder + "`");
            }
            return new Open(new FolderFiles(folder), null, false, null, List.of());
        }
        var clients = new ArrayList<AutoCloseable>();
        var named = where.bucket;
        if (named != null) {
            var s3 = S3Client.builder().httpClientBuilder(AwsCrtHttpClient.builder()).build();
            clients.add(s3);
            DynamoDbClient db = null;
            if (journalTable != null) {
                db = DynamoDbClient.builder().httpClientBuilder(AwsCrtHttpClient.builder()).build();
                clients.add(db);
            }
            return new Open(
                    new S3ArchiveFiles(s3, named, pointers(named)),
                    db == null || journalTable == null
                            ? null
                            : new DynamoDbJournalView(db, journalTable),
                    true,
                    db,
                    clients);
        }
        var stack = selection.stack(workspace);
        var s3 =
                local(
                                stack,
                                S3Client.builder()
                                        .httpClientBuilder(AwsCrtHttpClient.builder())
                                        .forcePathStyle(true))
                        .build();
        var db =
                local(stack, DynamoDbClient.builder().httpClientBuilder(AwsCrtHttpClient.builder()))
                        .build();
        clients.add(s3);
        clients.add(db);
        var bucket = Product.resource(STAGE, "audit") + "-" + Template.ACCOUNT;
        return new Open(
                new S3ArchiveFiles(s3, bucket, pointers(bucket)),
                new DynamoDbJournalView(
                        db, journalTable == null ? Product.resource(STAGE, "audit") : journalTable),
                true,
                db,
                clients);
    }

    private String pointers(String bucket) {
        return pointerBucket == null ? bucket.replaceFirst("-audit-", "-tlog-") : pointerBucket;
    }

    boolean isStack() {
        return where.dir == null && where.bucket == null;
    }

    /**
     * The key to trust: what is named, or the running stack's own.
     *
     * @param named the key itself or a file with it, or null
     */
    TrustedKey key(Workspace workspace, @Nullable String named) {
        if (named == null) {
            if (!isStack()) {
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "--vkey is needed: a log cannot say itself whose it is; `"
                                + RootCommand.LAUNCHER
                                + " audit vkey` prints the key of a running stack");
            }
            return TrustedKey.parse(stackKey(workspace).text());
        }
        return trusted(named);
    }

    static TrustedKey trusted(String named) {
        try {
            var file = Path.of(named);
            return TrustedKey.parse(Files.isRegularFile(file) ? Files.readString(file) : named);
        } catch (IllegalArgumentException | IOException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "`" + named + "` is no key that verifies a log", e);
        }
    }

    /** The public key of the running stack's log, asked of its KMS. */
    NoteKey stackKey(Workspace workspace) {
        var stack = selection.stack(workspace);
        try (var kms =
                local(stack, KmsClient.builder().httpClientBuilder(AwsCrtHttpClient.builder()))
                        .build()) {
            return key(kms, STAGE, "alias/" + Product.resource(STAGE, "checkpoint"));
        }
    }

    static NoteKey key(KmsClient kms, String stage, String keyId) {
        try {
            var year = Year.now(Clock.system(ZoneOffset.UTC)).getValue();
            return NoteKey.ofSpki(
                    Product.NAME + "-" + stage + "/audit/" + year,
                    kms.getPublicKey(get -> get.keyId(keyId)).publicKey().asByteArray());
        } catch (SdkException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "KMS does not tell the key `" + keyId + "`", e);
        }
    }

    private static <B extends AwsClientBuilder<B, C>, C> B local(StackFile stack, B builder) {
        return builder.region(Region.of(Template.REGION))
                .endpointOverride(URI.create(stack.awsEndpoint()))
                .credentialsProvider(
                        StaticCredentialsProvider.create(
                                AwsBasicCredentials.create(
                                        stack.operatorAccessKeyId(),
                                        stack.operatorSecretAccessKey())));
    }
}
