package dev.sluicegate.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The archive in a bucket with Object Lock. */
final class S3Archive implements Archive {
    private static final int PRECONDITION_FAILED = 412;

    private final S3Client s3;
    private final String bucket;
    private final ObjectLockMode mode;
    private final Duration retention;
    private final Clock clock;

    S3Archive(S3Client s3, String bucket, ObjectLockMode mode, Duration retention, Clock clock) {
        this.s3 = s3;
        this.bucket = bucket;
        this.mode = mode;
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public boolean put(String key, byte[] content) {
        try {
            s3.putObject(
                    PutObjectRequest.builder()
                            .bucket(bucket)
                            .key(key)
                            .ifNoneMatch("*")
                            .contentType("application/x-ndjson")
                            .checksumSHA256(checksum(content))
                            .objectLockMode(mode)
                            // whole seconds (S3 keeps no less), the started one included
                            .objectLockRetainUntilDate(
                                    clock.instant()
                                            .plus(retention)
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .plusSeconds(1))
                            .build(),
                    RequestBody.fromBytes(content));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Optional<byte[]> read(String key) {
        try {
            return Optional.of(
                    s3.getObjectAsBytes(GetObjectRequest.builder().bucket(bucket).key(key).build())
                            .asByteArray());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    private static String checksum(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
