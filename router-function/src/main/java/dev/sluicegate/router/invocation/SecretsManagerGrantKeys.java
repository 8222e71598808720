package dev.sluicegate.router.invocation;

import dev.sluicegate.contract.CallGrant;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** One secret per tool, readable by the router and by that tool only. */
final class SecretsManagerGrantKeys implements GrantKeySource {
    private final SecretsManagerClient secrets;

    SecretsManagerGrantKeys(SecretsManagerClient secrets) {
        this.secrets = secrets;
    }

    @Override
    public GrantKey current(String secretId) {
        try {
            var version =
                    secrets.getSecretValue(
                            request -> request.secretId(secretId).versionStage("AWSCURRENT"));
            return new GrantKey(version.versionId(), CallGrant.key(version.secretString()));
        } catch (SdkException e) {
            throw new InvocationUnavailableException("grant key cannot be read", e);
        }
    }
}
