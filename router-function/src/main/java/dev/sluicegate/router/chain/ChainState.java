package dev.sluicegate.router.chain;

import dev.sluicegate.contract.Label;
import java.math.BigDecimal;
import java.time.Duration;
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
 * @param rate the principal's token buckets, as read
 */
public record ChainState(
        String chainId,
        boolean opened,
        long depth,
        Set<Label> labels,
        Set<String> tools,
        boolean untrusted,
        Quota quota,
        Rate rate) {
    public ChainState {
        labels = Set.copyOf(labels);
        tools = Set.copyOf(tools);
    }

    /** With buckets from which nothing was taken. */
    public ChainState(
            String chainId,
            boolean opened,
            long depth,
            Set<Label> labels,
            Set<String> tools,
            boolean untrusted,
            Quota quota) {
        this(chainId, opened, depth, labels, tools, untrusted, quota, Rate.FULL);
    }

    /**
     * Counters before this call.
     *
     * @param day {@code yyyy-MM-dd} in the environment's zone
     */
    public record Quota(String day, long calls, long rows, BigDecimal amount) {}

    /**
     * Two token buckets. A bucket is one number: the moment at which it is full again, in microseconds since
     * 1970. Each call moves it on by the time in which one call comes back.
     *
     * @param principalFullAt of the principal's calls of all tools
     * @param toolFullAt of the principal's calls of this tool
     * @param delay until both have a call to give; zero when they have one now
     * @param toolIsEmpty whether it is the tool's bucket that makes the caller wait longest
     */
    public record Rate(long principalFullAt, long toolFullAt, Duration delay, boolean toolIsEmpty) {
        static final Rate FULL = new Rate(0, 0, Duration.ZERO, false);
    }
}
