package dev.sluicegate.audit.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Copies an archive into a folder, as files with the names they have: every log up to what its pointer said
 * when the copy began, and the payloads its records name. Verifies nothing; who has the copy can.
 */
public final class Export {
    private final ArchiveFiles files;
    private final Path target;
    private final Map<String, byte[]> pointers = new HashMap<>();

    /**
     * @param target an empty folder
     */
    public Export(ArchiveFiles files, Path target) {
        this.files = files;
        this.target = target;
    }

    /**
     * What was copied.
     *
     * @param missing files that a log or a record names and that are not there
     */
    public record Copied(long files, long bytes, List<String> missing) {
        public Copied {
            missing = List.copyOf(missing);
        }
    }

    public Copied run() throws IOException {
        var all = files.list("tlog/");
        var sizes = pointers(all);
        var copied = new long[2];
        var missing = new TreeSet<String>();
        var payloads = new TreeSet<String>();
        for (var each : all) {
            var log = each.name().substring(0, each.name().indexOf('/', 5) + 1);
            var size = sizes.getOrDefault(log, 0L);
            var end = end(each.name().substring(log.length()));
            if (end <= size) {
                var bytes = copy(each.name(), copied, missing);
                if (each.name().startsWith(log + "tile/entries/")) {
                    payloads(bytes, payloads);
                }
            }
        }
        for (var payload : payloads) {
            copy(payload, copied, missing);
        }
        return new Copied(copied[0], copied[1], List.copyOf(missing));
    }

    /** Sizes of the logs by folder; each pointer is copied as it is read here. */
    private Map<String, Long> pointers(List<ArchiveFiles.Listed> all) {
        var sizes = new HashMap<String, Long>();
        for (var each : all) {
            if (each.name().matches("tlog/[0-9]{4}/checkpoint")) {
                var bytes = files.read(each.name()).map(ArchiveFiles.Stored::bytes);
                var lines = new String(bytes.orElseThrow(), StandardCharsets.UTF_8).split("\n", 3);
                sizes.put(
                        each.name().substring(0, each.name().length() - "checkpoint".length()),
                        lines.length > 1 && lines[1].matches("[0-9]{1,18}")
                                ? Long.parseLong(lines[1])
                                : 0);
                pointers.put(each.name(), bytes.get());
            }
        }
        return sizes;
    }

    private byte[] copy(String name, long[] copied, Set<String> missing) throws IOException {
        var bytes = pointers.get(name);
        if (bytes == null) {
            bytes = files.read(name).map(ArchiveFiles.Stored::bytes).orElse(null);
        }
        if (bytes == null) {
            missing.add(name);
            return new byte[0];
        }
        var file = target.resolve(name).normalize();
        if (!file.startsWith(target)) {
            throw new IOException("`" + name + "` is no name of a file in an archive");
        }
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        copied[0]++;
        copied[1] += bytes.length;
        return bytes;
    }

    /** Entries up to which a file tells of the log; 0 for those that tell of none. */
    private static long end(String path) {
        if (path.startsWith("checkpoints/")) {
            var digits = path.substring("checkpoints/".length());
            return digits.matches("[0-9]{20}") ? Long.parseLong(digits) : 0;
        }
        var part = Shape.Part.parse(path);
        return part == null
                ? 0
                : (part.n() * Shape.WIDTH + part.width()) << (8 * Math.max(0, part.level()));
    }

    private static void payloads(byte[] bundle, Set<String> names) {
        for (var entry : Shape.entries(bundle)) {
            var leaf = Leaf.read(entry);
            if (leaf != null) {
                for (var payload : leaf.payloads()) {
                    var at = payload.at();
                    if (at != null) {
                        names.add(at);
                    }
                }
            }
        }
    }
}
