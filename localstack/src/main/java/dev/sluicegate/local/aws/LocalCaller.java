package dev.sluicegate.local.aws;

import java.util.Map;

/**
 * Who signed.
 *
 * @param principalArn assumed-role or user ARN
 * @param tags session tags
 */
public record LocalCaller(String principalArn, String accessKeyId, Map<String, String> tags) {
    public LocalCaller {
        tags = Map.copyOf(tags);
    }
}
