package dev.sluicegate.kit;

import java.time.Instant;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Turns the router's token into credentials of the tool's data role. */
interface RoleSessions {
    /**
     * @param token web identity token, signed by the router
     * @param name of the session
     * @param policy inline session policy, at most 2,048 characters
     * @throws CredentialsRefusedException if STS says no
     */
    RoleSession assume(String roleArn, String token, String name, String policy);

    /**
     * @param sourceIdentity as STS took it from the token; empty if it took none
     */
    record RoleSession(AwsSessionCredentials credentials, String sourceIdentity, Instant expires) {
        @Override
        public String toString() {
            return "RoleSession[" + credentials.accessKeyId() + "]";
        }
    }
}
