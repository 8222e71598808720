package dev.sluicegate.router.chain;

import dev.sluicegate.contract.Label;
import java.math.BigDecimal;
import java.util.Set;

/**
 * What the caller's chain has touched, as read (strongly consistent) before a decision.
 *
 * @param chainId of the running chain, or of the one this call opens
 * @param opened false when this call opens the chain
 * @param depth calls so far
 * @param labels of the chain and those that follow the principal for 24 hours
 * @param tools called so far
 * @param untrusted whether untrusted content was read in this chain
 * @param quota counters of today for this principal and tool, as read
 */
public record ChainState(
        String chainId,
        boolean opened,
        long depth,
        Set<Label> labels,
        Set<String> tools,
        boolean untrusted,
        Quota quota) {
    public ChainState {
        labels = Set.copyOf(labels);
        tools = Set.copyOf(tools);
    }

    /**
     * Counters before this call.
     *
     * @param day {@code yyyy-MM-dd} in the environment's zone
     */
    public record Quota(String day, long calls, long rows, BigDecimal amount) {}
}
