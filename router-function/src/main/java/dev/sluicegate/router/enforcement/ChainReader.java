package dev.sluicegate.router.enforcement;

import dev.sluicegate.router.chain.ChainState;
import dev.sluicegate.router.identity.EffectiveIdentity;

/** Reads what a caller's chain has touched, strongly consistent. */
public interface ChainReader {
    /**
     * @throws dev.sluicegate.router.chain.ChainUnavailableException if it cannot be read
     */
    ChainState read(EffectiveIdentity identity, String tool);
}
