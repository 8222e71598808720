package dev.sluicegate.local.s3;

import dev.sluicegate.local.aws.Authorization;
import dev.sluicegate.local.aws.LocalCaller;
import dev.sluicegate.local.aws.LocalRequest;
import dev.sluicegate.local.aws.LocalResponse;
import dev.sluicegate.local.aws.LocalService;
import dev.sluicegate.local.s3.Bucket.DefaultRetention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
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
    private static final Pattern BUCKET_NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Logger LOG = LoggerFactory.getLogger(S3Service.class);

    private final Path folder;
    private final Clock clock;
    private final String region;
    private final StoredObjects objects;
    private final ObjectLocks locks;
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
        objects = new StoredObjects(clock);
        locks = new ObjectLocks(clock);
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
            return Answers.error(e, method.equals("HEAD"));
        } catch (IOException | UncheckedIOException e) {
            LOG.error("s3 failed: {}", e.getClass().getName());
            return Answers.error(
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
                        Answers.xml(
                                Xml.document("LocationConstraint", true, xml -> xml.text(region)));
                case "GetBucketVersioning" -> BucketSettings.versioning(bucket);
                case "PutBucketVersioning" -> BucketSettings.putVersioning(bucket, request);
                case "GetObjectLockConfiguration" -> BucketSettings.lockConfiguration(bucket);
                case "PutObjectLockConfiguration" ->
                        BucketSettings.putLockConfiguration(bucket, request);
                case "ListObjects" -> Listings.objects(bucket, request);
                case "ListObjectVersions" -> Listings.versions(bucket, request);
                case "DeleteObjects" -> objects.deleteAll(bucket, request);
                case "PutObject" -> objects.put(bucket, request);
                case "GetObject", "HeadObject" -> objects.get(bucket, request);
                case "DeleteObject" -> objects.delete(bucket, request);
                case "GetObjectRetention" -> ObjectLocks.retention(bucket, request);
                case "PutObjectRetention" -> locks.putRetention(bucket, request);
                case "GetObjectLegalHold" -> ObjectLocks.legalHold(bucket, request);
                case "PutObjectLegalHold" -> ObjectLocks.putLegalHold(bucket, request);
                default -> throw S3Exception.notImplemented(operation);
            };
        }
    }

    private LocalResponse listBuckets() {
        return Answers.xml(
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

    private synchronized Bucket create(String name, boolean objectLock) throws IOException {
        if (!BUCKET_NAME.matcher(name).matches() || name.contains("..")) {
            throw new S3Exception(400, "InvalidBucketName", "The specified bucket is not valid.");
        }
        var existing = buckets.get(name);
        if (existing != null) {
            return existing;
        }
        var bucket = Bucket.create(folder.resolve(name), name, objectLock, Answers.now(clock));
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
}
