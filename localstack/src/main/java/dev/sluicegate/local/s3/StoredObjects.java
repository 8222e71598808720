package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.s3.Bucket.Versioning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts, reads and deletes of objects, with the locks of their versions enforced. */
final class StoredObjects {
    private static final String LOCK_MODE = "x-amz-object-lock-mode";
    private static final String LOCK_UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String LEGAL_HOLD = "x-amz-object-lock-legal-hold";
    private static final int MAX_KEY_BYTES = 1024;
    private static final int MAX_DELETES = 1000;
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Clock clock;

    StoredObjects(Clock clock) {
        this.clock = clock;
    }

    LocalResponse put(Bucket bucket, S3Request request) throws IOException {
        var payload = Payload.of(request.http());
        var key = request.key();
        if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
            throw new S3Exception(400, "KeyTooLongError", "Your key is too long");
        }
        var now = Answers.now(clock);
        var newest = bucket.newest(key);
        var current = newest == null || newest.deleteMarker() ? null : newest;
        checkPut(request, current);
        var retention = ObjectLocks.requestedRetention(bucket, request, payload, now);
        var hold = ObjectLocks.requestedHold(bucket, request);
        var id = bucket.nextId();
        if (id.equals(Version.NULL_ID)) {
            var replaced = bucket.version(key, id);
            if (replaced != null && replaced.locked(now, false)) {
                throw S3Exception.accessDenied();
            }
        }
        var version =
                new Version(
                        key,
                        id,
                        bucket.nextSequence(),
                        false,
                        payload.bytes().length,
                        payload.etag(),
                        now,
                        kept(request, payload),
                        retention,
                        hold);
        bucket.write(version, payload.bytes());
        var headers = new HashMap<String, String>();
        headers.put("etag", Answers.quoted(version.etag()));
        headers.putAll(payload.checksums());
        if (!payload.checksums().isEmpty()) {
            headers.put("x-amz-checksum-type", "FULL_OBJECT");
        }
        Answers.putVersionId(headers, bucket, version);
        return new LocalResponse(200, headers, new byte[0]);
    }

    private static void checkPut(S3Request request, @Nullable Version current) {
        var ifNoneMatch = request.header("if-none-match");
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.equals("*")) {
                throw S3Exception.notImplemented("If-None-Match with an ETag");
            }
            if (current != null) {
                throw S3Exception.preconditionFailed();
            }
        }
        var ifMatch = request.header("if-match");
        if (ifMatch != null) {
            if (current == null) {
                throw S3Exception.noSuchKey();
            }
            if (!Answers.matches(ifMatch, current)) {
                throw S3Exception.preconditionFailed();
            }
        }
    }

    private static Map<String, String> kept(S3Request request, Payload payload) {
        var kept = new HashMap<>(payload.checksums());
        request.http()
                .headers()
                .forEach((name, values) -> {
                    if (name.startsWith("x-amz-meta-")
                            || name.equals("cache-control")
                            || name.equals("content-disposition")
                            || name.equals("content-language")) {
                        kept.put(name, String.join(",", values));
                    }
                });
        var type = request.header("content-type");
        kept.put("content-type", type == null ? "binary/octet-stream" : type);
        var encoding = request.header("content-encoding");
        if (encoding != null) {
            var rest =
                    encoding.replaceAll("(^|,)\\s*aws-chunked\\s*(?=,|$)", "")
                            .replaceAll("^,\\s*", "");
            if (!rest.isBlank()) {
                kept.put("content-encoding", rest.trim());
            }
        }
        return kept;
    }

    LocalResponse get(Bucket bucket, S3Request request) {
        var version = found(bucket, request);
        var ifMatch = request.header("if-match");
        if (ifMatch != null && !Answers.matches(ifMatch, version)) {
            throw S3Exception.preconditionFailed();
        }
        var headers = new HashMap<String, String>();
        headers.put("etag", Answers.quoted(version.etag()));
        headers.put("last-modified", HTTP_DATE.format(version.lastModified()));
        headers.put("accept-ranges", "bytes");
        Answers.putVersionId(headers, bucket, version);
        var ifNoneMatch = request.header("if-none-match");
        if (ifNoneMatch != null && Answers.matches(ifNoneMatch, version)) {
            return new LocalResponse(304, headers, new byte[0]);
        }
        var range = request.header("range");
        var checksums = "ENABLED".equalsIgnoreCase(request.header("x-amz-checksum-mode"));
        version.headers()
                .forEach((name, value) -> {
                    if (!name.startsWith("x-amz-checksum-")) {
                        headers.put(name, value);
                    } else if (checksums && range == null) {
                        headers.put(name, value);
                        headers.put("x-amz-checksum-type", "FULL_OBJECT");
                    }
                });
        var retention = version.retention();
        if (retention != null) {
            headers.put(LOCK_MODE, retention.mode().name());
            headers.put(LOCK_UNTIL, retention.until().toString());
        }
        if (bucket.objectLock()) {
            headers.put(LEGAL_HOLD, version.legalHold() ? "ON" : "OFF");
        }
        if (request.method().equals("HEAD")) {
            headers.put("content-length", Long.toString(version.size()));
            return new LocalResponse(200, headers, new byte[0]);
        }
        var data = bucket.data(version);
        return range == null ? new LocalResponse(200, headers, data) : part(range, data, headers);
    }

    private static LocalResponse part(String range, byte[] data, Map<String, String> headers) {
        var parsed = Pattern.compile("bytes=(\\d*)-(\\d*)").matcher(range.trim());
        if (!parsed.matches() || (parsed.group(1).isEmpty() && parsed.group(2).isEmpty())) {
            return new LocalResponse(200, headers, data);
        }
        long from;
        long to;
        try {
            if (parsed.group(1).isEmpty()) {
                from = Math.max(0, data.length - Long.parseLong(parsed.group(2)));
                to = data.length - 1L;
            } else {
                from = Long.parseLong(parsed.group(1));
                to =
                        parsed.group(2).isEmpty()
                                ? data.length - 1L
                                : Math.min(data.length - 1L, Long.parseLong(parsed.group(2)));
            }
        } catch (NumberFormatException e) {
            from = Long.MAX_VALUE;
            to = 0;
        }
        if (from > to || from >= data.length) {
            throw new S3Exception(416, "InvalidRange", "The requested range is not satisfiable");
        }
        headers.put("content-range", "bytes " + from + "-" + to + "/" + data.length);
        return new LocalResponse(206, headers, Arrays.copyOfRange(data, (int) from, (int) to + 1));
    }

    /** The version a reader asks for. */
    static Version found(Bucket bucket, S3Request request) {
        var id = request.query().get("versionId");
        var version = id == null ? bucket.newest(request.key()) : bucket.version(request.key(), id);
        if (version == null) {
            throw id == null ? S3Exception.noSuchKey() : noSuchVersion();
        }
        if (version.deleteMarker()) {
            throw id == null
                    ? S3Exception.noSuchKey()
                    : new S3Exception(
                            405,
                            "MethodNotAllowed",
                            "The specified method is not allowed against this resource.");
        }
        return version;
    }

    private static S3Exception noSuchVersion() {
        return new S3Exception(404, "NoSuchVersion", "The specified version does not exist.");
    }

    LocalResponse delete(Bucket bucket, S3Request request) throws IOException {
        var ifMatch = request.header("if-match");
        if (ifMatch != null) {
            var newest = bucket.newest(request.key());
            if (newest == null || newest.deleteMarker() || !Answers.matches(ifMatch, newest)) {
                throw S3Exception.preconditionFailed();
            }
        }
        var deleted =
                delete(
                        bucket,
                        request.key(),
                        request.query().get("versionId"),
                        request.bypassesGovernance());
        var headers = new HashMap<String, String>();
        if (deleted != null) {
            Answers.putVersionId(headers, bucket, deleted);
            if (deleted.deleteMarker()) {
                headers.put("x-amz-delete-marker", "true");
            }
        }
        return new LocalResponse(204, headers, new byte[0]);
    }

    /** The marker that was laid or the version that went, or null when there was nothing to do. */
    @Nullable Version delete(Bucket bucket, String key, @Nullable String versionId, boolean bypass)
            throws IOException {
        var now = Answers.now(clock);
        if (versionId != null) {
            var version = bucket.version(key, versionId);
            if (version == null) {
                return null;
            }
            if (version.locked(now, bypass)) {
                throw S3Exception.accessDenied();
            }
            bucket.remove(version);
            return version;
        }
        if (bucket.versioning() == Versioning.NEVER) {
            var version = bucket.newest(key);
            if (version != null) {
                if (version.locked(now, bypass)) {
                    throw S3Exception.accessDenied();
                }
                bucket.remove(version);
            }
            return null;
        }
        var marker =
                new Version(
                        key,
                        bucket.nextId(),
                        bucket.nextSequence(),
                        true,
                        0,
                        "",
                        now,
                        Map.of(),
                        null,
                        false);
        bucket.write(marker, new byte[0]);
        return marker;
    }

    LocalResponse deleteAll(Bucket bucket, S3Request request) throws IOException {
        var payload = Payload.of(request.http());
        if (!payload.hasDigest()) {
            throw S3Exception.invalid("Missing required header for this request: Content-MD5");
        }
        var body = Xml.parse(payload.bytes(), "Delete");
        var quiet = "true".equalsIgnoreCase(Xml.text(body, "Quiet"));
        var objects = Xml.children(body, "Object");
        if (objects.isEmpty() || objects.size() > MAX_DELETES) {
            throw S3Exception.malformedXml();
        }
        record Done(
                String key,
                @Nullable String asked,
                @Nullable Version version,
                @Nullable S3Exception refused) {}
        var done = new ArrayList<Done>();
        for (var object : objects) {
            var key = Xml.text(object, "Key");
            if (key == null || key.isEmpty()) {
                throw S3Exception.malformedXml();
            }
            var id = Xml.text(object, "VersionId");
            try {
                done.add(
                        new Done(
                                key,
                                id,
                                delete(bucket, key, id, request.bypassesGovernance()),
                                null));
            } catch (S3Exception e) {
                done.add(new Done(key, id, null, e));
            }
        }
        return Answers.xml(
                Xml.document(
                        "DeleteResult",
                        true,
                        xml ->
                                done.forEach(each -> {
                                    var refused = each.refused();
                                    if (refused != null) {
                                        xml.in(
                                                "Error",
                                                error -> {
                                                    error.leaf("Key", each.key());
                                                    if (each.asked() != null) {
                                                        error.leaf("VersionId", each.asked());
                                                    }
                                                    error.leaf("Code", refused.code());
                                                    error.leaf("Message", refused.text());
                                                });
                                    } else if (!quiet) {
                                        xml.in(
                                                "Deleted",
                                                deleted ->
                                                        deleted(
                                                                deleted,
                                                                each.key(),
                                                                each.asked(),
                                                                each.version()));
                                    }
                                })));
    }

    private static void deleted(
            Xml xml, String key, @Nullable String asked, @Nullable Version version) {
        xml.leaf("Key", key);
        if (asked != null) {
            xml.leaf("VersionId", asked);
        }
        if (version != null && version.deleteMarker()) {
            xml.leaf("DeleteMarker", "true");
            xml.leaf("DeleteMarkerVersionId", version.id());
        }
    }
}
