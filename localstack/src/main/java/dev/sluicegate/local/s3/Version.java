package dev.sluicegate.local.s3;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object, or a marker that it was deleted.
 *
 * @param sequence order of creation within the bucket
 * @param etag without quotes; empty for delete markers
 * @param headers what the writer set and readers get: content type, user metadata, checksums
 */
record Version(
        String key,
        String id,
        long sequence,
        boolean deleteMarker,
        long size,
        String etag,
        Instant lastModified,
        Map<String, String> headers,
        @Nullable Retention retention,
        boolean legalHold) {
    /** Id of versions that were written while the bucket had no versioning. */
    static final String NULL_ID = "null";

    Version {
        headers = Map.copyOf(headers);
    }

    Version with(@Nullable Retention other) {
        return new Version(
                key,
                id,
                sequence,
                deleteMarker,
                size,
                etag,
                lastModified,
                headers,
                other,
                legalHold);
    }

    Version withLegalHold(boolean on) {
        return new Version(
                key, id, sequence, deleteMarker, size, etag, lastModified, headers, retention, on);
    }

    boolean locked(Instant now, boolean bypass) {
        return legalHold
                || (retention != null
                        && retention.holds(now)
                        && !(bypass && retention.mode() == Retention.Mode.GOVERNANCE));
    }
}
