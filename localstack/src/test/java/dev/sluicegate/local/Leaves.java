package dev.sluicegate.local;

import org.jspecify.annotations.Nullable;

/** What a request leaves in the journal. */
sealed interface Leaves {
    /**
     * @param because of which nothing is recorded
     */
    record Nothing(String because) implements Leaves {}

    /** One aggregated record of requests of nobody, or of no request at all. */
    record Counted(String reason, boolean issuerIsKnown) implements Leaves {}

    /** A DENIED record of this call. */
    record Denied(String stage, String code, String reason) implements Leaves {}

    /** An INTENT and an OUTCOME of this call. */
    record Ran(String status, @Nullable String code) implements Leaves {}
}
