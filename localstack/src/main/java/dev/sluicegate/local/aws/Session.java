package dev.sluicegate.local.aws;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who stands behind an access key.
 *
 * @param principalArn assumed-role ARN of the session, or the operator's user ARN
 * @param role null for the operator, who may do everything that no resource policy denies
 */
record Session(
        SessionCredentials credentials,
        String principalArn,
        Template.@Nullable Role role,
        String sessionName,
        Map<String, String> tags,
        Set<String> transitiveTagKeys,
        @Nullable String sourceIdentity,
        @Nullable PolicyDocument sessionPolicy,
        @Nullable String federatedProvider,
        Instant issuedAt) {

    Session {
        tags = Map.copyOf(tags);
        transitiveTagKeys = Set.copyOf(transitiveTagKeys);
    }

    boolean expired(Instant now) {
        var until = credentials.expiration();
        return until != null && !now.isBefore(until);
    }

    /** {@code AROA…:name} for a role session, {@code AIDA…} for the operator. */
    String userId() {
        return role == null ? "AIDAOPERATOR" : role.id() + ":" + sessionName;
    }

    @Override
    public String toString() {
        return "Session[" + principalArn + "]";
    }
}
