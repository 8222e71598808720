package dev.sluicegate.router.policy;

import dev.sluicegate.router.identity.Authentication;
import dev.sluicegate.router.identity.TokenVerifier;
import java.util.Locale;

/** Who may change policy: humans whose verified token has the role {@value #ROLE}. */
public final class PolicyEditors {
    /** Reviewers need it, too: who may say yes to a set could have written it. */
    public static final String ROLE = "policy-admin";

    private final TokenVerifier tokens;

    public PolicyEditors(TokenVerifier tokens) {
        this.tokens = tokens;
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
                yield new AdminEditor(identity);
            }
        };
    }

    private static PolicyStepRefusedException refused(String why) {
        return new PolicyStepRefusedException(PolicyStepRefusedException.Reason.NOT_ALLOWED, why);
    }
}
