package dev.sluicegate.local.aws;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Credentials as STS gives them out.
 *
 * @param sessionToken null for the operator's, which are long-term
 * @param expiration null for the operator's
 */
public record SessionCredentials(
        String accessKeyId,
        String secretAccessKey,
        @Nullable String sessionToken,
        @Nullable Instant expiration) {

    /** For SDK clients. */
    public AwsCredentials asAwsCredentials() {
        return sessionToken == null
                ? AwsBasicCredentials.create(accessKeyId, secretAccessKey)
                : AwsSessionCredentials.create(accessKeyId, secretAccessKey, sessionToken);
    }

    /** The key id only. */
    @Override
    public String toString() {
        return "SessionCredentials[" + accessKeyId + "]";
    }
}
