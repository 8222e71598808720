package dev.sluicegate.audit.verify;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An archive as it is: every file with everything that was ever stored under its name. A port: a folder, a
 * bucket, or a bucket in a test that lets an attacker do anything.
 */
public interface ArchiveFiles {
    /**
     * Every name that starts with {@code folder}, in order.
     *
     * @throws UnreachableException if there is no answer
     */
    List<Listed> list(String folder);

    /**
     * What was stored first under a name: nobody may replace it.
     *
     * @throws UnreachableException if there is no answer
     */
    Optional<Stored> read(String name);

    /**
     * @param versions the oldest first; one, unless somebody stored something on top
     */
    record Listed(String name, List<Version> versions) {
        public Listed {
            versions = List.copyOf(versions);
        }
    }

    /**
     * @param marker it only says that the file is deleted
     */
    record Version(String id, boolean marker) {}

    /**
     * @param lock null if it is not locked
     * @param at when it was stored, as the bucket says; null if it does not say
     */
    record Stored(byte[] bytes, @Nullable Lock lock, @Nullable Instant at) {}

    /**
     * @param mode {@code COMPLIANCE} or {@code GOVERNANCE}
     */
    record Lock(String mode, Instant until) {}

    /** Whether files have locks and versions: those of a folder have not. */
    boolean locked();

    /** The archive does not answer, so nothing can be said about it. */
    final class UnreachableException extends RuntimeException {
        private static final long serialVersionUID = 1;

        public UnreachableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
