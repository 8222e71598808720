package dev.sluicegate.kit;

import java.util.Map;

/** Where the keys of this tool's grants are kept. */
interface GrantKeySource {
    /**
     * The versions in force, by version id: the current one and, during a rotation, the one before.
     *
     * @throws dev.sluicegate.contract.GrantRefusedException if they cannot be read
     */
    Map<String, byte[]> read();
}
