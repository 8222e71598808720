package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;

/**
 * A stretch of a leaf that a detector is sure about.
 *
 * @param type of the finding
 * @param identity the value without separators, so that one value has one fingerprint
 * @param general found by its name only; what a more special detector says about the same place wins
 */
record Span(int start, int end, String type, Label label, String identity, boolean general) {
    private static final String NO_TYPE = "";

    Span(int start, int end, String type, Label label, String identity) {
        this(start, end, type, label, identity, false);
    }

    /** A stretch that nobody may touch. */
    static Span untouchable(int start, int end) {
        return new Span(start, end, NO_TYPE, Label.PUBLIC, "", false);
    }

    boolean isUntouchable() {
        return type.equals(NO_TYPE);
    }

    boolean overlaps(Span other) {
        return start < other.end && other.start < end;
    }

    /** Both stretches under the name of {@code special}: what either of them found must go. */
    Span joined(Span special) {
        return new Span(
                Math.min(start, special.start),
                Math.max(end, special.end),
                special.type,
                special.label,
                special.identity,
                special.general);
    }

    @Override
    public String toString() {
        return type + "[" + start + "," + end + ")"; // never the value
    }
}
