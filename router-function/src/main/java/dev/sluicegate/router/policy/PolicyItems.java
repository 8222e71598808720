package dev.sluicegate.router.policy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicySet;
import dev.sluicegate.policy.Slice;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.NotCanonicalException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Layout of the policy table. Sets and catalogues are content-addressed; only the head ever changes. */
final class PolicyItems {
    static final String HEAD = "head";
    static final String META = "meta";
    static final String SLICE = "slice#";
    static final String TOOL = "tool#";

    /** DynamoDB refuses items above 400 KB; names and numbers count too. */
    private static final int MAX_ITEM_BYTES = 380 * 1024;

    private PolicyItems() {}

    /**
     * What is in force.
     *
     * @param catalogue {@code sha256:<hex>} of the catalogue
     */
    record Head(String set, long version, String catalogue, Instant publishedAt, String by) {
        Map<String, AttributeValue> item() {
            var item = key(HEAD, HEAD);
            item.put("set", text(set));
            item.put("version", AttributeValue.fromN(Long.toString(version)));
            item.put("catalogue", text(catalogue));
            item.put("publishedAt", text(publishedAt.toString()));
            item.put("by", text(by));
            return item;
        }

        /**
         * @throws IllegalStateException if the item lacks a part
         */
        static Optional<Head> read(Map<String, AttributeValue> item) {
            return item.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Head(
                                    string(item, "set"),
                                    Long.parseLong(number(item, "version")),
                                    string(item, "catalogue"),
                                    Instant.parse(string(item, "publishedAt")),
                                    string(item, "by")));
        }
    }

    static String setKey(String set) {
        return "set#" + set;
    }

    static String catalogueKey(String catalogue) {
        return "catalogue#" + catalogue;
    }

    /** Slices first, the text last: a set with its meta item is complete. */
    static List<Map<String, AttributeValue>> set(PolicySet set) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        for (var slice : set.slices().values()) {
            var item = key(setKey(set.id()), SLICE + slice.tool());
            item.put("json", text(slice.toJson()));
            items.add(item);
        }
        var meta = key(setKey(set.id()), META);
        var files = new HashMap<String, AttributeValue>();
        set.sources().files().forEach((name, cedar) -> files.put(name, text(cedar)));
        meta.put("files", AttributeValue.fromM(files));
        meta.put("stub", text(set.sources().stub()));
        meta.put("schema", text(set.schema()));
        meta.put("version", AttributeValue.fromN(Long.toString(set.version())));
        items.add(meta);
        items.forEach(PolicyItems::checkSize);
        return items;
    }

    static Slice slice(Map<String, AttributeValue> item) {
        return Slice.read(string(item, "json"));
    }

    /** {@code sha256:<hex>} over every tool as it is published, in any order. */
    static String catalogueSha(List<CataloguedTool> tools) {
        var catalogue = JsonNodeFactory.instance.objectNode();
        for (var tool : tools) {
            var entry = catalogue.putObject(tool.name());
            entry.set("manifest", tool.manifest().toJson());
            entry.put("functionArn", tool.functionArn());
            entry.put("dataRoleArn", tool.dataRoleArn());
            entry.put("grantSecretId", tool.grantSecretId());
            entry.put("codeSha", tool.codeSha());
        }
        if (catalogue.size() != tools.size()) {
            throw new InvalidPolicyException(List.of("two tools have one name"));
        }
        try {
            return CanonicalJson.sha256(catalogue);
        } catch (NotCanonicalException e) {
            throw new InvalidPolicyException(
                    List.of("a manifest has no canonical form: " + e.getMessage()));
        }
    }

    static List<Map<String, AttributeValue>> catalogue(String sha, List<CataloguedTool> tools) {
        var items = new ArrayList<Map<String, AttributeValue>>();
        for (var tool : tools) {
            var item = key(catalogueKey(sha), TOOL + tool.name());
            item.put("manifest", text(tool.manifest().toJson().toString()));
            item.put("functionArn", text(tool.functionArn()));
            if (tool.dataRoleArn() != null) {
                item.put("dataRoleArn", text(tool.dataRoleArn()));
            }
            item.put("grantSecretId", text(tool.grantSecretId()));
            item.put("codeSha", text(tool.codeSha()));
            checkSize(item);
            items.add(item);
        }
        return items;
    }

    static List<CataloguedTool> catalogue(List<Map<String, AttributeValue>> items) {
        return items.stream()
                .map(PolicyItems::tool)
                .sorted(Comparator.comparing(CataloguedTool::name))
                .toList();
    }

    private static CataloguedTool tool(Map<String, AttributeValue> item) {
        var manifest = string(item, "manifest").getBytes(StandardCharsets.UTF_8);
        var role = item.get("dataRoleArn");
        return new CataloguedTool(
                ToolManifest.read(new ByteArrayInputStream(manifest)),
                string(item, "functionArn"),
                role == null ? null : role.s(),
                string(item, "grantSecretId"),
                string(item, "codeSha"));
    }

    private static void checkSize(Map<String, AttributeValue> item) {
        var bytes = item.values().stream().mapToLong(PolicyItems::bytes).sum();
        if (bytes > MAX_ITEM_BYTES) {
            throw new InvalidPolicyException(
                    List.of(
                            string(item, "sk")
                                    + " has "
                                    + bytes
                                    + " bytes, at most "
                                    + MAX_ITEM_BYTES
                                    + " can be stored"));
        }
    }

    private static long bytes(AttributeValue value) {
        if (value.hasM()) {
            return value.m().values().stream().mapToLong(PolicyItems::bytes).sum();
        }
        return value.s() == null ? 0 : value.s().getBytes(StandardCharsets.UTF_8).length;
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        var item = new HashMap<String, AttributeValue>();
        item.put("pk", text(pk));
        item.put("sk", text(sk));
        return item;
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static String string(Map<String, AttributeValue> item, String name) {
        return present(item.get(name) == null ? null : item.get(name).s(), name);
    }

    private static String number(Map<String, AttributeValue> item, String name) {
        return present(item.get(name) == null ? null : item.get(name).n(), name);
    }

    private static String present(@Nullable String value, String name) {
        if (value == null) {
            throw new IllegalStateException("an item of the policy table has no " + name);
        }
        return value;
    }
}
