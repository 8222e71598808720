package dev.sluicegate.router.policy;

import org.jspecify.annotations.Nullable;

/**
 * Proof of who changes policy and that they may: made from a verified token by {@link PolicyEditors}, and for
 * the deployment itself by this package; by nothing else.
 */
public sealed interface PolicyEditor permits AdminEditor, DeploymentEditor {
    /** Principal id, as in records. */
    String principal();

    /** Pseudonym of the human behind the account, or null where only the account is known. */
    @Nullable String person();
}
