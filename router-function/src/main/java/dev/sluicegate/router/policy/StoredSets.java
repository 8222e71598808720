package dev.sluicegate.router.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.policy.PolicySet;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.Receipts;
import dev.sluicegate.policy.Slice;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads sets by their id, and believes nothing: the index must have the id's hash, and every part the hash
 * in the index. Whoever can write the table can still not change what a set says.
 */
final class StoredSets {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PolicyTable table;

    StoredSets(PolicyTable table) {
        this.table = table;
    }

    /** The checked index of one set. */
    record Index(String set, JsonNode parts) {
        /** Whether the set has a shadow slice for {@code tool}. */
        boolean hasShadow(String tool) {
            return parts.path("shadows").has(tool);
        }
    }

    /**
     * @throws IllegalStateException if there is none or it is not that set's
     */
    Index index(String set) {
        var item = table.get(PolicyItems.setKey(set), PolicyItems.INDEX);
        if (item.isEmpty()) {
            throw new IllegalStateException("policy set " + set + " is not stored");
        }
        var text = PolicyItems.json(item);
        try {
            var parts = JSON.readTree(text);
            if (!CanonicalJson.sha256(parts).equals(set)) {
                throw new IllegalStateException("the stored index is not that of " + set);
            }
            return new Index(set, parts);
        } catch (JsonProcessingException | NotCanonicalException e) {
            throw new IllegalStateException("the stored index is not that of " + set, e);
        }
    }

    /** Empty when the set has no such slice. */
    Optional<Slice> slice(Index index, String tool) {
        return slice(index, "slices", PolicyItems.SLICE, tool);
    }

    /** Empty when no policy in shadow of the set can match the tool. */
    Optional<Slice> shadow(Index index, String tool) {
        return slice(index, "shadows", PolicyItems.SHADOW, tool);
    }

    private Optional<Slice> slice(Index index, String part, String prefix, String tool) {
        var hash = index.parts().path(part).path(tool).textValue();
        if (hash == null) {
            return Optional.empty();
        }
        var item = table.get(PolicyItems.setKey(index.set()), prefix + tool);
        if (item.isEmpty()) {
            throw new IllegalStateException("a slice of `" + tool + "` is missing");
        }
        return Optional.of(checked(item, hash, tool));
    }

    /** All slices at once, for listings. */
    Map<String, Slice> slices(Index index) {
        var slices = new LinkedHashMap<String, Slice>();
        for (var item : table.query(PolicyItems.setKey(index.set()), PolicyItems.SLICE)) {
            var tool = PolicyItems.sliced(item);
            slices.put(tool, checked(item, index.parts().path("slices").path(tool).asText(), tool));
        }
        return slices;
    }

    private static Slice checked(Map<String, AttributeValue> item, String hash, String tool) {
        var json = PolicyItems.json(item);
        if (!PolicySet.hash(json).equals(hash)) {
            throw new IllegalStateException("the stored slice of `" + tool + "` was altered");
        }
        return Slice.read(json);
    }

    /** What people wrote. */
    PolicySources sources(String set) {
        var index = index(set);
        var pk = PolicyItems.setKey(set);
        var chunks = new LinkedHashMap<String, List<Map<String, AttributeValue>>>();
        for (var item : table.query(pk, PolicyItems.FILE)) {
            chunks.computeIfAbsent(PolicyItems.file(item), _ -> new ArrayList<>()).add(item);
        }
        var files = new TreeMap<String, String>();
        index.parts()
                .path("files")
                .properties()
                .forEach(file -> {
                    var text = PolicyItems.text(chunks.getOrDefault(file.getKey(), List.of()));
                    files.put(file.getKey(), require(text, file.getValue(), file.getKey()));
                });
        var stub =
                require(
                        PolicyItems.text(table.query(pk, PolicyItems.STUB)),
                        index.parts().path("stub"),
                        "stub");
        return new PolicySources(files, stub, roles(pk, index));
    }

    private @Nullable SortedSet<String> roles(String pk, Index index) {
        if (!index.parts().has("roles")) {
            return null;
        }
        var text =
                require(
                        PolicyItems.text(table.query(pk, PolicyItems.ROLES)),
                        index.parts().path("roles"),
                        "roles");
        return new TreeSet<>(text.lines().toList());
    }

    Receipts receipts(String set) {
        var index = index(set);
        var text = PolicyItems.unzipped(table.query(PolicyItems.setKey(set), PolicyItems.RECEIPTS));
        return Receipts.read(require(text, index.parts().path("receipts"), "receipts"));
    }

    private static String require(String text, JsonNode hash, String what) {
        if (!PolicySet.hash(text).equals(hash.asText())) {
            throw new IllegalStateException("the stored `" + what + "` was altered");
        }
        return text;
    }
}
