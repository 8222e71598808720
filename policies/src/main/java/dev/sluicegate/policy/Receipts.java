package dev.sluicegate.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the validator has already seen: every policy of a set, by the hash of its text, with the hash of the
 * part of the schema it was valid against. A publication takes over what has not changed, so that one changed
 * policy in thousands costs one validation.
 *
 * @param schema {@code sha256:<hex>} over validator and schema: one that was read as a whole
 * @param byText {@code sha256:<hex>} of a policy's text to its receipt
 */
public record Receipts(String schema, SortedMap<String, Receipt> byText) {
    /** Before anything was ever published: everything is validated. */
    public static final Receipts NONE = new Receipts("", new TreeMap<>());

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    public Receipts {
        byText = Collections.unmodifiableSortedMap(new TreeMap<>(byText));
    }

    /**
     * @param policy in Cedar's JSON format
     * @param schema {@code sha256:<hex>} over validator and the part of the schema that concerns the policy
     * @param warnings of the validator, without the place
     */
    public record Receipt(ObjectNode policy, String schema, List<String> warnings) {
        public Receipt {
            warnings = List.copyOf(warnings);
        }
    }

    /** For storage; equal receipts, equal text. */
    public String toJson() {
        var all = JSON.createObjectNode().put("schema", schema);
        var json = all.putObject("policies");
        byText.forEach((text, receipt) -> {
            var entry = json.putObject(text);
            entry.set("policy", receipt.policy());
            entry.put("schema", receipt.schema());
            if (!receipt.warnings().isEmpty()) {
                receipt.warnings().forEach(entry.putArray("warnings")::add);
            }
        });
        return all.toString();
    }

    /**
     * @throws PolicyEngineException if {@code json} are no receipts
     */
    public static Receipts read(String json) {
        try {
            var receipts = new TreeMap<String, Receipt>();
            var all = JSON.readTree(json);
            for (var entry : all.required("policies").properties()) {
                var receipt = entry.getValue();
                var warnings = new ArrayList<String>();
                receipt.path("warnings").forEach(line -> warnings.add(line.asText()));
                receipts.put(
                        entry.getKey(),
                        new Receipt(
                                (ObjectNode) receipt.required("policy"),
                                receipt.required("schema").textValue(),
                                warnings));
            }
            return new Receipts(all.required("schema").textValue(), receipts);
        } catch (JsonProcessingException | RuntimeException e) {
            throw new PolicyEngineException("not receipts of a policy set", e);
        }
    }
}
