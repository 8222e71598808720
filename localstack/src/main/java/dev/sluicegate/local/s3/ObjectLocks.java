package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Retention and legal hold of versions. Whoever may use the bypass is asked by the front. */
final class ObjectLocks {
    private static final String LOCK_MODE = "x-amz-object-lock-mode";
    private static final String LOCK_UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String LEGAL_HOLD = "x-amz-object-lock-legal-hold";

    private final Clock clock;

    ObjectLocks(Clock clock) {
        this.clock = clock;
    }

    static @Nullable Retention requestedRetention(
            Bucket bucket, S3Request request, Payload payload, Instant now) {
        var mode = request.header(LOCK_MODE);
        var until = request.header(LOCK_UNTIL);
        if (mode == null && until == null) {
            return bucket.retentionFrom(now);
        }
        if (!bucket.objectLock()) {
            throw S3Exception.invalid("Bucket is missing Object Lock Configuration");
        }
        if (mode == null || until == null) {
            throw S3Exception.invalidArgument(
                    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied");
        }
        if (!payload.hasDigest()) {
            throw S3Exception.invalid(
                    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters");
        }
        if (!mode.equals("COMPLIANCE") && !mode.equals("GOVERNANCE")) {
            throw S3Exception.invalidArgument("Unknown wormMode directive.");
        }
        return new Retention(Retention.Mode.parse(mode), future(until, now));
    }

    static boolean requestedHold(Bucket bucket, S3Request request) {
        var hold = request.header(LEGAL_HOLD);
        if (hold == null) {
            return false;
        }
        if (!bucket.objectLock()) {
            throw S3Exception.invalid("Bucket is missing Object Lock Configuration");
        }
        return switch (hold) {
            case "ON" -> true;
            case "OFF" -> false;
            default ->
                    throw S3Exception.invalidArgument("Legal Hold must be either of 'ON' or 'OFF'");
        };
    }

    static Instant future(String text, Instant now) {
        var until = instant(text);
        if (!until.isAfter(now)) {
            throw S3Exception.invalidArgument("The retain until date must be in the future!");
        }
        return until;
    }

    static Instant instant(String text) {
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME
                    .parse(text, Instant::from)
                    .truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeParseException e) {
            throw S3Exception.invalidArgument(
                    "The retain until date must be provided in ISO 8601 format");
        }
    }

    static LocalResponse retention(Bucket bucket, S3Request request) {
        requireLock(bucket);
        var retention = StoredObjects.found(bucket, request).retention();
        if (retention == null) {
            throw new S3Exception(
                    404,
                    "NoSuchObjectLockConfiguration",
                    "The specified object does not have a ObjectLock configuration");
        }
        return Answers.xml(
                Xml.document(
                        "Retention",
                        true,
                        xml -> {
                            xml.leaf("Mode", retention.mode());
                            xml.leaf("RetainUntilDate", retention.until());
                        }));
    }

    LocalResponse putRetention(Bucket bucket, S3Request request) throws IOException {
        requireLock(bucket);
        var body = Xml.parse(Payload.of(request.http()).bytes(), "Retention");
        var version = StoredObjects.found(bucket, request);
        var mode = Xml.text(body, "Mode");
        var until = Xml.text(body, "RetainUntilDate");
        if ((mode == null) != (until == null)) {
            throw S3Exception.malformedXml();
        }
        var now = Answers.now(clock);
        var next =
                mode == null || until == null
                        ? null
                        : new Retention(Retention.Mode.parse(mode), future(until, now));
        if (!Retention.allows(version.retention(), next, request.bypassesGovernance(), now)) {
            throw S3Exception.accessDenied();
        }
        bucket.rewrite(version.with(next));
        return Answers.empty(200);
    }

    static LocalResponse legalHold(Bucket bucket, S3Request request) {
        requireLock(bucket);
        var version = StoredObjects.found(bucket, request);
        return Answers.xml(
                Xml.document(
                        "LegalHold",
                        true,
                        xml -> xml.leaf("Status", version.legalHold() ? "ON" : "OFF")));
    }

    static LocalResponse putLegalHold(Bucket bucket, S3Request request) throws IOException {
        requireLock(bucket);
        var status = Xml.text(Xml.parse(Payload.of(request.http()).bytes(), "LegalHold"), "Status");
        var version = StoredObjects.found(bucket, request);
        bucket.rewrite(
                version.withLegalHold(
                        switch (status == null ? "" : status) {
                            case "ON" -> true;
                            case "OFF" -> false;
                            default -> throw S3Exception.malformedXml();
                        }));
        return Answers.empty(200);
    }

    static void requireLock(Bucket bucket) {
        if (!bucket.objectLock()) {
            throw S3Exception.invalid("Bucket is missing Object Lock Configuration");
        }
    }

    /** How long a version written now with these headers would stay locked, in whole days. */
    static long remainingDays(String until, Instant now) {
        return Duration.between(now, instant(until)).toDays();
    }
}
