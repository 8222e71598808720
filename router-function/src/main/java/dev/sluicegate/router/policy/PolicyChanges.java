package dev.sluicegate.router.policy;

import dev.sluicegate.policy.Receipts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which policies a set adds, removes and changes, by id: what a reviewer looks at first.
 *
 * @param others what changes beside policies: {@code +role auditor}, {@code ~stub}, {@code ~tool a___b}
 */
public record PolicyChanges(
        List<String> added, List<String> removed, List<String> changed, List<String> others) {
    public static final PolicyChanges NONE = new PolicyChanges(List.of(), List.of(), List.of());

    private static final int FEW = 6;

    public PolicyChanges {
        others = List.copyOf(others);
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    public PolicyChanges(List<String> added, List<String> removed, List<String> changed) {
        this(added, removed, changed, List.of());
    }

    PolicyChanges and(List<String> more) {
        return new PolicyChanges(added, removed, changed, more);
    }

    /** What two lists of names or texts differ in, as {@code others} has it. */
    static List<String> others(String what, Map<String, ?> before, Map<String, ?> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        var words = new ArrayList<String>();
        for (var name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                var sign = !before.containsKey(name) ? "+" : after.containsKey(name) ? "~" : "-";
                words.add((sign + what + " " + name).strip());
            }
        }
        return words;
    }

    static PolicyChanges between(Receipts before, Receipts after) {
        var old = texts(before);
        var now = texts(after);
        var added = new ArrayList<String>();
        var changed = new ArrayList<String>();
        now.forEach((id, text) -> {
            var was = old.remove(id);
            if (was == null) {
                added.add(id);
            } else if (!was.equals(text)) {
                changed.add(id);
            }
        });
        return new PolicyChanges(added, List.copyOf(old.keySet()), changed);
    }

    private static Map<String, String> texts(Receipts receipts) {
        var texts = new TreeMap<String, String>();
        receipts.byText()
                .forEach((text, receipt) ->
                        texts.put(receipt.policy().path("annotations").path("id").asText(), text));
        return texts;
    }

    /** {@code +2 -1 ~3 +role auditor}, {@code no policy} when only the mode changed. */
    public String summary() {
        var parts = new ArrayList<String>();
        count(parts, "+", added);
        count(parts, "-", removed);
        count(parts, "~", changed);
        others.stream().limit(FEW).forEach(parts::add);
        if (others.size() > FEW) {
            parts.add("… and " + (others.size() - FEW) + " more");
        }
        return parts.isEmpty() ? "no policy" : String.join(" ", parts);
    }

    private static void count(List<String> parts, String sign, List<String> ids) {
        if (!ids.isEmpty()) {
            parts.add(sign + ids.size());
        }
    }
}
