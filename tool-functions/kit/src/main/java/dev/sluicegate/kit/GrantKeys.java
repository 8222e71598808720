package dev.sluicegate.kit;

import dev.sluicegate.contract.GrantRefusedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys of this tool's grants: read at the first call, again when they age or a version is unknown. */
final class GrantKeys {
    /** How long a version that was taken out of force is still accepted. */
    static final Duration MAX_AGE = Duration.ofMinutes(5);

    private final GrantKeySource source;
    private final Clock clock;
    private Map<String, byte[]> keys = Map.of();
    private @Nullable Instant readAt;

    GrantKeys(GrantKeySource source, Clock clock) {
        this.source = source;
        this.clock = clock;
    }

    /**
     * @throws GrantRefusedException if no version in force has this id, or none can be read
     */
    synchronized byte[] key(String kid) {
        var now = clock.instant();
        var fresh = readAt != null && now.isBefore(readAt.plus(MAX_AGE)) && !now.isBefore(readAt);
        if (!fresh || !keys.containsKey(kid)) {
            readAt = null;
            keys = Map.copyOf(source.read());
            readAt = now;
        }
        var key = keys.get(kid);
        if (key == null) {
            throw new GrantRefusedException("grant was made with a key that is not in force");
        }
        return key;
    }
}
