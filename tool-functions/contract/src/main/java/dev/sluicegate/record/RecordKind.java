package dev.sluicegate.record;

/** What an audit record says happened. New kinds are added at the end and never reused. */
public enum RecordKind {
    WRITER_OPEN,
    INTENT,
    EXEC,
    OUTCOME,
    DENIED,
    ORPHAN,
    APPROVAL_REQUESTED,
    APPROVAL_VOTE,
    APPROVAL_DENIED,
    APPROVAL_EXPIRED,
    APPROVAL_CONSUMED,
    POLICY_PUBLISHED,
    TOOL_REGISTERED,
    TOOL_PINNED,
    TOOL_DISABLED,
    CRED_REVOKED,
    FREEZE,
    AUDIT_READ,
    ERASURE,
    HEARTBEAT,
    TAMPER,
    UNPARSEABLE,
    LOG_SHARD_OPEN,
    POLICY_PROPOSED,
    POLICY_REVIEWED
}
