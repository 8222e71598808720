package dev.sluicegate.kit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * STS verifies the router's signature and applies the tags of the token.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">AssumeRoleWithWebIdentity</a>
 */
final class StsRoleSessions implements RoleSessions {
    private static final Logger LOG = LoggerFactory.getLogger(StsRoleSessions.class);

    /** The shortest that STS gives. */
    private static final int DURATION_SECONDS = 900;

    private final StsClient sts;

    StsRoleSessions(StsClient sts) {
        this.sts = sts;
    }

    @Override
    public RoleSession assume(String roleArn, String token, String name, String policy) {
        try {
            var response =
                    sts.assumeRoleWithWebIdentity(request ->
                            request.roleArn(roleArn)
                                    .roleSessionName(name)
                                    .webIdentityToken(token)
                                    .durationSeconds(DURATION_SECONDS)
                                    .policy(policy));
            var credentials = response.credentials();
            var sourceIdentity = response.sourceIdentity();
            return new RoleSession(
                    AwsSessionCredentials.create(
                            credentials.accessKeyId(),
                            credentials.secretAccessKey(),
                            credentials.sessionToken()),
                    sourceIdentity == null ? "" : sourceIdentity,
                    credentials.expiration());
        } catch (AwsServiceException e) {
            // the code only: a message of STS may quote claims
            var details = e.awsErrorDetails();
            var code = details == null ? "no code" : details.errorCode();
            LOG.atWarn().addKeyValue("callId", name).log("sts refused: {}", code);
            throw new CredentialsRefusedException("sts refused the session");
        } catch (SdkException e) {
            LOG.atWarn().addKeyValue("callId", name).setCause(e).log("sts did not answer");
            throw new CredentialsRefusedException("sts did not answer");
        }
    }
}
