package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;

/**
 * A stretch of a leaf that a detector is sure about.
 *
 * @param type of the finding
 * @param identity the value without separators, so that one value has one fingerprint
 */
record Span(int start, int end, String type, Label label, String identity) {
    @Override
    public String toString() {
        return type + "[" + start + "," + end + ")"; // never the value
    }
}
