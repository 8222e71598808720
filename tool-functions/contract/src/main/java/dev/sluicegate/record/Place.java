package dev.sluicegate.record;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A place in a JSON value, put into words only where something is wrong: a pointer for every value would
 * cost the length of all keys above it each time, which a sender of long keys could make hours of work.
 *
 * @param parent null at the root
 * @param name of a member, null for an element
 * @param index of an element
 */
record Place(@Nullable Place parent, @Nullable String name, int index) {
    static final Place ROOT = new Place(null, null, 0);

    Place member(String child) {
        return new Place(this, child, 0);
    }

    Place element(int child) {
        return new Place(this, null, child);
    }

    /** As a JSON pointer; empty at the root. */
    String pointer() {
        var tokens = new ArrayDeque<String>();
        for (var place = this; place.parent != null; place = place.parent) {
            tokens.push(
                    place.name == null
                            ? Integer.toString(place.index)
                            : place.name.replace("~", "~0").replace("/", "~1"));
        }
        return tokens.isEmpty() ? "" : "/" + String.join("/", tokens);
    }
}
