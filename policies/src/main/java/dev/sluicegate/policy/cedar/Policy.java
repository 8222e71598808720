package dev.sluicegate.policy.cedar;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One policy, or a template when a scope has an open {@link Scope.Slot}.
 *
 * @param annotations by name
 * @param conditions in the order they are written, which is the order they are evaluated in
 */
public record Policy(
        String id,
        Effect effect,
        Map<String, String> annotations,
        Scope principal,
        Scope action,
        Scope resource,
        List<Condition> conditions) {
    public Policy {
        annotations = Map.copyOf(annotations);
        conditions = List.copyOf(conditions);
    }

    /** What a policy does when everything in it is true. */
    public enum Effect {
        PERMIT,
        FORBID
    }

    /**
     * @param when {@code when}, or {@code unless}
     */
    public record Condition(boolean when, Expression body) {}

    public boolean permits() {
        return effect == Effect.PERMIT;
    }

    public boolean isTemplate() {
        return principal instanceof Scope.Slot || resource instanceof Scope.Slot;
    }

    /**
     * This template as a policy about these.
     *
     * @param principal for {@code ?principal}, null when the template has none
     * @param resource for {@code ?resource}, null when the template has none
     * @throws MalformedPolicyException if one is missing or too many
     */
    public Policy link(String newId, @Nullable EntityUid principal, @Nullable EntityUid resource) {
        return new Policy(
                newId,
                effect,
                annotations,
                filled("?principal", this.principal, principal),
                action,
                filled("?resource", this.resource, resource),
                conditions);
    }

    private Scope filled(String name, Scope scope, @Nullable EntityUid uid) {
        if (scope instanceof Scope.Slot slot) {
            if (uid == null) {
                throw new MalformedPolicyException(
                        "link of template `" + id + "` does not fill " + name);
            }
            return slot.filled(uid);
        }
        if (uid != null) {
            throw new MalformedPolicyException("template `" + id + "` has no " + name);
        }
        return scope;
    }
}
