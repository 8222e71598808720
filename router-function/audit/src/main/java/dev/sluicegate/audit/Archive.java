package dev.sluicegate.audit;

import java.util.Optional;

/** Where records go for good. A port, as {@link Ledger} is. */
interface Archive {
    /**
     * Writes an object under lock.
     *
     * @return false if the key is taken; nothing was written
     */
    boolean put(String key, byte[] content);

    /** The first version of an object. */
    Optional<byte[]> read(String key);
}
