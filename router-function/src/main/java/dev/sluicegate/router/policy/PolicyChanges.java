package dev.sluicegate.router.policy;

import dev.sluicegate.policy.Receipts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which policies a set adds, removes and changes, by id: what a reviewer looks at first. */
public record PolicyChanges(List<String> added, List<String> removed, List<String> changed) {
    public static final PolicyChanges NONE = new PolicyChanges(List.of(), List.of(), List.of());

    public PolicyChanges {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
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

    /** {@code +2 -1 ~3}, {@code no policy} when only tools or the mode changed. */
    public String summary() {
        var parts = new ArrayList<String>();
        count(parts, "+", added);
        count(parts, "-", removed);
        count(parts, "~", changed);
        return parts.isEmpty() ? "no policy" : String.join(" ", parts);
    }

    private static void count(List<String> parts, String sign, List<String> ids) {
        if (!ids.isEmpty()) {
            parts.add(sign + ids.size());
        }
    }
}
