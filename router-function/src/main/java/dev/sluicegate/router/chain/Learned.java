package dev.sluicegate.router.chain;

import dev.sluicegate.contract.Label;
import java.util.Set;

/**
 * What a chain learns from one call, written in the transaction of its OUTCOME.
 *
 * @param labels of the result: from the manifest and from screening
 * @param rows returned
 * @param refundQuota whether the reservation is given back, because nothing ran
 */
public record Learned(Set<Label> labels, long rows, boolean refundQuota) {
    public Learned {
        labels = Set.copyOf(labels);
    }
}
