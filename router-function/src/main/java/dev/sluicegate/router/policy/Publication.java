package dev.sluicegate.router.policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version: what was put in force, when and by whom.
 *
 * @param version 1, 2, 3 …
 * @param by principal of who published it
 * @param reviewer principal of who approved it, or null where nobody had to
 * @param releasedBy principal of who put it in force
 * @param rollbackTo version whose content it is, or 0
 * @param proposal that it was, or null where nobody had to review it
 */
public record Publication(
        long version,
        Proposal.Content content,
        Instant publishedAt,
        String by,
        @Nullable String reviewer,
        String releasedBy,
        long rollbackTo,
        @Nullable String proposal,
        PolicyChanges changes) {}
