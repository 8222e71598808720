package dev.sluicegate.router.screening;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises one kind of value where it is anchored: at a keyword, or at the first digit of a number.
 * One pass over a text finds the anchors of all detectors, so another detector costs next to nothing
 * where its anchors do not occur.
 *
 * <p>INVARIANT: the work of {@link #at} is bounded by a constant, or by the length of the span that it
 * returns. That keeps the scan linear in the length of the text whatever an attacker writes.
 */
interface Detector {
    /** Lower-case ASCII; matched without regard to case. */
    List<String> keywords();

    /** Whether to ask also where a digit stands behind something else than a digit. */
    default boolean anchorsAtDigits() {
        return false;
    }

    /**
     * @param start of the keyword or digit in {@code leaf.text()}
     * @param end behind it
     * @return what stands there, or null
     */
    @Nullable Span at(Leaf leaf, int start, int end);
}
