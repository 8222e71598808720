package dev.sluicegate.router.policy;

import dev.sluicegate.router.identity.Authentication;
import dev.sluicegate.router.identity.TokenVerifier;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who may change policy: humans with the role {@value #ROLE}, a token that was given the scope {@value
 * #SCOPE}, and a login with a second factor a short time ago. The scope is what keeps assistants out: the
 * token that a policy admin's MCP client holds opens tools, and an identity provider must not give this scope
 * to such a client. It is not among the scopes that the gateway names.
 */
public final class PolicyEditors {
    /** Reviewers need it, too: who may say yes to a set could have written it. */
    public static final String ROLE = "policy-admin";

    public static final String SCOPE = "policy:write";

    /** For one change; whoever walks up to an open terminal later logs in again. */
    private static final Duration LOGIN = Duration.ofMinutes(15);

    private final TokenVerifier tokens;
    private final boolean personNeeded;
    private final Clock clock;

    /**
     * @param personNeeded whether an issuer says which accounts are of one person; then an account of nobody
     *     in particular may not change policy, since nobody could tell it from a second one
     */
    public PolicyEditors(TokenVerifier tokens, boolean personNeeded, Clock clock) {
        this.tokens = tokens;
        this.personNeeded = personNeeded;
        this.clock = clock;
    }

    /**
     * @param token an access token; nothing else of a request says who somebody is
     * @throws PolicyStepRefusedException if it does not verify, is not a human's, or lacks the role
     */
    public PolicyEditor of(String token) {
        return switch (tokens.verify(token, null)) {
            case Authentication.Rejected rejected ->
                    throw refused(
                            "the access token is not accepted: "
                                    + rejected.reason()
                                            .name()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', ' '));
            case Authentication.Verified(var identity) -> {
                if (!identity.human()) {
                    throw refused("policy is changed by people, not by workloads");
                }
                if (!identity.roles().contains(ROLE)) {
                    throw refused("policy is changed with the role `" + ROLE + "` only");
                }
                if (!identity.scopes().contains(SCOPE)) {
                    throw refused("policy is changed with the scope `" + SCOPE + "` only");
                }
                if (!identity.mfa() || !isFresh(identity.authTime())) {
                    throw refused(
                            "policy is changed after a login with a second factor, at most "
                                    + LOGIN.toMinutes()
                                    + " minutes ago");
                }
                if (personNeeded && identity.person() == null) {
                    throw refused(
                            "the access token does not say which person's account it is, and four eyes"
                                    + " are of two people");
                }
                yield new AdminEditor(identity);
            }
        };
    }

    private boolean isFresh(@Nullable Instant login) {
        return login != null && login.isAfter(clock.instant().minus(LOGIN));
    }

    private static PolicyStepRefusedException refused(String why) {
        return new PolicyStepRefusedException(PolicyStepRefusedException.Reason.NOT_ALLOWED, why);
    }
}
