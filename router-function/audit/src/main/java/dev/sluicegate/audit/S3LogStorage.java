package dev.sluicegate.audit;

import dev.sluicegate.audit.log.LogStorage;
import dev.sluicegate.audit.log.TilePath;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The files of the log in two buckets: those that stay, under Object Lock; the pointer and what is staged, in
 * one without.
 */
final class S3LogStorage implements LogStorage {
    private static final int PRECONDITION_FAILED = 412;
    private static final int CONFLICT = 409;

    private final S3Client s3;
    private final Lock lock;
    private final String passing;
    private final Clock clock;

    /**
     * How files are locked.
     *
     * @param bucket with Object Lock
     * @param retention how long nobody can remove a file
     */
    record Lock(String bucket, ObjectLockMode mode, Duration retention) {}

    /**
     * @param passing bucket of the pointer and of what is staged
     */
    S3LogStorage(S3Client s3, Lock lock, String passing, Clock clock) {
        this.s3 = s3;
        this.lock = lock;
        this.passing = passing;
        this.clock = clock;
    }

    @Override
    public boolean create(String name, byte[] content) {
        return put(
                put(lock.bucket(), name, content)
                        .ifNoneMatch("*")
                        .objectLockMode(lock.mode())
                        // whole seconds (S3 keeps no less), the started one included
                        .objectLockRetainUntilDate(
                                clock.instant()
                                        .plus(lock.retention())
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .plusSeconds(1)),
                content);
    }

    @Override
    public void stage(String name, byte[] content) {
        put(put(passing, name, content).ifNoneMatch("*"), content);
    }

    @Override
    public byte[] staged(String name) {
        return get(passing, name)
                .orElseThrow(() -> new IllegalStateException("nothing is staged as `" + name + "`"))
                .content();
    }

    @Override
    public Optional<byte[]> read(String name) {
        return get(name.endsWith("/" + TilePath.CHECKPOINT) ? passing : lock.bucket(), name)
                .map(Pointer::content);
    }

    @Override
    public Optional<Pointer> pointer(String name) {
        return get(passing, name);
    }

    @Override
    public boolean move(String name, @Nullable Pointer seen, byte[] content) {
        var put = put(passing, name, content);
        return put(seen == null ? put.ifNoneMatch("*") : put.ifMatch(seen.tag()), content);
    }

    private static PutObjectRequest.Builder put(String bucket, String name, byte[] content) {
        return PutObjectRequest.builder()
                .bucket(bucket)
                .key(name)
                .contentLength((long) content.length)
                .contentType(
                        name.contains("/checkpoint")
                                ? "text/plain; charset=utf-8"
                                : "application/octet-stream")
                .checksumSHA256(checksum(content));
    }

    private static String checksum(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private boolean put(PutObjectRequest.Builder request, byte[] content) {
        try {
            s3.putObject(request.build(), RequestBody.fromBytes(content));
            return true;
        } catch (S3Exception e) {
            // 409: somebody else is writing it at this moment, and comes first
            if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private Optional<Pointer> get(String bucket, String name) {
        try {
            var answer = s3.getObjectAsBytes(get -> get.bucket(bucket).key(name));
            return Optional.of(new Pointer(answer.asByteArray(), answer.response().eTag()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }
}
