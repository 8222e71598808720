package dev.sluicegate.policy.cedar;

/**
 * Name of an entity, whether the entity is known or not.
 *
 * @param type with its namespace, such as {@code Mcp::User}
 */
public record EntityUid(String type, String id) implements Value {
    /** Of a type in a text: types are few and compared often, mostly by identity when they are interned. */
    public static EntityUid read(String type, String id) {
        return new EntityUid(type.intern(), id);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof EntityUid that
                        && type.equals(that.type)
                        && id.equals(that.id));
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + id.hashCode();
    }

    @Override
    public String toString() {
        return type + "::" + Literals.quoted(id);
    }
}
