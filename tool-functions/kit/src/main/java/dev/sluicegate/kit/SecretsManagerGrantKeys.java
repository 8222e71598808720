package dev.sluicegate.kit;

import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.GrantRefusedException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

/** Reads the tool's own grant secret; {@code AWSPREVIOUS} is the overlap of a rotation. */
final class SecretsManagerGrantKeys implements GrantKeySource {
    private static final Logger LOG = LoggerFactory.getLogger(SecretsManagerGrantKeys.class);

    private final SecretsManagerClient secrets;
    private final String secretId;

    SecretsManagerGrantKeys(SecretsManagerClient secrets, String secretId) {
        this.secrets = secrets;
        this.secretId = secretId;
    }

    @Override
    public Map<String, byte[]> read() {
        var keys = new HashMap<String, byte[]>();
        try {
            read("AWSCURRENT", keys);
        } catch (SdkException e) {
            LOG.error("grant secret cannot be read", e);
            throw new GrantRefusedException("grant keys cannot be read");
        }
        try {
            read("AWSPREVIOUS", keys);
        } catch (ResourceNotFoundException e) {
            LOG.debug("grant secret was never rotated");
        } catch (SdkException e) {
            // calls under the new key go on; those under the old one are refused
            LOG.warn("previous grant secret cannot be read", e);
        }
        return keys;
    }

    private void read(String stage, Map<String, byte[]> keys) {
        var version =
                secrets.getSecretValue(request -> request.secretId(secretId).versionStage(stage));
        keys.put(version.versionId(), CallGrant.key(version.secretString()));
    }
}
