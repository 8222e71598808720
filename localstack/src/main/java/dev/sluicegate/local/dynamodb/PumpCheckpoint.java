package dev.sluicegate.local.dynamodb;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far each shard of one stream was taken; on disk after every change, if it has a file. */
final class PumpCheckpoint {
    private final @Nullable Path file;
    private ObjectNode state;

    private PumpCheckpoint(@Nullable Path file, ObjectNode state) {
        this.file = file;
        this.state = state;
    }

    static PumpCheckpoint load(@Nullable Path file) {
        if (file == null || !Files.exists(file)) {
            return new PumpCheckpoint(file, Json.object());
        }
        try {
            // one that is not readable starts over: records come twice rather than never
            return new PumpCheckpoint(file, Json.lenient(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts over when the table has another stream than before. */
    void follow(String arn) throws IOException {
        if (!state.path("stream").asText("").equals(arn)) {
            state = Json.object().put("stream", arn);
            save();
        }
    }

    @Nullable String after(String shard) {
        var at = shards().path(shard).path("after");
        return at.isTextual() ? at.asText() : null;
    }

    boolean finished(String shard) {
        return shards().path(shard).path("finished").asBoolean(false);
    }

    void advance(String shard, String sequence) throws IOException {
        shards().withObject(JsonPointer.empty().appendProperty(shard)).put("after", sequence);
        save();
    }

    void finish(String shard) throws IOException {
        shards().withObject(JsonPointer.empty().appendProperty(shard)).put("finished", true);
        save();
    }

    void forget(String shard) throws IOException {
        shards().remove(shard);
        save();
    }

    private ObjectNode shards() {
        return state.get("shards") instanceof ObjectNode shards
                ? shards
                : state.putObject("shards");
    }

    private void save() throws IOException {
        if (file == null) {
            return;
        }
        var folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        var draft = folder.resolve(file.getFileName() + ".draft");
        try (var out =
                FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(Json.bytes(state));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(
                draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
