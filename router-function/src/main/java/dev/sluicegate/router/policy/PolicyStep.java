package dev.sluicegate.router.policy;

import org.jspecify.annotations.Nullable;

/**
 * One step in the life of a policy set: the facts of its audit record.
 *
 * @param by who takes it
 * @param version that is, or would be, in force with it
 * @param proposal it is about, or null
 * @param reviewer principal of who had approved it, or null
 */
record PolicyStep(
        Kind kind,
        PolicyEditor by,
        Proposal.Content content,
        long version,
        @Nullable String proposal,
        @Nullable String reviewer,
        PolicyChanges changes,
        @Nullable String note) {
    /** What is done. */
    enum Kind {
        PROPOSED,
        APPROVED,
        REJECTED,
        PUBLISHED,
        ROLLED_BACK
    }
}
