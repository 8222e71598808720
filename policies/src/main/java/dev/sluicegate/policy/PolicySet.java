package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A compiled, validated set of policies: what may be published. Made by {@link PolicyCompiler} only.
 *
 * @param id {@code sha256:<hex>} of the {@link #index}: equal content, equal id
 * @param version number of the publication; not part of the id
 * @param sources what people wrote
 * @param schema the Cedar schema they were validated against
 * @param rules every policy, in id order, those in shadow included
 * @param slices what decides the calls of each tool, by tool name
 * @param shadows what would decide if policies in shadow were enforced, for the tools they can match
 * @param receipts of the validator
 * @param warnings of the validator, one line each
 */
public record PolicySet(
        String id,
        long version,
        PolicySources sources,
        String schema,
        List<Rule> rules,
        SortedMap<String, Slice> slices,
        SortedMap<String, Slice> shadows,
        Receipts receipts,
        List<String> warnings) {
    public PolicySet {
        rules = List.copyOf(rules);
        slices = Collections.unmodifiableSortedMap(new TreeMap<>(slices));
        shadows = Collections.unmodifiableSortedMap(new TreeMap<>(shadows));
        warnings = List.copyOf(warnings);
    }

    /** The same policies as another publication. */
    public PolicySet withVersion(long number) {
        return new PolicySet(
                id, number, sources, schema, rules, slices, shadows, receipts, warnings);
    }

    /**
     * Hashes of all parts. Whoever knows the id can check the index, and with it any part on its own: a
     * slice that somebody altered in the store is not one of the set.
     */
    public ObjectNode index() {
        return index(sources, schema, slices, shadows, receipts);
    }

    static String id(ObjectNode index) {
        return CanonicalJson.sha256(index);
    }

    static ObjectNode index(
            PolicySources sources,
            String schema,
            SortedMap<String, Slice> slices,
            SortedMap<String, Slice> shadows,
            Receipts receipts) {
        var index = JsonNodeFactory.instance.objectNode();
        var files = index.putObject("files");
        sources.files().forEach((name, text) -> files.put(name, hash(text)));
        index.put("stub", hash(sources.stub()));
        var roles = sources.roles();
        if (roles != null) {
            index.put("roles", hash(String.join("\n", roles)));
        }
        index.put("schema", hash(schema));
        var sliced = index.putObject("slices");
        slices.forEach((tool, slice) -> sliced.put(tool, hash(slice.toJson())));
        var shadowed = index.putObject("shadows");
        shadows.forEach((tool, slice) -> shadowed.put(tool, hash(slice.toJson())));
        index.put("receipts", hash(receipts.toJson()));
        return index;
    }

    /** {@code sha256:<hex>} of the UTF-8 of {@code text}, as the index has it. */
    public static String hash(String text) {
        return CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
