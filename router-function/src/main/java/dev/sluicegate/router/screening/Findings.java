package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one inspection has found so far: each value once in each place, with how often. */
final class Findings {
    private record Key(
            String at, String type, @Nullable Label label, @Nullable String fingerprint) {}

    private final Map<Key, Integer> found = new LinkedHashMap<>();
    private final Set<Label> labels = EnumSet.noneOf(Label.class);
    private final int most;
    private long hits;

    /**
     * @param most different ones; with one more the inspection ends
     */
    Findings(int most) {
        this.most = most;
    }

    /**
     * @throws Inspection.LimitExceededException if it is one too many
     */
    void add(
            Place place,
            String type,
            int count,
            @Nullable Label label,
            @Nullable String fingerprint) {
        hits++;
        found.merge(new Key(place.at(), type, label, fingerprint), count, Integer::sum);
        if (label != null) {
            labels.add(label);
        }
        if (found.size() > most) {
            throw new Inspection.LimitExceededException("findings");
        }
    }

    void declared(Set<Label> ofFields) {
        labels.addAll(ofFields);
    }

    /** How often something was found, the same again included. */
    long hits() {
        return hits;
    }

    /** Of findings and of declared fields that are present. */
    Set<Label> labels() {
        return labels;
    }

    List<Finding> all() {
        return found.entrySet().stream()
                .map(entry ->
                        new Finding(
                                entry.getKey().at(),
                                entry.getKey().type(),
                                entry.getValue(),
                                entry.getKey().label(),
                                entry.getKey().fingerprint()))
                .toList();
    }
}
