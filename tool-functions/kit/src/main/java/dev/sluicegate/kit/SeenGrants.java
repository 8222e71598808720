package dev.sluicegate.kit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Grants this instance has accepted and that have not expired. Writes are protected across instances by
 * their claim on the execution; this stops a replayed read on a warm instance.
 */
final class SeenGrants {
    /** Grants live 70 s at most with leeway; an instance that runs one call at a time sees fewer. */
    private static final int CAPACITY = 10_000;

    private final Map<String, Long> expiryByJti =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > CAPACITY;
                }
            };

    /**
     * @param expires second from which the grant is refused for its age
     * @return whether this is the first time
     */
    synchronized boolean first(String jti, long expires, long now) {
        var eldest = expiryByJti.values().iterator();
        while (eldest.hasNext() && eldest.next() < now) {
            eldest.remove();
        }
        return expiryByJti.putIfAbsent(jti, expires) == null;
    }
}
