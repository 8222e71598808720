package dev.sluicegate.router.policy;

import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicySources;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Puts a policy set and a catalogue in force. Everything but the head is content-addressed and written
 * first, so a publication that stops half-way has changed nothing; the head moves by its version, so of
 * two at once one loses.
 */
public final class PolicyPublisher {
    private final PolicyTable table;
    private final Clock clock;

    public PolicyPublisher(DynamoDbClient client, String table, Clock clock) {
        this(new DynamoDbPolicyTable(client, table), clock);
    }

    PolicyPublisher(PolicyTable table, Clock clock) {
        this.table = table;
        this.clock = clock;
    }

    /**
     * What is in force after publishing: the facts of a POLICY_PUBLISHED record.
     *
     * @param set {@code sha256:<hex>}
     * @param version 1, 2, 3 …
     * @param catalogue {@code sha256:<hex>}
     * @param by who published it
     * @param changed false when exactly this was in force already and nothing was written
     * @param warnings of the validator
     */
    public record Publication(
            String set,
            long version,
            String catalogue,
            Instant publishedAt,
            String by,
            boolean changed,
            List<String> warnings) {
        public Publication {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * @param by the publisher's principal id, or a name of the local stack
     * @throws InvalidPolicyException if the policies must not be published for these tools
     * @throws PublishConflictException if somebody published at the same time
     */
    public Publication publish(PolicySources sources, List<CataloguedTool> tools, String by) {
        return publish(sources, tools, by, publication -> List.of());
    }

    /** Moves the head in the transaction of something else, such as the record that it moved. */
    @FunctionalInterface
    public interface Commit {
        /**
         * Writes {@code headMove} and whatever must be true with it, or nothing.
         *
         * @throws PublishConflictException if the head is not where it was read
         */
        void commit(Publication publication, TransactWriteItem headMove);
    }

    /**
     * As {@link #publish(PolicySources, List, String)}, but the head is moved by {@code commit}, which is not
     * asked when nothing changes.
     */
    public Publication publish(
            PolicySources sources, List<CataloguedTool> tools, String by, Commit commit) {
        return publish(
                sources,
                tools,
                by,
                (publication, head, expected) ->
                        commit.commit(publication, table.headMove(head, expected)));
    }

    /**
     * As {@link #publish(PolicySources, List, String)}, writing {@code together} (such as the audit
     * record) in the transaction that moves the head; not asked for when nothing changes.
     */
    public Publication publish(
            PolicySources sources,
            List<CataloguedTool> tools,
            String by,
            Function<Publication, List<TransactWriteItem>> together) {
        return publish(
                sources,
                tools,
                by,
                (publication, head, expected) ->
                        table.moveHead(head, expected, together.apply(publication)));
    }

    private interface Move {
        void move(Publication publication, Map<String, AttributeValue> head, long expected);
    }

    private Publication publish(
            PolicySources sources, List<CataloguedTool> tools, String by, Move move) {
        var current = PolicyItems.Head.read(table.get(PolicyItems.HEAD, PolicyItems.HEAD));
        var expected = current.map(PolicyItems.Head::version).orElse(0L);
        var manifests = tools.stream().map(CataloguedTool::manifest).toList();
        var set = PolicyCompiler.compile(sources, manifests, expected + 1);
        var catalogue = PolicyItems.catalogueSha(tools);

        if (current.isPresent()
                && current.get().set().equals(set.id())
                && current.get().catalogue().equals(catalogue)) {
            var head = current.get();
            return new Publication(
                    head.set(),
                    head.version(),
                    head.catalogue(),
                    head.publishedAt(),
                    head.by(),
                    false,
                    set.warnings());
        }
        PolicyItems.set(set).forEach(table::putIfAbsent);
        PolicyItems.catalogue(catalogue, tools).forEach(table::putIfAbsent);
        var head = new PolicyItems.Head(set.id(), expected + 1, catalogue, clock.instant(), by);
        var publication =
                new Publication(
                        head.set(),
                        head.version(),
                        head.catalogue(),
                        head.publishedAt(),
                        by,
                        true,
                        set.warnings());
        move.move(publication, head.item(), expected);
        return publication;
    }
}
