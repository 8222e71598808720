package dev.sluicegate.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All that decides calls of one tool: the policies whose action scope can match it, and how its arguments
 * look to them. Deciding needs nothing else of the set.
 *
 * @param tool name of the tool, the Cedar action
 * @param groups of the action
 * @param inputSchema JSON Schema of the arguments
 * @param rules in id order
 */
public record Slice(
        String tool, SortedSet<String> groups, ObjectNode inputSchema, List<Rule> rules) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    public Slice {
        groups = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(groups));
        rules = List.copyOf(rules);
    }

    /** For storage. */
    public String toJson() {
        var slice = JSON.createObjectNode().put("tool", tool);
        groups.forEach(slice.putArray("groups")::add);
        slice.set("inputSchema", inputSchema);
        var policies = slice.putArray("policies");
        rules.forEach(rule -> policies.addObject().put("id", rule.id()).set("policy", rule.json()));
        return slice.toString();
    }

    /**
     * @throws PolicyEngineException if {@code json} is not a slice
     */
    public static Slice read(String json) {
        try {
            var slice = JSON.readTree(json);
            var groups = new TreeSet<String>();
            slice.required("groups").forEach(group -> groups.add(group.textValue()));
            var rules = new java.util.ArrayList<Rule>();
            for (var policy : slice.required("policies")) {
                rules.add(
                        new Rule(
                                policy.required("id").textValue(),
                                (ObjectNode) policy.required("policy")));
            }
            return new Slice(
                    slice.required("tool").textValue(),
                    groups,
                    (ObjectNode) slice.required("inputSchema"),
                    rules);
        } catch (JsonProcessingException | RuntimeException e) {
            throw new PolicyEngineException("not a policy slice", e);
        }
    }
}
