package dev.sluicegate.kit;

import dev.sluicegate.contract.CallGrant;
import org.jspecify.annotations.Nullable;

/** At most one execution per recorded intent. */
interface ExecutionClaims {
    /**
     * Writes EXEC if the INTENT with this hash is durable and no EXEC is.
     *
     * @param trace W3C trace id or null
     * @throws ClaimRefusedException if either does not hold or it cannot be known
     */
    void claim(CallGrant grant, String intentSha, @Nullable String trace, String function);
}
