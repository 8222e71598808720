package dev.sluicegate.audit.verify;

import java.time.Instant;
import java.util.function.Consumer;

/** The journal, to compare the archive with. */
@FunctionalInterface
public interface JournalView {
    /** Tells of every record that is in it. */
    void each(Consumer<Item> seen);

    /**
     * @param sha {@code sha256:<hex>} of the record
     * @param name what people find it by
     */
    record Item(String sha, Instant at, String name) {}
}
