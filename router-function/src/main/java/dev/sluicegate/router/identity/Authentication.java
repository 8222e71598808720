package dev.sluicegate.router.identity;

import org.jspecify.annotations.Nullable;

/** What an access token says about who is calling. */
public sealed interface Authentication {
    record Verified(EffectiveIdentity identity) implements Authentication {}

    /**
     * @param issuer the token's issuer if it is a configured one, else null: an attacker's string goes no
     *     further
     */
    record Rejected(Rejection reason, @Nullable String issuer) implements Authentication {}
}
