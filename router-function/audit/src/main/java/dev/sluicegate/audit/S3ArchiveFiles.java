package dev.sluicegate.audit;

import dev.sluicegate.audit.verify.ArchiveFiles;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** An archive in its two buckets, for whoever verifies, exports or reads it. */
public final class S3ArchiveFiles implements ArchiveFiles {
    private final S3Client s3;
    private final String bucket;
    private final String pointers;
    private final Map<String, String> first =
            new HashMap<>(); // of files with more than one version

    /**
     * @param bucket with the files under lock
     * @param pointers with the movable pointers
     */
    public S3ArchiveFiles(S3Client s3, String bucket, String pointers) {
        this.s3 = s3;
        this.bucket = bucket;
        this.pointers = pointers;
    }

    private record Seen(String id, boolean marker, Instant at) {}

    @Override
    public List<Listed> list(String folder) {
        try {
            var seen = new TreeMap<String, List<Seen>>();
            for (var page : s3.listObjectVersionsPaginator(r -> r.bucket(bucket).prefix(folder))) {
                page.versions()
                        .forEach(v ->
                                seen.computeIfAbsent(v.key(), _ -> new ArrayList<>())
                                        .add(new Seen(v.versionId(), false, v.lastModified())));
                page.deleteMarkers()
                        .forEach(m ->
                                seen.computeIfAbsent(m.key(), _ -> new ArrayList<>())
                                        .add(new Seen(m.versionId(), true, m.lastModified())));
            }
            var listed = new TreeMap<String, Listed>();
            seen.forEach((name, versions) -> {
                // S3 lists the newest first; among those of one second its order decides
                var oldestFirst = versions.reversed();
                oldestFirst.sort(Comparator.comparing(Seen::at));
                if (oldestFirst.size() > 1) {
                    first.put(name, oldestFirst.getFirst().id());
                }
                listed.put(
                        name,
                        new Listed(
                                name,
                                oldestFirst.stream()
                                        .map(v -> new Version(v.id(), v.marker()))
                                        .toList()));
            });
            for (var pointer :
                    s3.listObjectsV2Paginator(r -> r.bucket(pointers).prefix(folder)).contents()) {
                listed.put(
                        pointer.key(), new Listed(pointer.key(), List.of(new Version("", false))));
            }
            return List.copyOf(listed.values());
        } catch (SdkException e) {
            throw new UnreachableException("the bucket `" + bucket + "` cannot be listed", e);
        }
    }

    @Override
    public Optional<Stored> read(String name) {
        var pointer = name.endsWith("/checkpoint");
        var version = first.get(name);
        try {
            var answer =
                    s3.getObjectAsBytes(get -> {
                        get.bucket(pointer ? pointers : bucket).key(name);
                        if (version != null) {
                            get.versionId(version);
                        }
                    });
            var until = answer.response().objectLockRetainUntilDate();
            return Optional.of(
                    new Stored(
                            answer.asByteArray(),
                            until == null
                                    ? null
                                    : new Lock(answer.response().objectLockModeAsString(), until),
                            answer.response().lastModified()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw new UnreachableException("the file `" + name + "` cannot be read", e);
        }
    }

    @Override
    public boolean locked() {
        return true;
    }
}
