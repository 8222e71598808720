package dev.sluicegate.audit.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * What whoever verifies has seen before: the size and root of each log. It makes them a witness of their own:
 * a log that became shorter, or another one, is found with it and cannot be found without.
 *
 * @param logs by origin
 */
public record KnownLogs(Map<String, Seen> logs) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    public KnownLogs {
        logs = Map.copyOf(logs);
    }

    /**
     * @param root base64
     */
    public record Seen(long size, String root) {}

    public static KnownLogs none() {
        return new KnownLogs(Map.of());
    }

    /** What {@code file} says; nothing if there is none. */
    public static KnownLogs in(Path file) throws IOException {
        if (!Files.exists(file)) {
            return none();
        }
        var logs = new TreeMap<String, Seen>();
        JsonNode json = JSON.readTree(Files.readAllBytes(file));
        if (json.path("v").asInt() != 1) {
            throw new IOException("`" + file + "` is no state of a verification");
        }
        for (var log : json.path("logs").properties()) {
            var root = log.getValue().path("root").asText();
            Base64.getDecoder().decode(root);
            logs.put(log.getKey(), new Seen(log.getValue().path("size").asLong(), root));
        }
        return new KnownLogs(logs);
    }

    /** Replaces {@code file}, or leaves it as it was. */
    public void write(Path file) throws IOException {
        var json = JsonNodeFactory.instance.objectNode().put("v", 1);
        var all = json.putObject("logs");
        new TreeMap<>(logs)
                .forEach((origin, seen) ->
                        all.putObject(origin).put("size", seen.size()).put("root", seen.root()));
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
