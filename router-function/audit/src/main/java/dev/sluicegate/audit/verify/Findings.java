package dev.sluicegate.audit.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was found so far: a log that is wrong throughout must not fill the memory with saying so. */
final class Findings {
    /** So many of one kind are told one by one. */
    private static final int MAX_OF_A_KIND = 1_000;

    private final List<Finding> all = new ArrayList<>();
    private final Map<Finding.Code, Integer> counts = new EnumMap<>(Finding.Code.class);

    void add(Finding.Code code, String place, String detail) {
        add(code, null, place, detail);
    }

    void add(Finding.Code code, @Nullable String variant, String place, String detail) {
        var count = counts.merge(code, 1, Integer::sum);
        if (count <= MAX_OF_A_KIND) {
            all.add(new Finding(code, variant, place, detail));
        }
    }

    List<Finding> all() {
        return List.copyOf(all);
    }

    Map<Finding.Code, Integer> counts() {
        return Map.copyOf(counts);
    }

    boolean has(Finding.Severity severity) {
        return counts.keySet().stream().anyMatch(code -> code.severity() == severity);
    }
}
