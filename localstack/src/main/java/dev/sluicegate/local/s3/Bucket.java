package dev.sluicegate.local.s3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A bucket: its settings, an index of its versions in memory, and files. A version is {@code <name>.data} and
 * {@code <name>.json}; it exists once the JSON does, and each file appears as a whole or not at all. Guarded by
 * its own monitor.
 */
final class Bucket {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SETTINGS = "bucket.json";

    enum Versioning {
        NEVER,
        ENABLED,
        SUSPENDED
    }

    /** Retention of versions that are written without one of their own. */
    record DefaultRetention(Retention.Mode mode, int days, int years) {}

    private final Path folder;
    private final String name;
    private final Instant created;
    private final TreeMap<String, List<Version>> versions = new TreeMap<>();
    private Versioning versioning = Versioning.NEVER;
    private boolean objectLock;
    private @Nullable DefaultRetention defaultRetention;
    private long sequence;

    private Bucket(Path folder, String name, Instant created) {
        this.folder = folder;
        this.name = name;
        this.created = created;
    }

    static Bucket create(Path folder, String name, boolean objectLock, Instant now)
            throws IOException {
        var bucket = new Bucket(folder, name, now);
        Files.createDirectories(folder.resolve("objects"));
        bucket.objectLock = objectLock;
        bucket.versioning = objectLock ? Versioning.ENABLED : Versioning.NEVER;
        bucket.save();
        return bucket;
    }

    static Bucket load(Path folder, String name) throws IOException {
        var settings = MAPPER.readTree(folder.resolve(SETTINGS).toFile());
        var bucket = new Bucket(folder, name, Instant.parse(settings.path("created").asText()));
        bucket.objectLock = settings.path("objectLock").asBoolean();
        bucket.versioning = Versioning.valueOf(settings.path("versioning").asText());
        var retention = settings.path("defaultRetention");
        if (retention.isObject()) {
            bucket.defaultRetention =
                    new DefaultRetention(
                            Retention.Mode.parse(retention.path("mode").asText()),
                            retention.path("days").asInt(),
                            retention.path("years").asInt());
        }
        bucket.index();
        return bucket;
    }

    private synchronized void index() throws IOException {
        try (var files = Files.walk(folder.resolve("objects"))) {
            for (var file : (Iterable<Path>) files::iterator) {
                var fileName = String.valueOf(file.getFileName());
                if (fileName.endsWith(".json")) {
                    add(version(MAPPER.readTree(file.toFile())));
                } else if (fileName.endsWith(".draft")) {
                    Files.deleteIfExists(file);
                }
            }
        }
        versions.values()
                .forEach(all -> all.sort(Comparator.comparingLong(Version::sequence).reversed()));
    }

    private void add(Version version) {
        versions.computeIfAbsent(version.key(), key -> new ArrayList<>()).addFirst(version);
        sequence = Math.max(sequence, version.sequence());
    }

    String name() {
        return name;
    }

    Instant created() {
        return created;
    }

    Versioning versioning() {
        return versioning;
    }

    boolean objectLock() {
        return objectLock;
    }

    @Nullable DefaultRetention defaultRetention() {
        return defaultRetention;
    }

    void versioning(Versioning next) throws IOException {
        if (objectLock && next != Versioning.ENABLED) {
            throw new S3Exception(
                    409,
                    "InvalidBucketState",
                    "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
        }
        versioning = next;
        save();
    }

    void objectLock(@Nullable DefaultRetention retention) throws IOException {
        if (versioning != Versioning.ENABLED) {
            throw new S3Exception(
                    409,
                    "InvalidBucketState",
                    "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
        }
        objectLock = true;
        defaultRetention = retention;
        save();
    }

    /** Retention that the bucket gives to a version written now, or null for none. */
    @Nullable Retention retentionFrom(Instant now) {
        var retention = defaultRetention;
        if (retention == null) {
            return null;
        }
        // S3 counts a year as 365 days
        var days = retention.days() + 365L * retention.years();
        return new Retention(retention.mode(), now.plusSeconds(days * 86_400));
    }

    /** Newest version or delete marker of a key, or null if it never was. */
    @Nullable Version newest(String key) {
        var all = versions.get(key);
        return all == null || all.isEmpty() ? null : all.getFirst();
    }

    @Nullable Version version(String key, String id) {
        for (var version : versions.getOrDefault(key, List.of())) {
            if (version.id().equals(id)) {
                return version;
            }
        }
        return null;
    }

    /** All versions, keys ascending, newest first. */
    List<Version> all(String prefix) {
        var found = new ArrayList<Version>();
        for (var entry : versions.tailMap(prefix, true).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            found.addAll(entry.getValue());
        }
        return found;
    }

    boolean isEmpty() {
        return versions.values().stream().allMatch(List::isEmpty);
    }

    long nextSequence() {
        return ++sequence;
    }

    String nextId() {
        return versioning == Versioning.ENABLED
                ? UUID.randomUUID().toString().replace("-", "")
                : Version.NULL_ID;
    }

    /** Makes a version exist; what it replaces, without versioning, is gone after that. */
    void write(Version version, byte[] data) throws IOException {
        var replaced =
                version.id().equals(Version.NULL_ID)
                        ? version(version.key(), Version.NULL_ID)
                        : null;
        if (!version.deleteMarker()) {
            durably(file(version, ".data"), data);
        }
        durably(file(version, ".json"), MAPPER.writeValueAsBytes(json(version)));
        add(version);
        if (replaced != null) {
            remove(replaced);
        }
    }

    /** Rewrites what is known of a version, never its data. */
    void rewrite(Version version) throws IOException {
        durably(file(version, ".json"), MAPPER.writeValueAsBytes(json(version)));
        versions.getOrDefault(version.key(), new ArrayList<>())
                .replaceAll(each -> each.sequence() == version.sequence() ? version : each);
    }

    void remove(Version version) throws IOException {
        Files.deleteIfExists(file(version, ".json"));
        Files.deleteIfExists(file(version, ".data"));
        var all = versions.get(version.key());
        if (all != null) {
            all.removeIf(each -> each.sequence() == version.sequence());
            if (all.isEmpty()) {
                versions.remove(version.key());
            }
        }
    }

    byte[] data(Version version) {
        try {
            return Files.readAllBytes(file(version, ".data"));
        } catch (NoSuchFileException e) {
            throw S3Exception.noSuchKey();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void save() throws IOException {
        var settings =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("created", created.toString())
                        .put("versioning", versioning.name())
                        .put("objectLock", objectLock);
        var retention = defaultRetention;
        if (retention != null) {
            settings.putObject("defaultRetention")
                    .put("mode", retention.mode().name())
                    .put("days", retention.days())
                    .put("years", retention.years());
        }
        durably(folder.resolve(SETTINGS), MAPPER.writeValueAsBytes(settings));
    }

    private Path file(Version version, String suffix) {
        // keys may be anything; file names may not
        var hash = sha256(version.key());
        return folder.resolve("objects")
                .resolve(hash.substring(0, 2))
                .resolve(hash)
                .resolve(
                        String.format(java.util.Locale.ROOT, "%012d", version.sequence()) + suffix);
    }

    private static void durably(Path file, byte[] bytes) throws IOException {
        var folder = java.util.Objects.requireNonNull(file.getParent());
        Files.createDirectories(folder);
        var draft = Files.createTempFile(folder, "w", ".draft");
        try (var out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            var left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                out.write(left);
            }
            out.force(true);
        }
        Files.move(
                draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // the name is durable only once its folder is
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static ObjectNode json(Version version) {
        var json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("key", version.key())
                        .put("id", version.id())
                        .put("sequence", version.sequence())
                        .put("deleteMarker", version.deleteMarker())
                        .put("size", version.size())
                        .put("etag", version.etag())
                        .put("lastModified", version.lastModified().toString())
                        .put("legalHold", version.legalHold());
        var headers = json.putObject("headers");
        version.headers().forEach(headers::put);
        var retention = version.retention();
        if (retention != null) {
            json.putObject("retention")
                    .put("mode", retention.mode().name())
                    .put("until", retention.until().toString());
        }
        return json;
    }

    private static Version version(JsonNode json) {
        var headers = new HashMap<String, String>();
        json.path("headers")
                .properties()
                .forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
        var retention = json.path("retention");
        return new Version(
                json.path("key").asText(),
                json.path("id").asText(),
                json.path("sequence").asLong(),
                json.path("deleteMarker").asBoolean(),
                json.path("size").asLong(),
                json.path("etag").asText(),
                Instant.parse(json.path("lastModified").asText()),
                headers,
                retention.isObject()
                        ? new Retention(
                                Retention.Mode.parse(retention.path("mode").asText()),
                                Instant.parse(retention.path("until").asText()))
                        : null,
                json.path("legalHold").asBoolean());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
