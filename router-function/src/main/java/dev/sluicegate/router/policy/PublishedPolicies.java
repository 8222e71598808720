package dev.sluicegate.router.policy;

import dev.sluicegate.contract.Effect;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.Gateway;
import dev.sluicegate.policy.PolicyEngine;
import dev.sluicegate.policy.PolicyEngineException;
import dev.sluicegate.policy.Slice;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.enforcement.PolicyUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The policy set and catalogue in force, kept in memory and compared with the table's head every few
 * seconds by one strongly consistent read; a new head replaces everything at once.
 *
 * <p>When the table cannot be read, tools that only read go on with the last good set until it is {@link
 * Freshness#maxAge} old; every other call is refused at once. Without a set that was ever good, all are.
 */
public final class PublishedPolicies implements PolicyDecisionPoint, Catalogue {
    private static final Logger log = LoggerFactory.getLogger(PublishedPolicies.class);

    /** While the table fails, calls share one attempt in this time instead of waiting for one each. */
    private static final Duration RETRY = Duration.ofMillis(250);

    private final PolicyTable table;
    private final Gateway gateway;
    private final Freshness freshness;
    private final LongSupplier nanoTime;

    private volatile @Nullable State state;
    private @Nullable Failure failure; // guarded by this

    public PublishedPolicies(DynamoDbClient client, String table, Gateway gateway) {
        this(client, table, gateway, Freshness.DEFAULT);
    }

    public PublishedPolicies(
            DynamoDbClient client, String table, Gateway gateway, Freshness freshness) {
        this(new DynamoDbPolicyTable(client, table), gateway, freshness, System::nanoTime);
    }

    // elapsed time, not wall time: a stack whose clock stands still must see new policies too
    PublishedPolicies(
            PolicyTable table, Gateway gateway, Freshness freshness, LongSupplier nanoTime) {
        this.table = table;
        this.gateway = gateway;
        this.freshness = freshness;
        this.nanoTime = nanoTime;
    }

    /**
     * @param revalidate how long a comparison with the head is good for
     * @param maxAge how long reading tools may go on without one
     */
    public record Freshness(Duration revalidate, Duration maxAge) {
        public static final Freshness DEFAULT =
                new Freshness(Duration.ofSeconds(2), Duration.ofSeconds(60));

        public Freshness {
            if (revalidate.isNegative() || maxAge.compareTo(revalidate) < 0) {
                throw new IllegalArgumentException(
                        "revalidate " + revalidate + " and maxAge " + maxAge + " make no sense");
            }
        }
    }

    /** What was loaded, and when it was last known to be in force. */
    private record State(Loaded loaded, long validatedAt) {}

    private record Failure(RuntimeException cause, long at) {}

    @Override
    public Decision decide(DecisionRequest request) {
        var loaded = current(effect(request.tool()));
        try {
            return loaded.engine.decide(request);
        } catch (PolicyEngineException | SdkException | IllegalStateException e) {
            throw new PolicyUnavailableException(
                    "policy cannot decide `" + request.tool() + "`", e);
        }
    }

    @Override
    public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
        var loaded = current(Effect.READ);
        try {
            loaded.loadAllSlices();
            return loaded.engine.mayPermit(caller, tool);
        } catch (PolicyEngineException | SdkException | IllegalStateException e) {
            throw new PolicyUnavailableException("policy cannot list `" + tool + "`", e);
        }
    }

    @Override
    public List<CataloguedTool> tools() {
        return List.copyOf(current(Effect.READ).tools.values());
    }

    @Override
    public Optional<CataloguedTool> find(String name) {
        return Optional.ofNullable(current(Effect.READ).tools.get(name));
    }

    /**
     * Makes the next call compare with the head whatever the time: after a restore from a snapshot no
     * clock says how old the set is, so none of it may be trusted unseen.
     */
    public synchronized void forget() {
        state = null;
        failure = null;
    }

    /** An unknown tool counts as the worst: nothing stale may say what it is. */
    private Effect effect(String tool) {
        var known = state;
        var entry = known == null ? null : known.loaded().tools.get(tool);
        return entry == null ? Effect.DESTRUCTIVE : entry.manifest().effect();
    }

    /**
     * @throws PolicyUnavailableException if nothing fresh enough for {@code effect} is known
     */
    private Loaded current(Effect effect) {
        var known = state;
        if (known != null && age(known.validatedAt()).compareTo(freshness.revalidate()) < 0) {
            return known.loaded();
        }
        return revalidated(effect);
    }

    private synchronized Loaded revalidated(Effect effect) {
        var known = state;
        if (known != null && age(known.validatedAt()).compareTo(freshness.revalidate()) < 0) {
            return known.loaded(); // another thread was faster
        }
        var failed = failure;
        if (failed == null || age(failed.at()).compareTo(RETRY) >= 0) {
            failed = compareWithHead(known);
            failure = failed;
        }
        var now = state;
        if (failed == null && now != null) {
            return now.loaded();
        }
        var cause = failed == null ? new IllegalStateException("no policy set") : failed.cause();
        if (now == null) {
            throw new PolicyUnavailableException("no policy set could be loaded", cause);
        }
        var age = age(now.validatedAt());
        if (effect == Effect.READ && age.compareTo(freshness.maxAge()) < 0) {
            return now.loaded();
        }
        throw new PolicyUnavailableException(
                "the policy set was last confirmed " + age.toSeconds() + " s ago", cause);
    }

    /** Null when {@link #state} is now confirmed. */
    private @Nullable Failure compareWithHead(@Nullable State known) {
        var at = nanoTime.getAsLong(); // before the read, so that age is never understated
        try {
            var head =
                    PolicyItems.Head.read(table.get(PolicyItems.HEAD, PolicyItems.HEAD))
                            .orElseThrow(
                                    () -> new IllegalStateException("no policy set is published"));
            if (known != null && known.loaded().head.equals(head)) {
                state = new State(known.loaded(), at);
                return null;
            }
            if (known != null && head.version() <= known.loaded().head.version()) {
                // versions only grow: somebody restored or rewrote the table
                throw new IllegalStateException(
                        "policy version went from "
                                + known.loaded().head.version()
                                + " to "
                                + head.version());
            }
            state = new State(load(head), at);
            log.info("policy set {} version {} is in force", head.set(), head.version());
            return null;
        } catch (SdkException | IllegalStateException | IllegalArgumentException e) {
            log.warn("the policy table cannot be read: {}", e.getClass().getSimpleName());
            return new Failure(e, nanoTime.getAsLong());
        }
    }

    private Loaded load(PolicyItems.Head head) {
        var tools =
                PolicyItems.catalogue(
                        table.query(PolicyItems.catalogueKey(head.catalogue()), PolicyItems.TOOL));
        if (!PolicyItems.catalogueSha(tools).equals(head.catalogue())) {
            throw new IllegalStateException("the stored catalogue is not the published one");
        }
        return new Loaded(head, tools);
    }

    private Duration age(long since) {
        return Duration.ofNanos(nanoTime.getAsLong() - since);
    }

    /** One publication. Slices come one by one as calls need them, or all at once for a listing. */
    private final class Loaded {
        private final PolicyItems.Head head;
        private final Map<String, CataloguedTool> tools = new TreeMap<>();
        private final Map<String, Slice> slices = new ConcurrentHashMap<>();
        private final PolicyEngine engine;
        private volatile boolean complete;

        Loaded(PolicyItems.Head head, List<CataloguedTool> catalogue) {
            this.head = head;
            catalogue.forEach(tool -> tools.put(tool.name(), tool));
            engine = new PolicyEngine(head.set(), head.version(), this::slice, gateway);
        }

        void loadAllSlices() {
            if (!complete) {
                for (var item : table.query(PolicyItems.setKey(head.set()), PolicyItems.SLICE)) {
                    var slice = PolicyItems.slice(item);
                    slices.put(slice.tool(), slice);
                }
                complete = true;
            }
        }

        private Optional<Slice> slice(String tool) {
            if (!tools.containsKey(tool)) {
                return Optional.empty(); // not published: denied
            }
            var known = slices.get(tool);
            if (known != null) {
                return Optional.of(known);
            }
            var item = table.get(PolicyItems.setKey(head.set()), PolicyItems.SLICE + tool);
            if (item.isEmpty()) {
                throw new IllegalStateException("the policy set has no slice for `" + tool + "`");
            }
            return Optional.of(PolicyItems.slice(item));
        }
    }
}
