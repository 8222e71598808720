package dev.sluicegate.local.s3;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Until when a version is locked, and how. */
record Retention(Mode mode, Instant until) {
    enum Mode {
        /** May be shortened or passed over by whoever may bypass it. */
        GOVERNANCE,
        /** Nobody may shorten it. */
        COMPLIANCE;

        static Mode parse(String text) {
            return switch (text) {
                case "GOVERNANCE" -> GOVERNANCE;
                case "COMPLIANCE" -> COMPLIANCE;
                default -> throw S3Exception.malformedXml();
            };
        }
    }

    boolean holds(Instant now) {
        return until.isAfter(now);
    }

    /** Whether a locked version may lose its lock to {@code next}. */
    static boolean allows(
            @Nullable Retention current, @Nullable Retention next, boolean bypass, Instant now) {
        if (current == null || !current.holds(now)) {
            return true;
        }
        var extends_ =
                next != null
                        && next.mode() == current.mode()
                        && !next.until().isBefore(current.until());
        return extends_ || (current.mode() == Mode.GOVERNANCE && bypass);
    }
}
