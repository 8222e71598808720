package dev.sluicegate.policy.cedar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Right side of {@code like}: literal text and wildcards for any text, also none.
 */
public final class Pattern {
    private final List<@Nullable String> parts;
    private final String[] literals;
    private final boolean open;
    private final boolean anchoredStart;
    private final boolean anchoredEnd;

    /**
     * @param parts in order, null for a wildcard
     */
    public Pattern(List<? extends @Nullable String> parts) {
        this.parts = java.util.Collections.unmodifiableList(new java.util.ArrayList<>(parts));
        var texts = new java.util.ArrayList<String>();
        var wildcards = false;
        var fresh = true;
        for (var part : parts) {
            if (part == null) {
                wildcards = true;
                fresh = true;
            } else if (!part.isEmpty()) {
                if (fresh) {
                    texts.add(part);
                } else {
                    texts.add(texts.removeLast() + part);
                }
                fresh = false;
            }
        }
        literals = texts.toArray(new String[0]);
        open = wildcards;
        anchoredStart = !startsOpen(this.parts);
        anchoredEnd = !startsOpen(this.parts.reversed());
    }

    private static boolean startsOpen(List<? extends @Nullable String> parts) {
        for (var part : parts) {
            if (part == null) {
                return true;
            }
            if (!part.isEmpty()) {
                return false;
            }
        }
        return false;
    }

    /** Text, or null for a wildcard. */
    public List<@Nullable String> parts() {
        return parts;
    }

    /** Linear in the pattern for each place where a part can start; no backtracking over wildcards. */
    public boolean matches(String text) {
        if (!open) {
            return literals.length == 0 ? text.isEmpty() : text.equals(literals[0]);
        }
        var from = 0;
        var to = text.length();
        var first = 0;
        var last = literals.length;
        if (anchoredStart && last > 0) {
            if (!text.startsWith(literals[0])) {
                return false;
            }
            from = literals[0].length();
            first = 1;
        }
        if (anchoredEnd && last > first) {
            var end = literals[last - 1];
            if (to - from < end.length() || !text.endsWith(end)) {
                return false;
            }
            to -= end.length();
            last--;
        }
        // the leftmost match of each part leaves the most room for the rest
        for (var i = first; i < last; i++) {
            var at = text.indexOf(literals[i], from);
            if (at < 0 || at + literals[i].length() > to) {
                return false;
            }
            from = at + literals[i].length();
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Pattern that && parts.equals(that.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    @Override
    public String toString() {
        var out = new StringBuilder("\"");
        for (var part : parts) {
            if (part == null) {
                out.append('*');
            } else {
                out.append(Literals.pattern(part));
            }
        }
        return out.append('"').toString();
    }
}
