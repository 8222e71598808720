package dev.sluicegate.router.policy;

import java.util.List;

/** Takes steps: the state changes with its audit record or not at all. A port, so that a test can break it. */
interface PolicyLedger {
    /**
     * @throws PublishConflictException if a condition of {@code writes} does not hold; nothing was written
     * @throws dev.sluicegate.audit.JournalUnavailableException if it is not known whether it was written
     */
    void commit(PolicyStep step, List<ConditionalPut> writes);
}
