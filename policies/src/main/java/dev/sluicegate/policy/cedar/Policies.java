package dev.sluicegate.policy.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of policies, compiled and indexed: a request meets only the policies whose action and principal
 * scope can match it, however many others there are.
 */
public final class Policies {
    private static final CompiledPolicy[] NONE = new CompiledPolicy[0];

    private final List<Policy> all;
    private final Bucket anyAction;
    private final Map<EntityUid, Bucket> byAction;

    private Policies(List<Policy> all, Bucket anyAction, Map<EntityUid, Bucket> byAction) {
        this.all = all;
        this.anyAction = anyAction;
        this.byAction = byAction;
    }

    /**
     * @throws MalformedPolicyException if two have one id, one is a template or one is nested too deeply
     */
    public static Policies of(Collection<Policy> policies) {
        var ids = HashSet.<String>newHashSet(policies.size());
        var anyAction = new Draft();
        var byAction = new HashMap<EntityUid, Draft>();
        var index = 0;
        for (var policy : policies) {
            if (!ids.add(policy.id())) {
                throw new MalformedPolicyException("policy id `" + policy.id() + "` given twice");
            }
            if (policy.isTemplate()) {
                throw new MalformedPolicyException(
                        "policy `" + policy.id() + "` is a template that nothing fills");
            }
            var compiled = new CompiledPolicy(index++, policy);
            switch (policy.action()) {
                case Scope.Equals(var uid) ->
                        byAction.computeIfAbsent(uid, _ -> new Draft()).add(compiled);
                case Scope.In(var uids) -> {
                    for (var uid : new HashSet<>(uids)) {
                        byAction.computeIfAbsent(uid, _ -> new Draft()).add(compiled);
                    }
                }
                case Scope.Any _, Scope.Is _, Scope.Slot _ -> anyAction.add(compiled);
            }
        }
        var buckets = HashMap.<EntityUid, Bucket>newHashMap(byAction.size());
        byAction.forEach((uid, draft) -> buckets.put(uid, draft.bucket()));
        return new Policies(List.copyOf(policies), anyAction.bucket(), buckets);
    }

    /** In the order they were given. */
    public List<Policy> all() {
        return all;
    }

    /** Cedar's answer to {@code request}. Never throws for a policy that fails. */
    public Answer authorize(Request request, Entities entities) {
        var run = new Run(request, entities);
        matching(request, entities, run);
        return run.answer();
    }

    /**
     * Why nothing permitted {@code request}: the permits that are about it, each with its first condition
     * that did not hold, in the order of the set. Policies that fail are not among them.
     */
    public List<NearMiss> nearMisses(Request request, Entities entities) {
        var misses = new ArrayList<NearMiss>();
        for (var candidate : matching(request, entities)) {
            if (!candidate.policy().permits()) {
                continue;
            }
            try {
                var unmet = candidate.unmet(request, entities);
                if (unmet >= 0) {
                    misses.add(new NearMiss(candidate.policy(), candidate.conjuncts().get(unmet)));
                }
            } catch (EvaluationException _) {
                // no miss: a policy that fails is reported as that
            }
        }
        return misses;
    }

    /** Those whose whole scope matches, in the order of the set. */
    List<CompiledPolicy> matching(Request request, Entities entities) {
        var found = new ArrayList<CompiledPolicy>();
        matching(request, entities, found::add);
        found.sort(Comparator.comparingInt(CompiledPolicy::index));
        return found;
    }

    private void matching(Request request, Entities entities, Consumer<CompiledPolicy> each) {
        var principal = entities.find(request.principal());
        var action = entities.find(request.action());
        visit(anyAction, null, request, principal, entities, each);
        if (byAction.isEmpty()) {
            return;
        }
        var exact = byAction.get(request.action());
        if (exact != null) {
            visit(exact, request.action(), request, principal, entities, each);
        }
        if (action != null) {
            for (var ancestor : action.raw()) {
                var above = byAction.get(ancestor);
                if (above != null) {
                    visit(above, ancestor, request, principal, entities, each);
                }
            }
        }
    }

    private static void visit(
            Bucket bucket,
            @Nullable EntityUid key,
            Request request,
            @Nullable Entity principal,
            Entities entities,
            Consumer<CompiledPolicy> each) {
        visit(bucket.anyPrincipal, key, request, entities, each);
        if (bucket.byPrincipal.isEmpty()) {
            return;
        }
        visit(bucket.of(request.principal()), key, request, entities, each);
        if (principal != null) {
            for (var ancestor : principal.raw()) {
                visit(bucket.of(ancestor), key, request, entities, each);
            }
        }
    }

    private static void visit(
            CompiledPolicy[] candidates,
            @Nullable EntityUid key,
            Request request,
            Entities entities,
            Consumer<CompiledPolicy> each) {
        for (var candidate : candidates) {
            var policy = candidate.policy();
            if (policy.principal().covers(request.principal(), entities)
                    && policy.resource().covers(request.resource(), entities)
                    && isMeant(policy.action(), key, request, entities)) {
                each.accept(candidate);
            }
        }
    }

    /** A policy about several actions is in several buckets: it counts in the first that matches. */
    private static boolean isMeant(
            Scope action, @Nullable EntityUid key, Request request, Entities entities) {
        if (action instanceof Scope.In(var uids) && uids.size() > 1) {
            for (var uid : uids) {
                if (Node.isIn(request.action(), uid, entities)) {
                    return uid.equals(key);
                }
            }
            return false;
        }
        return action.covers(request.action(), entities);
    }

    /** Policies of one action scope, by principal scope. */
    private record Bucket(
            CompiledPolicy[] anyPrincipal, Map<EntityUid, CompiledPolicy[]> byPrincipal) {
        CompiledPolicy[] of(EntityUid uid) {
            return byPrincipal.getOrDefault(uid, NONE);
        }
    }

    private static final class Draft {
        private final List<CompiledPolicy> anyPrincipal = new ArrayList<>();
        private final Map<EntityUid, List<CompiledPolicy>> byPrincipal = new HashMap<>();

        void add(CompiledPolicy compiled) {
            switch (compiled.policy().principal()) {
                case Scope.Equals(var uid) -> list(uid).add(compiled);
                case Scope.In(var uids) when uids.size() == 1 ->
                        list(uids.getFirst()).add(compiled);
                case Scope.Is(_, var in) when in != null -> list(in).add(compiled);
                case Scope.Any _, Scope.In _, Scope.Is _, Scope.Slot _ ->
                        anyPrincipal.add(compiled);
            }
        }

        private List<CompiledPolicy> list(EntityUid uid) {
            return byPrincipal.computeIfAbsent(uid, _ -> new ArrayList<>(2));
        }

        Bucket bucket() {
            var arrays = HashMap.<EntityUid, CompiledPolicy[]>newHashMap(byPrincipal.size());
            byPrincipal.forEach((uid, policies) -> arrays.put(uid, policies.toArray(NONE)));
            return new Bucket(anyPrincipal.toArray(NONE), arrays);
        }
    }

    /** One request being answered. */
    private static final class Run implements Consumer<CompiledPolicy> {
        private final Request request;
        private final Entities entities;
        private @Nullable List<CompiledPolicy> permits;
        private @Nullable List<CompiledPolicy> forbids;
        private @Nullable List<Failed> failures;

        private record Failed(CompiledPolicy policy, String message) {}

        Run(Request request, Entities entities) {
            this.request = request;
            this.entities = entities;
        }

        @Override
        public void accept(CompiledPolicy candidate) {
            try {
                if (!candidate.holds(request, entities)) {
                    return;
                }
                if (candidate.policy().permits()) {
                    permits = and(permits, candidate);
                } else {
                    forbids = and(forbids, candidate);
                }
            } catch (EvaluationException e) {
                if (failures == null) {
                    failures = new ArrayList<>(1);
                }
                failures.add(new Failed(candidate, String.valueOf(e.getMessage())));
            }
        }

        private static List<CompiledPolicy> and(
                @Nullable List<CompiledPolicy> policies, CompiledPolicy policy) {
            if (policies == null) {
                return List.of(policy);
            }
            var longer = new ArrayList<>(policies);
            longer.add(policy);
            return longer;
        }

        Answer answer() {
            return new Answer(
                    forbids == null && permits != null,
                    inOrder(forbids == null ? permits : forbids),
                    failures == null ? List.of() : inOrderOfFailure(failures));
        }

        private static List<Policy> inOrder(@Nullable List<CompiledPolicy> policies) {
            if (policies == null) {
                return List.of();
            }
            if (policies.size() == 1) {
                return List.of(policies.getFirst().policy());
            }
            policies.sort(Comparator.comparingInt(CompiledPolicy::index));
            var ordered = new Policy[policies.size()];
            for (var i = 0; i < ordered.length; i++) {
                ordered[i] = policies.get(i).policy();
            }
            return List.of(ordered);
        }

        private static List<Answer.Failure> inOrderOfFailure(List<Failed> failures) {
            return failures.stream()
                    .sorted(Comparator.comparingInt(failed -> failed.policy().index()))
                    .map(failed -> new Answer.Failure(failed.policy().policy(), failed.message()))
                    .toList();
        }
    }
}
