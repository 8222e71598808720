package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.aws.LocalService;
import dev.sluicegate.local.s3.Bucket.DefaultRetention;
import dev.sluicegate.local.s3.Bucket.Versioning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of S3 that an archive needs, with Object Lock enforced: a locked version is neither deleted nor
 * replaced, COMPLIANCE is never shortened by anybody, GOVERNANCE only with the bypass header, and a bucket
 * with locks keeps its versioning. Whoever may use the bypass is IAM's question, asked by the front.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html">S3 Object Lock</a>
 */
public final class S3Service implements LocalService {
    private static final Logger LOG = LoggerFactory.getLogger(S3Service.class);
    private static final String LOCK_MODE = "x-amz-object-lock-mode";
    private static final String LOCK_UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String LEGAL_HOLD = "x-amz-object-lock-legal-hold";
    private static final Pattern BUCKET_NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final int MAX_KEY_BYTES = 1024;
    private static final int MAX_DELETES = 1000;
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Path folder;
    private final Clock clock;
    private final String region;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * @param folder where buckets lie, made if there is none
     * @param clock by which locks run out
     * @throws UncheckedIOException if a bucket of an earlier run cannot be read
     */
    public S3Service(Path folder, String region, Clock clock) {
        this.folder = folder;
        this.clock = clock;
        this.region = region;
        try {
            Files.createDirectories(folder);
            try (var entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
                for (var entry : entries) {
                    var name = String.valueOf(entry.getFileName());
                    if (Files.exists(entry.resolve("bucket.json"))) {
                        buckets.put(name, Bucket.load(entry, name));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a bucket with versioning and Object Lock if there is none of that name, for the stack itself.
     *
     * @param mode {@code COMPLIANCE} or {@code GOVERNANCE}
     * @param days default retention, or 0 for none
     */
    public void createLockedBucket(String name, String mode, int days) {
        try {
            var bucket = buckets.get(name);
            if (bucket == null) {
                bucket = create(name, true);
            }
            synchronized (bucket) {
                bucket.objectLock(
                        days == 0
                                ? null
                                : new DefaultRetention(Retention.Mode.parse(mode), days, 0));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a plain bucket if there is none of that name, for the stack itself. */
    public void createBucket(String name) {
        try {
            if (!buckets.containsKey(name)) {
                create(name, false);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String service() {
        return "s3";
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        try {
            return S3Questions.of(S3Request.of(request), clock.instant());
        } catch (S3Exception e) {
            return List.of(new Authorization("s3:*", "*", Map.of()));
        }
    }

    @Override
    public LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var method = request.method();
        try {
            var parsed = S3Request.of(request);
            return run(parsed);
        } catch (S3Exception e) {
            return error(e, method.equals("HEAD"));
        } catch (IOException | UncheckedIOException e) {
            LOG.error("s3 failed: {}", e.getClass().getName());
            return error(
                    new S3Exception(
                            500,
                            "InternalError",
                            "We encountered an internal error. Please try again."),
                    method.equals("HEAD"));
        }
    }

    private LocalResponse run(S3Request request) throws IOException {
        var operation = request.operation();
        if (operation == null) {
            throw S3Exception.notImplemented("this operation");
        }
        if (operation.equals("ListBuckets")) {
            return listBuckets();
        }
        if (operation.equals("CreateBucket")) {
            return createBucket(request);
        }
        var bucket = buckets.get(request.bucket());
        if (bucket == null) {
            throw S3Exception.noSuchBucket();
        }
        synchronized (bucket) {
            return switch (operation) {
                case "HeadBucket" ->
                        new LocalResponse(200, Map.of("x-amz-bucket-region", region), new byte[0]);
                case "DeleteBucket" -> deleteBucket(bucket);
                case "GetBucketLocation" ->
                        xml(Xml.document("LocationConstraint", true, xml -> xml.text(region)));
                case "GetBucketVersioning" -> versioning(bucket);
                case "PutBucketVersioning" -> putVersioning(bucket, request);
                case "GetObjectLockConfiguration" -> lockConfiguration(bucket);
                case "PutObjectLockConfiguration" -> putLockConfiguration(bucket, request);
                case "ListObjects" -> Listings.objects(bucket, request);
                case "ListObjectVersions" -> Listings.versions(bucket, request);
                case "DeleteObjects" -> deleteAll(bucket, request);
                case "PutObject" -> put(bucket, request);
                case "GetObject", "HeadObject" -> get(bucket, request);
                case "DeleteObject" -> delete(bucket, request);
                case "GetObjectRetention" -> retention(bucket, request);
                case "PutObjectRetention" -> putRetention(bucket, request);
                case "GetObjectLegalHold" -> legalHold(bucket, request);
                case "PutObjectLegalHold" -> putLegalHold(bucket, request);
                default -> throw S3Exception.notImplemented(operation);
            };
        }
    }

    // buckets

    private LocalResponse listBuckets() {
        return xml(
                Xml.document(
                        "ListAllMyBucketsResult",
                        true,
                        xml ->
                                xml.in(
                                        "Buckets",
                                        all ->
                                                buckets.values().stream()
                                                        .sorted(Comparator.comparing(Bucket::name))
                                                        .forEach(bucket ->
                                                                all.in(
                                                                        "Bucket",
                                                                        each -> {
                                                                            each.leaf(
                                                                                    "Name",
                                                                                    bucket.name());
                                                                            each.leaf(
                                                                                    "CreationDate",
                                                                                    bucket
                                                                                            .created());
                                                                        })))));
    }

    private LocalResponse createBucket(S3Request request) throws IOException {
        if (buckets.containsKey(request.bucket())) {
            throw new S3Exception(
                    409,
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.");
        }
        create(
                request.bucket(),
                "true".equalsIgnoreCase(request.header("x-amz-bucket-object-lock-enabled")));
        return new LocalResponse(200, Map.of("location", "/" + request.bucket()), new byte[0]);
    }

    private synchronized Bucket create(String name, boolean objectLock) throws IOException {
        if (!BUCKET_NAME.matcher(name).matches() || name.contains("..")) {
            throw new S3Exception(400, "InvalidBucketName", "The specified bucket is not valid.");
        }
        var existing = buckets.get(name);
        if (existing != null) {
            return existing;
        }
        var bucket = Bucket.create(folder.resolve(name), name, objectLock, now());
        buckets.put(name, bucket);
        return bucket;
    }

    private LocalResponse deleteBucket(Bucket bucket) throws IOException {
        if (!bucket.isEmpty()) {
            throw new S3Exception(
                    409,
                    "BucketNotEmpty",
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");
        }
        buckets.remove(bucket.name());
        bucket.delete();
        return new LocalResponse(204, Map.of(), new byte[0]);
    }

    private static LocalResponse versioning(Bucket bucket) {
        return xml(
                Xml.document(
                        "VersioningConfiguration",
                        true,
                        xml -> {
                            switch (bucket.versioning()) {
                                case NEVER -> {}
                                case ENABLED -> xml.leaf("Status", "Enabled");
                                case SUSPENDED -> xml.leaf("Status", "Suspended");
                            }
                        }));
    }

    private static LocalResponse putVersioning(Bucket bucket, S3Request request)
            throws IOException {
        var body = Xml.parse(Payload.of(request.http()).bytes(), "VersioningConfiguration");
        var status = Xml.text(body, "Status");
        bucket.versioning(
                switch (status == null ? "" : status) {
                    case "Enabled" -> Versioning.ENABLED;
                    case "Suspended" -> Versioning.SUSPENDED;
                    default -> throw S3Exception.malformedXml();
                });
        return empty(200);
    }

    private static LocalResponse lockConfiguration(Bucket bucket) {
        if (!bucket.objectLock()) {
            throw new S3Exception(
                    404,
                    "ObjectLockConfigurationNotFoundError",
                    "Object Lock configuration does not exist for this bucket");
        }
        var retention = bucket.defaultRetention();
        return xml(
                Xml.document(
                        "ObjectLockConfiguration",
                        true,
                        xml -> {
                            xml.leaf("ObjectLockEnabled", "Enabled");
                            if (retention != null) {
                                xml.in(
                                        "Rule",
                                        rule ->
                                                rule.in(
                                                        "DefaultRetention",
                                                        each -> {
                                                            each.leaf("Mode", retention.mode());
                                                            if (retention.years() > 0) {
                                                                each.leaf(
                                                                        "Years", retention.years());
                                                            } else {
                                                                each.leaf("Days", retention.days());
                                                            }
                                                        }));
                            }
                        }));
    }

    private static LocalResponse putLockConfiguration(Bucket bucket, S3Request request)
            throws IOException {
        var body = Xml.parse(Payload.of(request.http()).bytes(), "ObjectLockConfiguration");
        if (!"Enabled".equals(Xml.text(body, "ObjectLockEnabled"))) {
            throw S3Exception.malformedXml();
        }
        var rule = Xml.child(body, "Rule");
        if (rule == null) {
            bucket.objectLock(null);
            return empty(200);
        }
        var retention = Xml.child(rule, "DefaultRetention");
        if (retention == null) {
            throw S3Exception.malformedXml();
        }
        var mode = Xml.text(retention, "Mode");
        var days = number(Xml.text(retention, "Days"));
        var years = number(Xml.text(retention, "Years"));
        if (mode == null || (days == 0) == (years == 0)) {
            throw S3Exception.malformedXml();
        }
        bucket.objectLock(new DefaultRetention(Retention.Mode.parse(mode), days, years));
        return empty(200);
    }

    private static int number(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        try {
            var number = Integer.parseInt(text);
            // S3's limit is 100 years
            if (number > 0 && number <= 36_500) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw S3Exception.invalidArgument(
                "Default retention period must be a positive integer value.");
    }

    // objects

    private LocalResponse put(Bucket bucket, S3Request request) throws IOException {
        var payload = Payload.of(request.http());
        var key = request.key();
        if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
            throw new S3Exception(400, "KeyTooLongError", "Your key is too long");
        }
        var now = now();
        var newest = bucket.newest(key);
        var current = newest == null || newest.deleteMarker() ? null : newest;
        checkPut(request, current);
        var retention = requestedRetention(bucket, request, payload, now);
        var hold = requestedHold(bucket, request);
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
        headers.put("etag", quoted(version.etag()));
        headers.putAll(payload.checksums());
        if (!payload.checksums().isEmpty()) {
            headers.put("x-amz-checksum-type", "FULL_OBJECT");
        }
        putVersionId(headers, bucket, version);
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
            if (!matches(ifMatch, current)) {
                throw S3Exception.preconditionFailed();
            }
        }
    }

    private static @Nullable Retention requestedRetention(
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

    private static boolean requestedHold(Bucket bucket, S3Request request) {
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

    private static Instant future(String text, Instant now) {
        var until = instant(text);
        if (!until.isAfter(now)) {
            throw S3Exception.invalidArgument("The retain until date must be in the future!");
        }
        return until;
    }

    private static Instant instant(String text) {
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME
                    .parse(text, Instant::from)
                    .truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeParseException e) {
            throw S3Exception.invalidArgument(
                    "The retain until date must be provided in ISO 8601 format");
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

    private LocalResponse get(Bucket bucket, S3Request request) {
        var version = found(bucket, request);
        var ifMatch = request.header("if-match");
        if (ifMatch != null && !matches(ifMatch, version)) {
            throw S3Exception.preconditionFailed();
        }
        var headers = new HashMap<String, String>();
        headers.put("etag", quoted(version.etag()));
        headers.put("last-modified", HTTP_DATE.format(version.lastModified()));
        headers.put("accept-ranges", "bytes");
        putVersionId(headers, bucket, version);
        var ifNoneMatch = request.header("if-none-match");
        if (ifNoneMatch != null && matches(ifNoneMatch, version)) {
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
    private static Version found(Bucket bucket, S3Request request) {
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

    private LocalResponse delete(Bucket bucket, S3Request request) throws IOException {
        var ifMatch = request.header("if-match");
        if (ifMatch != null) {
            var newest = bucket.newest(request.key());
            if (newest == null || newest.deleteMarker() || !matches(ifMatch, newest)) {
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
            putVersionId(headers, bucket, deleted);
            if (deleted.deleteMarker()) {
                headers.put("x-amz-delete-marker", "true");
            }
        }
        return new LocalResponse(204, headers, new byte[0]);
    }

    /** The marker that was laid or the version that went, or null when there was nothing to do. */
    private @Nullable Version delete(
            Bucket bucket, String key, @Nullable String versionId, boolean bypass)
            throws IOException {
        var now = now();
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

    private LocalResponse deleteAll(Bucket bucket, S3Request request) throws IOException {
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
        return xml(
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

    // locks of objects

    private static LocalResponse retention(Bucket bucket, S3Request request) {
        requireLock(bucket);
        var retention = found(bucket, request).retention();
        if (retention == null) {
            throw new S3Exception(
                    404,
                    "NoSuchObjectLockConfiguration",
                    "The specified object does not have a ObjectLock configuration");
        }
        return xml(
                Xml.document(
                        "Retention",
                        true,
                        xml -> {
                            xml.leaf("Mode", retention.mode());
                            xml.leaf("RetainUntilDate", retention.until());
                        }));
    }

    private LocalResponse putRetention(Bucket bucket, S3Request request) throws IOException {
        requireLock(bucket);
        var body = Xml.parse(Payload.of(request.http()).bytes(), "Retention");
        var version = found(bucket, request);
        var mode = Xml.text(body, "Mode");
        var until = Xml.text(body, "RetainUntilDate");
        if ((mode == null) != (until == null)) {
            throw S3Exception.malformedXml();
        }
        var now = now();
        var next =
                mode == null || until == null
                        ? null
                        : new Retention(Retention.Mode.parse(mode), future(until, now));
        if (!Retention.allows(version.retention(), next, request.bypassesGovernance(), now)) {
            throw S3Exception.accessDenied();
        }
        bucket.rewrite(version.with(next));
        return empty(200);
    }

    private static LocalResponse legalHold(Bucket bucket, S3Request request) {
        requireLock(bucket);
        var version = found(bucket, request);
        return xml(
                Xml.document(
                        "LegalHold",
                        true,
                        xml -> xml.leaf("Status", version.legalHold() ? "ON" : "OFF")));
    }

    private static LocalResponse putLegalHold(Bucket bucket, S3Request request) throws IOException {
        requireLock(bucket);
        var status = Xml.text(Xml.parse(Payload.of(request.http()).bytes(), "LegalHold"), "Status");
        var version = found(bucket, request);
        bucket.rewrite(
                version.withLegalHold(
                        switch (status == null ? "" : status) {
                            case "ON" -> true;
                            case "OFF" -> false;
                            default -> throw S3Exception.malformedXml();
                        }));
        return empty(200);
    }

    private static void requireLock(Bucket bucket) {
        if (!bucket.objectLock()) {
            throw S3Exception.invalid("Bucket is missing Object Lock Configuration");
        }
    }

    // answers

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static boolean matches(String header, Version version) {
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

    private static void putVersionId(Map<String, String> headers, Bucket bucket, Version version) {
        if (bucket.versioning() != Versioning.NEVER) {
            headers.put("x-amz-version-id", version.id());
        }
    }

    private static LocalResponse empty(int status) {
        return new LocalResponse(status, Map.of(), new byte[0]);
    }

    static LocalResponse xml(byte[] document) {
        return new LocalResponse(200, Map.of("content-type", "application/xml"), document);
    }

    private static LocalResponse error(S3Exception e, boolean head) {
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

    /** How long a version written now with these headers would stay locked, in whole days. */
    static long remainingDays(String until, Instant now) {
        return Duration.between(now, instant(until)).toDays();
    }
}
