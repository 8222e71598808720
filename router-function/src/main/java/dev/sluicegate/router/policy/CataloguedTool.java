package dev.sluicegate.router.policy;

import dev.sluicegate.contract.ToolManifest;
import org.jspecify.annotations.Nullable;

/**
 * A tool as it was published: what was approved is what is served and invoked.
 *
 * @param functionArn of the function (or its alias) that runs it
 * @param dataRoleArn the role it may assume per call, or null when it needs no credentials
 * @param grantSecretId secret with the key of its call grants
 * @param codeSha {@code sha256:<hex>} of its zip (locally: of its jar)
 */
public record CataloguedTool(
        ToolManifest manifest,
        String functionArn,
        @Nullable String dataRoleArn,
        String grantSecretId,
        String codeSha) {
    public String name() {
        return manifest.name();
    }
}
