package dev.sluicegate.cli;

import dev.sluicegate.policy.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Recorded calls that other policies would answer differently.
 *
 * @param decided how many could be decided again
 * @param flips one for each call whose outcome changes
 * @param undecided ids of the calls that could not, by reason
 */
record Flips(int decided, List<Flip> flips, Map<String, List<String>> undecided) {
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

    static Flips of(Recorded recorded, PolicyWorld candidate) {
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
            // arguments that policy cannot look at are refused at the gate
            var decision = candidate.decide(request);
            var to = decision.map(Decision::word).orElse("deny");
            if (!to.equals(one.outcome())) {
                var policies = new TreeSet<>(one.policies());
                decision.ifPresent(made -> policies.addAll(made.basis().policies()));
                flips.add(
                        new Flip(
                                one.callId(),
                                one.tool(),
                                one.principal(),
                                one.outcome(),
                                to,
                                List.copyOf(policies)));
            }
        }
        return new Flips(decided, flips, undecided);
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
