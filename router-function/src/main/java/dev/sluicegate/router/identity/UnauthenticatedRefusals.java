package dev.sluicegate.router.identity;

import org.jspecify.annotations.Nullable;

/**
 * Keeps count of requests that were refused before there was a call: without a valid token, or not a
 * request at all. They are aggregated, and no byte that the sender chose may be kept.
 */
public interface UnauthenticatedRefusals {
    /**
     * Never throws: the answer is no either way.
     *
     * @param reason a word of ours from a fixed list
     * @param issuer a configured issuer, or null when there is none to name
     * @param sourceIp from the front door, or null
     */
    void record(String reason, @Nullable String issuer, @Nullable String sourceIp);
}
