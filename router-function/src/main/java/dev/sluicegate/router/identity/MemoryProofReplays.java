package dev.sluicegate.router.identity;

import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Proofs used in this process: all of them where there is one, the repeated ones of one where there are more. */
public final class MemoryProofReplays implements ProofReplays {
    /** Far more than one process serves within the life of a proof. */
    static final int MAX_PROOFS = 20_000;

    private final Clock clock;
    private final Map<String, Instant> used = new LinkedHashMap<>();

    public MemoryProofReplays(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized boolean first(String proof, Instant until)
            throws ReplaysUnavailableException {
        var now = clock.instant();
        // in order of arrival, which is nearly that of their ends: stops at the first that counts
        var oldest = used.values().iterator();
        while (oldest.hasNext() && !oldest.next().isAfter(now)) {
            oldest.remove();
        }
        if (used.containsKey(proof)) {
            return false;
        }
        if (used.size() >= MAX_PROOFS) {
            throw new ReplaysUnavailableException("more proofs than can be remembered");
        }
        used.put(proof, until);
        return true;
    }
}
