package dev.sluicegate.audit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.log.Checkpoint;
import dev.sluicegate.audit.log.LogFiles;
import dev.sluicegate.audit.log.LogReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.TreeSet;

/** Makes proofs of calls; {@link dev.sluicegate.audit.verify.CallProof} says what is in one and checks it. */
public final class CallProofs {
    private CallProofs() {}

    /**
     * The records of a call at these places with their proofs in the newest tree of their log.
     *
     * @return empty if the log has no published tree that holds all of them
     * @throws dev.sluicegate.audit.log.LogConflictException if a file is missing
     */
    public static Optional<ObjectNode> of(
            LogFiles files, int shard, String call, Collection<Long> indexes) {
        var reader = new LogReader(files, shard);
        var note = reader.checkpoint();
        var size = note.map(n -> Checkpoint.parse(n.text()).size()).orElse(0L);
        var places = new TreeSet<>(indexes);
        if (note.isEmpty() || places.isEmpty() || places.last() >= size) {
            return Optional.empty();
        }
        var proof = JsonNodeFactory.instance.objectNode().put("v", 1).put("call", call);
        proof.put("checkpoint", new String(note.get().bytes(), StandardCharsets.UTF_8));
        // the records of a call are near each other: most of their paths is the same
        var hashes = new LinkedHashMap<String, Integer>();
        var list = proof.putArray("hashes");
        var records = proof.putArray("records");
        for (var index : places) {
            var record =
                    records.addObject()
                            .put("index", index)
                            .put(
                                    "record",
                                    new String(reader.entry(index, size), StandardCharsets.UTF_8));
            var path = record.putArray("path");
            for (var hash : reader.inclusion(index, size)) {
                path.add(
                        hashes.computeIfAbsent(
                                Base64.getEncoder().encodeToString(hash),
                                text -> {
                                    list.add(text);
                                    return list.size() - 1;
                                }));
            }
        }
        return Optional.of(proof);
    }
}
