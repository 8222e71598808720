package dev.sluicegate.policy.cedar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * The policies whose scope matches one request, in the order of the set: what is left to ask is their
 * conditions, as often as there are contexts to ask about. For one thread, while the entities do not change.
 */
public final class Matching {
    /** More than most requests meet; grows. */
    private static final int EXPECTED = 4;

    private static final Comparator<CompiledPolicy> BY_INDEX =
            Comparator.comparingInt(CompiledPolicy::index);

    private final Request request;
    private final Entities entities;
    private CompiledPolicy[] policies = new CompiledPolicy[EXPECTED];
    private int count;
    private boolean ordered = true;

    Matching(Request request, Entities entities) {
        this.request = request;
        this.entities = entities;
    }

    Request request() {
        return request;
    }

    Entities entities() {
        return entities;
    }

    void add(CompiledPolicy policy) {
        if (count == policies.length) {
            policies = Arrays.copyOf(policies, count * 2);
        }
        ordered &= count == 0 || policies[count - 1].index() < policy.index();
        policies[count++] = policy;
    }

    void sort() {
        if (!ordered) {
            Arrays.sort(policies, 0, count, BY_INDEX);
        }
    }

    /** In the set, of those that match. */
    BitSet places() {
        var places = new BitSet(count == 0 ? 0 : policies[count - 1].index() + 1);
        for (var i = 0; i < count; i++) {
            places.set(policies[i].index());
        }
        return places;
    }

    List<CompiledPolicy> policies() {
        return List.of(Arrays.copyOf(policies, count));
    }

    /** Cedar's answer in these circumstances. Never throws for a policy that fails. */
    public Answer authorize(RecordValue context) {
        var asked = in(context);
        List<Policy> permits = List.of();
        List<Policy> forbids = List.of();
        List<Answer.Failure> failures = List.of();
        for (var i = 0; i < count; i++) {
            var candidate = policies[i];
            var policy = candidate.policy();
            try {
                if (candidate.holds(asked, entities)) {
                    if (policy.permits()) {
                        permits = and(permits, policy);
                    } else {
                        forbids = and(forbids, policy);
                    }
                }
            } catch (EvaluationException e) {
                failures =
                        and(failures, new Answer.Failure(policy, String.valueOf(e.getMessage())));
            }
        }
        return new Answer(
                forbids.isEmpty() && !permits.isEmpty(),
                forbids.isEmpty() ? permits : forbids,
                failures);
    }

    /**
     * Why nothing permitted: the permits, each with its first condition that does not hold in these
     * circumstances. Policies that fail are not among them.
     */
    public List<NearMiss> nearMisses(RecordValue context) {
        var asked = in(context);
        List<NearMiss> misses = List.of();
        for (var i = 0; i < count; i++) {
            var candidate = policies[i];
            if (!candidate.policy().permits()) {
                continue;
            }
            try {
                var unmet = candidate.unmet(asked, entities);
                if (unmet >= 0) {
                    misses =
                            and(
                                    misses,
                                    new NearMiss(
                                            candidate.policy(), candidate.conjuncts().get(unmet)));
                }
            } catch (EvaluationException _) {
                // no miss: a policy that fails is reported as that
            }
        }
        return misses;
    }

    @SuppressWarnings("ReferenceEquality") // another context may be equal; then it is asked again
    private Request in(RecordValue context) {
        return context == request.context()
                ? request
                : new Request(request.principal(), request.action(), request.resource(), context);
    }

    /** Mostly there is none or one, which costs next to nothing. */
    private static <T> List<T> and(List<T> before, T next) {
        if (before.isEmpty()) {
            return List.of(next);
        }
        var longer = before.size() == 1 ? new ArrayList<>(before) : before;
        longer.add(next);
        return longer;
    }
}
