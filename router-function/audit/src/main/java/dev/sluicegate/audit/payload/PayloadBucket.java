package dev.sluicegate.audit.payload;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

/**
 * Where envelopes go that are too large for a journal item: write-once and under lock, beside the archive.
 *
 * @param mode of the lock
 * @param retention how long nobody can remove an envelope; its key can be erased at any time
 */
public record PayloadBucket(
        S3Client s3, String bucket, ObjectLockMode mode, Duration retention, Clock clock) {

    /**
     * A call that is decided again has several records, of which one becomes durable: so the record's id is in
     * the name, which is written once.
     */
    String key(String callId, String recordId, PayloadKind kind) {
        var day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return "payload/" + day + "/" + callId + "." + recordId + "." + kind.word();
    }

    /**
     * @throws software.amazon.awssdk.core.exception.SdkException if it is not stored
     */
    void put(String key, byte[] envelope) {
        s3.putObject(
                request ->
                        request.bucket(bucket)
                                .key(key)
                                .ifNoneMatch("*")
                                .contentType("application/octet-stream")
                                .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                                .objectLockMode(mode)
                                // whole seconds (S3 keeps no less), the started one included
                                .objectLockRetainUntilDate(
                                        clock.instant()
                                                .plus(retention)
                                                .truncatedTo(ChronoUnit.SECONDS)
                                                .plusSeconds(1)),
                RequestBody.fromBytes(envelope));
    }
}
