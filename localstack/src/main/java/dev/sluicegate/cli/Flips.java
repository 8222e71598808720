package dev.sluicegate.cli;

import dev.sluicegate.policy.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Recorded calls that other policies would answer differently.
 *
 * @param decided how many could be decided again
 * @param flips one for each call whose outcome changes
 * @param undecided ids of the calls that could not, by reason
 */
record Flips(int decided, List<Flip> flips, Map<String, List<String>> undecided) {
    /** Arguments that policy cannot look at are refused at the gate. */
    private static final Answer REFUSED = new Answer("deny", "");

    Flips {
        flips = List.copyOf(flips);
    }

    /**
     * @param policies that decided before or decide now
     */
    record Flip(
            String callId,
            String tool,
            String principal,
            String from,
            String to,
            List<String> policies) {}

    /** Flips that differ in nothing but the call. */
    record Group(
            String tool,
            String principal,
            String from,
            String to,
            List<String> policies,
            List<String> calls) {}

    /**
     * @param sets the sets that decided then, by id, or null where one is not at hand; without it who was to
     *     approve cannot be compared, only that somebody was
     */
    static Flips of(
            Recorded recorded,
            Function<String, @Nullable PolicyWorld> sets,
            PolicyWorld candidate) {
        var then = new HashMap<String, Optional<PolicyWorld>>();
        var flips = new ArrayList<Flip>();
        var undecided = new TreeMap<String, List<String>>();
        var decided = 0;
        for (var one : recorded.decisions()) {
            var request = one.request();
            if (request == null) {
                undecided
                        .computeIfAbsent(String.valueOf(one.problem()), _ -> new ArrayList<>())
                        .add(one.callId());
                continue;
            }
            decided++;
            var decision = candidate.decide(request);
            var world =
                    then.computeIfAbsent(one.set(), set -> Optional.ofNullable(sets.apply(set)));
            var change = change(one, world.flatMap(set -> set.decide(request)), decision);
            if (change != null) {
                var policies = new TreeSet<>(one.policies());
                decision.ifPresent(made -> policies.addAll(made.basis().policies()));
                flips.add(
                        new Flip(
                                one.callId(),
                                one.tool(),
                                one.principal(),
                                change.from(),
                                change.to(),
                                List.copyOf(policies)));
            }
        }
        return new Flips(decided, flips, undecided);
    }

    private static Answer.@Nullable Change change(
            Recorded.One one, Optional<Decision> then, Optional<Decision> now) {
        var to = now.map(Answer::of).orElse(REFUSED);
        var from = then.map(Answer::of).orElse(REFUSED);
        // what is in the record is what was decided; the set says what a remedy took
        return from.outcome().equals(one.byPolicies())
                ? Answer.change(from, to)
                : Answer.change(new Answer(one.byPolicies(), ""), new Answer(to.outcome(), ""));
    }

    /** In the order permit to deny and so on, then tool, then principal. */
    static List<Group> groups(List<Flip> flips) {
        var groups = new TreeMap<String, List<Flip>>();
        for (var flip : flips) {
            var key =
                    String.join(
                            "\n",
                            flip.from(),
                            flip.to(),
                            flip.tool(),
                            flip.principal(),
                            String.join(",", flip.policies()));
            groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(flip);
        }
        return groups.values().stream()
                .map(same ->
                        new Group(
                                same.getFirst().tool(),
                                same.getFirst().principal(),
                                same.getFirst().from(),
                                same.getFirst().to(),
                                same.getFirst().policies(),
                                same.stream().map(Flip::callId).toList()))
                .toList();
    }

    boolean tampered() {
        return undecided.containsKey("tampered");
    }
}
