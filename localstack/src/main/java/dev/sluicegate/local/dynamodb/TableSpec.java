package dev.sluicegate.local.dynamodb;

import org.jspecify.annotations.Nullable;

/**
 * A table with the keys that all of our tables have: {@code pk} and {@code sk}, both strings, billed on
 * demand.
 *
 * @param stream whether changes are published with new and old images
 * @param ttlAttribute attribute that holds an expiry in epoch seconds, or null if nothing expires
 * @param protectedFromDeletion whether DeleteTable is refused
 */
public record TableSpec(
        String name, boolean stream, @Nullable String ttlAttribute, boolean protectedFromDeletion) {
    public TableSpec {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a table needs a name");
        }
    }

    public static TableSpec of(String name) {
        return new TableSpec(name, false, null, false);
    }

    public TableSpec withStream() {
        return new TableSpec(name, true, ttlAttribute, protectedFromDeletion);
    }

    public TableSpec withTtl(String attribute) {
        return new TableSpec(name, stream, attribute, protectedFromDeletion);
    }
}
