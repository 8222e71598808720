package dev.sluicegate.router.screening;

import dev.sluicegate.contract.Label;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an inspection is, and what is known there. Put into words only where something was found.
 *
 * @param above null where the inspection began
 * @param name of a field as a place may show it, or what the inspection began at; null for an element
 * @param row of an element
 * @param context names that stand above, which say what a value is
 * @param declared labels that the manifest gives to this place
 * @param nearKeyId whether an access key id stands beside it
 * @param embedded in how many texts of their own it stands
 * @param decoded behind how many encodings
 */
record Place(
        @Nullable Place above,
        @Nullable String name,
        int row,
        String context,
        Set<Label> declared,
        boolean nearKeyId,
        int embedded,
        int decoded) {
    /** A value of JSON text inside of JSON text inside of a value is the deepest that tools produce. */
    static final int MAX_EMBEDDED = 2;

    private static final String ANY = "*";

    static Place root(String at) {
        return new Place(null, at, 0, "", Set.of(), false, 0, 0);
    }

    Place member(String shown, String under, boolean near) {
        return new Place(this, shown, 0, under, declared, near, embedded, decoded);
    }

    Place element(int index, boolean near) {
        return new Place(this, null, index, context, declared, near, embedded, decoded);
    }

    Place declaring(Set<Label> labels) {
        return new Place(above, name, row, context, labels, nearKeyId, embedded, decoded);
    }

    /** In a text of its own that stands here. */
    Place inside() {
        return new Place(above, name, row, context, declared, nearKeyId, embedded + 1, decoded);
    }

    /** In what comes out of an encoding that stands here. */
    Place behindEncoding() {
        return new Place(above, name, row, context, declared, nearKeyId, embedded, decoded + 1);
    }

    /** Where names stand; a place that showed them could show what they hold. */
    Place names() {
        return new Place(this, ANY, 0, "", Set.of(), nearKeyId, MAX_EMBEDDED, decoded);
    }

    /** As a pointer that holds nothing but names of fields. */
    String at() {
        var steps = new ArrayDeque<String>();
        var place = this;
        for (var next = above; next != null; next = next.above) {
            steps.push(place.name == null ? Integer.toString(place.row) : place.name);
            place = next;
        }
        steps.push(String.valueOf(place.name));
        return String.join("/", steps);
    }
}
