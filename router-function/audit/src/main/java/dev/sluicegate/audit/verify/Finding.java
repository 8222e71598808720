package dev.sluicegate.audit.verify;

import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it should be.
 *
 * @param variant which of several ways, or null
 * @param place the file, with the entry where one is meant; or the log
 * @param detail for people: lower case, no full stop
 */
public record Finding(Code code, @Nullable String variant, String place, String detail) {
    /** What a finding says about the archive. */
    public enum Severity {
        /** Somebody changed, removed or forged something. */
        TAMPERING,
        /** Something cannot be checked. */
        INCOMPLETE,
        /** The newest of it is too old. */
        STALE,
        /** Worth knowing, and no reason to doubt the archive. */
        NOTE
    }

    /** What is wrong. Never renamed: scripts look for these. */
    public enum Code {
        ROOT_MISMATCH(Severity.TAMPERING),
        CHECKPOINT_MISMATCH(Severity.TAMPERING),
        WRITER_CHAIN_BROKEN(Severity.TAMPERING),
        OBJECT_REWRITTEN(Severity.TAMPERING),
        MISSING(Severity.TAMPERING),
        BUNDLE_WIDTH(Severity.TAMPERING),
        OMISSION(Severity.TAMPERING),
        ROLLBACK(Severity.TAMPERING),
        TRUNCATED(Severity.TAMPERING),
        FORK(Severity.TAMPERING),
        HEAD_INVALID(Severity.TAMPERING),
        CHECKPOINT_INVALID(Severity.TAMPERING),
        TILE_MISMATCH(Severity.TAMPERING),
        WRITER_FORK(Severity.TAMPERING),
        EXECUTION_WITHOUT_INTENT(Severity.TAMPERING),
        INTENT_WITHOUT_OUTCOME(Severity.NOTE),
        WRONG_ORIGIN(Severity.TAMPERING),
        PAYLOAD_SWAPPED(Severity.TAMPERING),
        PAYLOAD_MISSING(Severity.TAMPERING),
        APPROVAL_INVALID(Severity.TAMPERING),
        UNKNOWN_POLICY_SET(Severity.TAMPERING),
        RETENTION_SHORT(Severity.TAMPERING),
        JOURNAL_OVERWRITTEN(Severity.TAMPERING),
        UNPARSEABLE(Severity.TAMPERING),
        SHARD_BROKEN(Severity.TAMPERING),
        NOTHING_PUBLISHED(Severity.INCOMPLETE),
        UNREACHABLE(Severity.INCOMPLETE),
        CHECKPOINT_STALE(Severity.STALE),
        /** Cannot be said yet: what explains it may still be on its way. */
        PENDING(Severity.NOTE),
        /** A log of an earlier year is not there any more, as a whole. */
        LOG_EXPIRED(Severity.NOTE),
        /** A file that no checkpoint asks for. */
        UNKNOWN_FILE(Severity.NOTE);

        private final Severity severity;

        Code(Severity severity) {
            this.severity = severity;
        }

        public Severity severity() {
            return severity;
        }
    }

    /** {@code CODE} or {@code CODE:variant}. */
    public String name() {
        return variant == null ? code.name() : code.name() + ":" + variant;
    }

    @Override
    public String toString() {
        return name() + " " + place + ": " + detail;
    }
}
