package dev.sluicegate.audit.payload;

import dev.sluicegate.record.AuditRecord;

/**
 * A decision of a call, and what it was made from.
 *
 * @param record INTENT or DENIED
 * @param input the decision input as it was hashed, or why it cannot be had
 */
public record RecordedDecision(AuditRecord record, Opened input) {}
