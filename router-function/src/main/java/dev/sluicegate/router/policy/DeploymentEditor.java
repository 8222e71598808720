package dev.sluicegate.router.policy;

import org.jspecify.annotations.Nullable;

/** Whoever runs the deployment: puts the first set in force, when there is nobody to ask yet. */
record DeploymentEditor(String principal) implements PolicyEditor {
    @Override
    public @Nullable String person() {
        return null;
    }
}
