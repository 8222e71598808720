package dev.sluicegate.policy.cedar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which principals, actions or resources a policy is about. Never fails to evaluate. */
public sealed interface Scope {
    record Any() implements Scope {}

    record Equals(EntityUid uid) implements Scope {}

    /** In one of them or one of them; of an empty list, nothing is. */
    record In(List<EntityUid> uids) implements Scope {
        public In {
            uids = List.copyOf(uids);
        }
    }

    /**
     * @param in what it must also be in, or null
     */
    record Is(String type, @Nullable EntityUid in) implements Scope {}

    /** An open place of a template, filled by {@link Policy#link}. */
    record Slot(Kind kind, @Nullable String type) implements Scope {
        /** What the entity of a link will be compared by; {@code type} belongs to {@code IS_IN}. */
        public enum Kind {
            EQUALS,
            IN,
            IS_IN
        }

        Scope filled(EntityUid uid) {
            return switch (kind) {
                case EQUALS -> new Equals(uid);
                case IN -> new In(List.of(uid));
                case IS_IN -> new Is(type == null ? "" : type, uid);
            };
        }
    }

    /** Whether {@code uid} is meant. */
    default boolean covers(EntityUid uid, Entities entities) {
        return switch (this) {
            case Any _ -> true;
            case Equals equals -> equals.uid().equals(uid);
            case In in -> {
                for (var other : in.uids()) {
                    if (Operations.isIn(uid, other, entities)) {
                        yield true;
                    }
                }
                yield false;
            }
            case Is is ->
                    is.type().equals(uid.type())
                            && (is.in() == null || Operations.isIn(uid, is.in(), entities));
            case Slot _ -> false;
        };
    }
}
