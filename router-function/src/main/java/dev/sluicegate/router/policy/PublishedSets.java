package dev.sluicegate.router.policy;

import dev.sluicegate.policy.PolicySources;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

    /**
     * What people wrote of a set, each file checked by its hash; empty if no such set was ever stored.
     *
     * @throws IllegalStateException if what is stored is not that set
     */
    public Optional<PolicySources> sources(String set) {
        return table.get(PolicyItems.setKey(set), PolicyItems.INDEX).isEmpty()
                ? Optional.empty()
                : Optional.of(new StoredSets(table).sources(set));
    }

    /** In name order. */
    public List<CataloguedTool> tools(String catalogue) {
        return PolicyItems.catalogue(
                table.query(PolicyItems.catalogueKey(catalogue), PolicyItems.TOOL));
    }
}
