package dev.sluicegate.policy.cedar;

/** Who wants to do what to what, and under which circumstances. */
public record Request(
        EntityUid principal, EntityUid action, EntityUid resource, RecordValue context) {}
