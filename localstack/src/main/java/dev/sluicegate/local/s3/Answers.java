package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.s3.Bucket.Versioning;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** What answers of S3 have in common: documents, errors, entity tags, version ids. */
final class Answers {
    private Answers() {}

    /** S3 tells times in milliseconds. */
    static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    static boolean matches(String header, Version version) {
        for (var each : header.split(",", -1)) {
            var etag = each.trim();
            if (etag.equals("*")
                    || etag.equals(version.etag())
                    || etag.equals(quoted(version.etag()))) {
                return true;
            }
        }
        return false;
    }

    static String quoted(String etag) {
        return '"' + etag + '"';
    }

    static void putVersionId(Map<String, String> headers, Bucket bucket, Version version) {
        if (bucket.versioning() != Versioning.NEVER) {
            headers.put("x-amz-version-id", version.id());
        }
    }

    static LocalResponse empty(int status) {
        return new LocalResponse(status, Map.of(), new byte[0]);
    }

    static LocalResponse xml(byte[] document) {
        return new LocalResponse(200, Map.of("content-type", "application/xml"), document);
    }

    static LocalResponse error(S3Exception e, boolean head) {
        // an answer to HEAD has no body, so the SDK tells by the status
        return new LocalResponse(
                e.status(),
                Map.of("content-type", "application/xml"),
                head
                        ? new byte[0]
                        : Xml.document(
                                "Error",
                                false,
                                xml -> {
                                    xml.leaf("Code", e.code());
                                    xml.leaf("Message", e.text());
                                }));
    }
}
