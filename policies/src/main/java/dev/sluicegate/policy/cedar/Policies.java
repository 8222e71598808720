package dev.sluicegate.policy.cedar;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of policies, compiled and indexed: a request meets only the policies whose action and principal
 * scope can match it, however many others there are.
 */
public final class Policies {
    private static final CompiledPolicy[] NONE = new CompiledPolicy[0];

    private final List<Policy> all;
    private final List<CompiledPolicy> compiled;
    private final Bucket anyAction;
    private final Map<EntityUid, Bucket> byAction;

    private Policies(
            List<CompiledPolicy> compiled, Bucket anyAction, Map<EntityUid, Bucket> byAction) {
        this.all = compiled.stream().map(CompiledPolicy::policy).toList();
        this.compiled = compiled;
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
        var all = new ArrayList<CompiledPolicy>();
        for (var policy : policies) {
            if (!ids.add(policy.id())) {
                throw new MalformedPolicyException("policy id `" + policy.id() + "` given twice");
            }
            if (policy.isTemplate()) {
                throw new MalformedPolicyException(
                        "policy `" + policy.id() + "` is a template that nothing fills");
            }
            var compiled = new CompiledPolicy(all.size(), policy);
            all.add(compiled);
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
        return new Policies(List.copyOf(all), anyAction.bucket(), buckets);
    }

    /** In the order they were given. */
    public List<Policy> all() {
        return all;
    }

    List<CompiledPolicy> compiled() {
        return compiled;
    }

    /** Cedar's answer to {@code request}. Never throws for a policy that fails. */
    public Answer authorize(Request request, Entities entities) {
        return matching(request, entities).authorize(request.context());
    }

    /** Those whose whole scope matches {@code request}, whose context is not looked at. */
    public Matching matching(Request request, Entities entities) {
        var found = new Matching(request, entities);
        var principal = entities.find(request.principal());
        visit(anyAction, null, principal, found);
        if (!byAction.isEmpty()) {
            var exact = byAction.get(request.action());
            if (exact != null) {
                visit(exact, request.action(), principal, found);
            }
            var action = entities.find(request.action());
            if (action != null) {
                for (var ancestor : action.raw()) {
                    var above = byAction.get(ancestor);
                    if (above != null) {
                        visit(above, ancestor, principal, found);
                    }
                }
            }
        }
        found.sort();
        return found;
    }

    private static void visit(
            Bucket bucket, @Nullable EntityUid key, @Nullable Entity principal, Matching found) {
        visit(bucket.anyPrincipal, key, found);
        if (bucket.byPrincipal.isEmpty()) {
            return;
        }
        visit(bucket.of(found.request().principal()), key, found);
        if (principal != null) {
            for (var ancestor : principal.raw()) {
                visit(bucket.of(ancestor), key, found);
            }
        }
    }

    private static void visit(
            CompiledPolicy[] candidates, @Nullable EntityUid key, Matching found) {
        var request = found.request();
        var entities = found.entities();
        for (var candidate : candidates) {
            if (candidate.isAbout(request, entities)
                    && isMeant(candidate.policy().action(), key, request, entities)) {
                found.add(candidate);
            }
        }
    }

    /**
     * A policy about several actions is in several buckets: it counts in the first that matches.
     *
     * @param key of the bucket: the action itself or what it is in; null in that of any action
     */
    @SuppressWarnings("ReferenceEquality") // the key is this object or another entity's
    private static boolean isMeant(
            Scope action, @Nullable EntityUid key, Request request, Entities entities) {
        if (action instanceof Scope.Equals) {
            return key == request.action();
        }
        if (action instanceof Scope.In(var uids)) {
            if (uids.size() == 1) {
                return key != null; // the bucket was found because the action is in its key
            }
            for (var uid : uids) {
                if (Operations.isIn(request.action(), uid, entities)) {
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
}
