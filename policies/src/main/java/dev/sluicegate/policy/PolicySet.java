package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A compiled, validated set of policies: what may be published. Made by {@link PolicyCompiler} only.
 *
 * @param id {@code sha256:<hex>} over sources, schema and input schemas: equal content, equal id
 * @param version number of the publication; not part of the id
 * @param sources what people wrote
 * @param schema the Cedar schema they were validated against
 * @param rules every policy, in id order
 * @param slices what decides the calls of each tool, by tool name
 * @param warnings of the validator, one line each
 */
public record PolicySet(
        String id,
        long version,
        PolicySources sources,
        String schema,
        List<Rule> rules,
        SortedMap<String, Slice> slices,
        List<String> warnings) {
    public PolicySet {
        rules = List.copyOf(rules);
        slices = Collections.unmodifiableSortedMap(new TreeMap<>(slices));
        warnings = List.copyOf(warnings);
    }

    /** The same policies as another publication. */
    public PolicySet withVersion(long number) {
        return new PolicySet(id, number, sources, schema, rules, slices, warnings);
    }

    static String id(PolicySources sources, String schema, SortedMap<String, Slice> slices) {
        var content = JsonNodeFactory.instance.objectNode();
        var files = content.putObject("files");
        sources.files().forEach(files::put);
        content.put("schema", schema);
        var inputs = content.putObject("inputs");
        slices.forEach((tool, slice) -> inputs.set(tool, slice.inputSchema()));
        try {
            return CanonicalJson.sha256(content);
        } catch (NotCanonicalException e) {
            throw new InvalidPolicyException(
                    "content that has no canonical form: " + e.getMessage());
        }
    }
}
