package dev.sluicegate.router.identity;

import org.jspecify.annotations.Nullable;

/** What an access token says about who is calling. */
public sealed interface Authentication {
    record Verified(EffectiveIdentity identity) implements Authentication {}

    /**
     * @param issuer the token's issuer if it is a configured one, else null: an attacker's string goes no
     *     further
     * @param bound whether the token is good and bound to a key, and its proof is what is missing or wrong
     */
    record Rejected(Rejection reason, @Nullable String issuer, boolean bound)
            implements Authentication {
        /** For what the token itself is. */
        public Rejected(Rejection reason, @Nullable String issuer) {
            this(reason, issuer, false);
        }
    }
}
