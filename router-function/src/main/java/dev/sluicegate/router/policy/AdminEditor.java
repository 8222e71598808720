package dev.sluicegate.router.policy;

import dev.sluicegate.router.identity.EffectiveIdentity;
import org.jspecify.annotations.Nullable;

/** Somebody with a verified token and the role; made by {@link PolicyEditors}. */
record AdminEditor(EffectiveIdentity identity) implements PolicyEditor {
    @Override
    public String principal() {
        return identity.principalId();
    }

    @Override
    public @Nullable String person() {
        return identity.person();
    }
}
