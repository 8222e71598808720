package dev.sluicegate.router.enforcement;

import dev.sluicegate.router.identity.EffectiveIdentity;

/**
 * A request of somebody who is known that never became a call: malformed, of another's session, or for a
 * tool that there is not.
 *
 * @param callId {@link dev.sluicegate.record.Ulid}, minted by the router
 * @param reason goes into the record, so it is a word of ours: nothing in it may come from the caller
 */
public record RefusedRequest(
        String callId, EffectiveIdentity identity, RefusalCode code, String reason) {}
