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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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
 * Freshness#maxAge} old; every other call is refused at once. Without a set that was ever good, all are. A
 * head that goes back to an older version is no head: it counts as a table that cannot be read.
 *
 * <p>Policies in shadow of that set, and a set in shadow, are evaluated beside, each on its own, after the
 * decision is made, and only told of in it.
 */
public final class PublishedPolicies implements PolicyDecisionPoint, Catalogue {
    private static final Logger log = LoggerFactory.getLogger(PublishedPolicies.class);

    /** While the table fails, calls share one attempt in this time instead of waiting for one each. */
    private static final Duration RETRY = Duration.ofMillis(250);

    private final PolicyTable table;
    private final StoredSets sets;
    private final Gateway gateway;
    private final Freshness freshness;
    private final LongSupplier nanoTime;

    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable State state;
    private volatile @Nullable Failure failure;

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
        this.sets = new StoredSets(table);
        this.gateway = gateway;
        this.freshness = freshness;
        this.nanoTime = nanoTime;
    }

    /**
     * @param revalidate how long a comparison with the head is good for
     * @param maxAge how long reading tools may go on without one
     */
    public record Freshness(Duration revalidate, Duration maxAge) {
        /** A published set reaches every warm router within this time, whatever is configured. */
        private static final Duration MAX_REVALIDATE = Duration.ofSeconds(5);

        private static final Duration LONGEST_AGE = Duration.ofHours(1);

        // after the limits, which its constructor looks at
        public static final Freshness DEFAULT =
                new Freshness(Duration.ofSeconds(2), Duration.ofSeconds(60));

        public Freshness {
            if (revalidate.isNegative()
                    || revalidate.compareTo(MAX_REVALIDATE) > 0
                    || maxAge.compareTo(revalidate) < 0
                    || maxAge.compareTo(LONGEST_AGE) > 0) {
                throw new IllegalArgumentException(
                        "revalidate "
                                + revalidate
                                + " (at most "
                                + MAX_REVALIDATE
                                + ") and maxAge "
                                + maxAge
                                + " (at most "
                                + LONGEST_AGE
                                + ") make no sense");
            }
        }
    }

    /** What was loaded, and when it was last known to be in force. */
    private record State(Loaded loaded, long validatedAt) {}

    /**
     * @param pause until the next attempt: a table that takes long to fail is asked less often
     */
    private record Failure(RuntimeException cause, long at, Duration pause) {}

    @Override
    public Decision decide(DecisionRequest request) {
        var loaded = current(effect(request.tool()));
        try {
            return loaded.withShadows(request, loaded.engine.decide(request));
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
    public void forget() {
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

    private Loaded revalidated(Effect effect) {
        var stale = state;
        if (!reading.tryLock()) {
            // somebody is asking the table; who only reads need not wait for a slow answer
            if (effect == Effect.READ && stale != null && isGood(stale)) {
                return stale.loaded();
            }
            reading.lock();
        }
        try {
            return readOrStale(effect);
        } finally {
            reading.unlock();
        }
    }

    private boolean isGood(State known) {
        return age(known.validatedAt()).compareTo(freshness.maxAge()) < 0;
    }

    private Loaded readOrStale(Effect effect) {
        var known = state;
        if (known != null && age(known.validatedAt()).compareTo(freshness.revalidate()) < 0) {
            return known.loaded(); // another thread was faster
        }
        var failed = failure;
        if (failed == null || age(failed.at()).compareTo(failed.pause()) >= 0) {
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
        if (effect == Effect.READ && isGood(now)) {
            return now.loaded();
        }
        throw new PolicyUnavailableException(
                "the policy set was last confirmed "
                        + age(now.validatedAt()).toSeconds()
                        + " s ago",
                cause);
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
                log.error(
                        "refused policy set {} version {}: version {} was in force, and versions only"
                                + " grow",
                        head.set(),
                        head.version(),
                        known.loaded().head.version());
                throw new IllegalStateException(
                        "policy version went from "
                                + known.loaded().head.version()
                                + " to "
                                + head.version());
            }
            state = new State(load(head), at);
            log.info("policy set {} version {} is in force", head.set(), head.version());
            return null;
        } catch (SdkException
                | PolicyEngineException
                | IllegalStateException
                | IllegalArgumentException e) {
            log.warn("the policy table cannot be read: {}", e.getClass().getSimpleName());
            var now = nanoTime.getAsLong();
            var took = Duration.ofNanos(now - at);
            return new Failure(e, now, took.compareTo(RETRY) > 0 ? took : RETRY);
        }
    }

    private Loaded load(PolicyItems.Head head) {
        var tools =
                PolicyItems.catalogue(
                        table.query(PolicyItems.catalogueKey(head.catalogue()), PolicyItems.TOOL));
        if (!PolicyItems.catalogueSha(tools).equals(head.catalogue())) {
            throw new IllegalStateException("the stored catalogue is not the published one");
        }
        return new Loaded(head, tools, sets);
    }

    private Duration age(long since) {
        return Duration.ofNanos(nanoTime.getAsLong() - since);
    }

    /** One publication. Slices come one by one as calls need them, or all at once for a listing. */
    private final class Loaded {
        private final PolicyItems.Head head;
        private final StoredSets sets;
        private final StoredSets.Index index;
        private final Map<String, CataloguedTool> tools = new TreeMap<>();
        private final Map<String, Slice> slices = new ConcurrentHashMap<>();
        private final PolicyEngine engine;
        private final Trial policiesInShadow;
        private final @Nullable Trial setInShadow;
        private volatile boolean complete;

        Loaded(PolicyItems.Head head, List<CataloguedTool> catalogue, StoredSets sets) {
            this.head = head;
            this.sets = sets;
            this.index = sets.index(head.set());
            catalogue.forEach(tool -> tools.put(tool.name(), tool));
            engine = new PolicyEngine(head.set(), head.version(), this::slice, gateway);
            policiesInShadow =
                    new Trial(
                            head.set(), () -> engine(head.set(), tool -> sets.shadow(index, tool)));
            var other = head.shadow();
            setInShadow = other == null ? null : new Trial(other, () -> wouldBe(other));
        }

        /** As it would decide in force: its own policies in shadow stay there. */
        private PolicyEngine wouldBe(String set) {
            var parts = sets.index(set);
            return engine(set, tool -> sets.slice(parts, tool));
        }

        private PolicyEngine engine(String set, Function<String, Optional<Slice>> parts) {
            return new PolicyEngine(set, head.version(), parts, gateway);
        }

        Decision withShadows(DecisionRequest request, Decision decision) {
            var hasPolicies = index.hasShadow(request.tool());
            if (!hasPolicies && setInShadow == null) {
                return decision;
            }
            var said = new ArrayList<Decision.Shadow>(2);
            if (hasPolicies) {
                said.add(policiesInShadow.decide(request));
            }
            if (setInShadow != null) {
                said.add(setInShadow.decide(request));
            }
            return decision.on(decision.basis().withShadows(said));
        }

        void loadAllSlices() {
            if (!complete) {
                slices.putAll(sets.slices(index));
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
            var slice = sets.slice(index, tool);
            if (slice.isEmpty()) {
                throw new IllegalStateException("the policy set has no slice for `" + tool + "`");
            }
            return slice;
        }
    }

    /**
     * What would be decided otherwise: by this set with its policies in shadow, or by the set in shadow.
     * Whatever goes wrong here is told and changes nothing.
     */
    private final class Trial {
        /** A shadow that cannot be read costs calls this much waiting at most: one attempt in this time. */
        private static final Duration AGAIN = Duration.ofSeconds(10);

        private final String set;
        private final Supplier<PolicyEngine> made;
        private @Nullable PolicyEngine engine;
        private volatile @Nullable Long failedAt;

        Trial(String set, Supplier<PolicyEngine> made) {
            this.set = set;
            this.made = made;
        }

        Decision.Shadow decide(DecisionRequest request) {
            var failed = failedAt;
            if (failed != null) {
                if (age(failed).compareTo(AGAIN) < 0) {
                    return error();
                }
                failedAt = nanoTime.getAsLong(); // of calls at the same time, this one tries
            }
            try {
                var said = engine().decide(request);
                failedAt = null;
                return new Decision.Shadow(set, said.word(), said.basis().policies());
            } catch (SdkException | IllegalStateException e) {
                failedAt = nanoTime.getAsLong();
                log.warn("the shadow set {} cannot be read", set);
            } catch (RuntimeException | StackOverflowError e) {
                log.warn("the shadow set {} failed: {}", set, e.getClass().getSimpleName());
            }
            return error();
        }

        private Decision.Shadow error() {
            return new Decision.Shadow(set, "error", List.of());
        }

        private synchronized PolicyEngine engine() {
            var known = engine;
            if (known == null) {
                known = made.get();
                engine = known;
            }
            return known;
        }
    }
}
