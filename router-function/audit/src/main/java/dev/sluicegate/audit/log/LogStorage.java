package dev.sluicegate.audit.log;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the files of a log go. Every method may fail with an exception before or after it did what it was
 * asked; whoever asked then asks again.
 */
public interface LogStorage extends LogFiles {
    /**
     * Writes a file that nobody can change any more.
     *
     * @return false if there is one of that name; nothing was written
     */
    boolean create(String name, byte[] content);

    /** Keeps content that is not yet in the log, under a name made from its hash. */
    void stage(String name, byte[] content);

    /** What was staged under {@code name}, as long as its segment is not integrated. */
    byte[] staged(String name);

    /** The file that moves. */
    Optional<Pointer> pointer(String name);

    /**
     * @param seen what the pointer was, or null if there was none
     * @return false if it is something else by now; nothing was written
     */
    boolean move(String name, @Nullable Pointer seen, byte[] content);

    /**
     * @param tag changes with the content
     */
    record Pointer(byte[] content, String tag) {}
}
