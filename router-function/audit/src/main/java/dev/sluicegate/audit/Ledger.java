package dev.sluicegate.audit;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which event goes into which object: the archiver's memory. A port, because a test must be able to stop the
 * archiver between any two of its steps.
 */
interface Ledger {
    /**
     * Claims the events at {@code positions} for {@code object} and keeps its content, all or nothing.
     *
     * @param positions one for each line of the object
     * @return false if one of them is claimed already, or someone else is at it; nothing was written
     */
    boolean claim(StagedObject object, List<String> positions);

    /** The objects that hold these positions, by position; unclaimed ones are absent. */
    Map<String, String> claims(Collection<String> positions);

    /** The content of an object that is not yet known to be archived and indexed. */
    Optional<StagedObject> pending(String key);

    /** Remembers that the object is archived and indexed, and lets its content go. */
    void archived(StagedObject object);
}
