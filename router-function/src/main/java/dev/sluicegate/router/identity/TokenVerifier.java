package dev.sluicegate.router.identity;

import org.jspecify.annotations.Nullable;

/** Turns an access token into an effective identity. */
public interface TokenVerifier {
    /** Never throws for a "no". */
    Authentication verify(Presented presented);

    /**
     * A bearer token.
     *
     * @param token as it stood behind {@code Bearer}
     * @param sourceIp from the front door, or null
     */
    default Authentication verify(String token, @Nullable String sourceIp) {
        return verify(Presented.bearer(token, sourceIp));
    }
}
