package dev.sluicegate.local.idp;

import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.router.policy.PolicyEditors;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An access token to be made without a login page.
 *
 * @param user a demo user
 * @param roles instead of the user's own, or null for those
 * @param client OAuth client id the token is for
 * @param scope space separated
 * @param mfa whether the token says that a second factor was used
 * @param audience resource the token is for, or null for the gateway
 */
public record TokenOrder(
        String user,
        @Nullable List<String> roles,
        String client,
        String scope,
        boolean mfa,
        Duration ttl,
        @Nullable String audience) {
    public static final String ALL_SCOPES = "tools:read tools:write tools:destructive";

    public static final Duration DEFAULT_TTL = Duration.ofHours(8);

    private static final Duration MAX_TTL = Duration.ofDays(30);

    public TokenOrder {
        roles = roles == null ? null : List.copyOf(roles);
        if (!ttl.isPositive() || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("ttl must be between 1 s and 30 d, was " + ttl);
        }
    }

    /** For a user with everything else as {@code token --user NAME} has it. */
    public static TokenOrder of(String user) {
        return new TokenOrder(
                user, null, DemoCompany.CLI_CLIENT, ALL_SCOPES, false, DEFAULT_TTL, null);
    }

    /** For changes of policy: the one scope that only this command line asks for, after a second factor. */
    public static TokenOrder forPolicy(String user) {
        return of(user).withScope(PolicyEditors.SCOPE).withMfa();
    }

    public TokenOrder withMfa() {
        return new TokenOrder(user, roles, client, scope, true, ttl, audience);
    }

    public TokenOrder withScope(String other) {
        return new TokenOrder(user, roles, client, other, mfa, ttl, audience);
    }

    public TokenOrder withClient(String other) {
        return new TokenOrder(user, roles, other, scope, mfa, ttl, audience);
    }
}
