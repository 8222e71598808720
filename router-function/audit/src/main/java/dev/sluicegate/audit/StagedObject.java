package dev.sluicegate.audit;

import dev.sluicegate.record.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one object of the archive holds, decided before it is written.
 *
 * @param key of the object
 * @param lines in order; the index of a record is its place here
 */
record StagedObject(String key, List<String> lines) {
    StagedObject {
        lines = List.copyOf(lines);
    }

    /** An object whose key ends with a hash of what it holds. */
    static StagedObject named(String start, List<String> lines) {
        var sha = new StagedObject("", lines).sha();
        return new StagedObject(start + "-" + ArchiveLine.shortened(sha) + ".ndjson", lines);
    }

    /** The object's content: each line and a line feed. */
    byte[] bytes() {
        var out = new ByteArrayOutputStream();
        for (var line : lines) {
            out.writeBytes(line.getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
        return out.toByteArray();
    }

    String sha() {
        return CanonicalJson.sha256(bytes());
    }
}
