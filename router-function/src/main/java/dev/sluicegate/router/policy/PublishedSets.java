package dev.sluicegate.router.policy;

import dev.sluicegate.policy.PolicySources;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * What was published, for people who ask: the set in force, the text of any set, the tools. Deciding goes
 * through {@link PublishedPolicies}.
 */
public final class PublishedSets {
    private final PolicyTable table;

    public PublishedSets(DynamoDbClient client, String table) {
        this(new DynamoDbPolicyTable(client, table));
    }

    PublishedSets(PolicyTable table) {
        this.table = table;
    }

    /**
     * The publication in force.
     *
     * @param set {@code sha256:<hex>}
     * @param catalogue {@code sha256:<hex>}
     */
    public record InForce(
            String set, long version, String catalogue, Instant publishedAt, String by) {}

    public Optional<InForce> inForce() {
        return PolicyItems.Head.read(table.get(PolicyItems.HEAD, PolicyItems.HEAD))
                .map(head ->
                        new InForce(
                                head.set(),
                                head.version(),
                                head.catalogue(),
                                head.publishedAt(),
                                head.by()));
    }

    /** What people wrote of a set; empty if no such set was ever published. */
    public Optional<PolicySources> sources(String set) {
        var meta = table.get(PolicyItems.setKey(set), PolicyItems.META);
        var files = meta.get("files");
        var stub = meta.get("stub");
        if (files == null || stub == null || !files.hasM()) {
            return Optional.empty();
        }
        var texts = new TreeMap<String, String>();
        files.m().forEach((name, text) -> texts.put(name, text.s()));
        return Optional.of(new PolicySources(texts, stub.s()));
    }

    /** In name order. */
    public List<CataloguedTool> tools(String catalogue) {
        return PolicyItems.catalogue(
                table.query(PolicyItems.catalogueKey(catalogue), PolicyItems.TOOL));
    }
}
