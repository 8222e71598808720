package dev.sluicegate.router.identity;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, as policy and audit both see it. Made from a verified access token and the
 * deployment, never from arguments, headers or what a client says of itself.
 *
 * @param tenant from the issuer's configuration; prefixes every key
 * @param principalId base32 of SHA-256 over issuer and subject, 26 characters, lower case
 * @param issuer of the access token
 * @param human false for a workload (client credentials)
 * @param clientId OAuth client
 * @param clientTrust {@code managed | known | unknown}
 * @param env environment of the deployment, {@code dev} or {@code prod}
 * @param mfa whether the person authenticated with more than one factor
 * @param authTime when the person authenticated, or null when the token does not say
 * @param sourceIp from the front door, or null
 * @param tokenId SHA-256 of the token id, or null when the token has none
 * @param person pseudonym of the human behind the account, the same for all of their accounts in the tenant,
 *     or null when the issuer has no person claim or the token does not carry it
 */
public record EffectiveIdentity(
        String tenant,
        String principalId,
        String issuer,
        boolean human,
        Set<String> roles,
        Set<String> scopes,
        String clientId,
        String clientTrust,
        String env,
        boolean mfa,
        @Nullable Instant authTime,
        @Nullable String sourceIp,
        @Nullable String tokenId,
        Instant tokenExpires,
        @Nullable String person) {
    public EffectiveIdentity {
        roles = Set.copyOf(roles);
        scopes = Set.copyOf(scopes);
    }

    /** Somebody of whom only the account is known. */
    public EffectiveIdentity(
            String tenant,
            String principalId,
            String issuer,
            boolean human,
            Set<String> roles,
            Set<String> scopes,
            String clientId,
            String clientTrust,
            String env,
            boolean mfa,
            @Nullable Instant authTime,
            @Nullable String sourceIp,
            @Nullable String tokenId,
            Instant tokenExpires) {
        this(
                tenant,
                principalId,
                issuer,
                human,
                roles,
                scopes,
                clientId,
                clientTrust,
                env,
                mfa,
                authTime,
                sourceIp,
                tokenId,
                tokenExpires,
                null);
    }
}
