package dev.sluicegate.router.screening;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises one kind of value at a keyword. One pass over a text finds the keywords of all detectors,
 * so another detector costs next to nothing where its keywords do not occur.
 *
 * <p>INVARIANT: the work of {@link #at} is bounded by a constant, or by the length of the span that it
 * returns. That keeps the scan linear in the length of the text whatever an attacker writes.
 */
interface Detector {
    /** Lower-case ASCII; matched without regard to case. */
    List<String> keywords();

    /**
     * @param start of the keyword in {@code leaf.text()}
     * @param end behind the keyword
     * @return what stands there, or null
     */
    @Nullable Span at(Leaf leaf, int start, int end);
}
