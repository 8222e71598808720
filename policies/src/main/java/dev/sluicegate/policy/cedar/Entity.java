package dev.sluicegate.policy.cedar;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known about one entity: attributes, everything it is in, directly or not, and tags. */
public final class Entity {
    /** Up to here looking at every ancestor is faster than hashing. */
    private static final int SCANNED = 8;

    private final EntityUid uid;
    private final RecordValue attributes;
    private final RecordValue tags;
    private final EntityUid[] ancestors;
    private final @Nullable Set<EntityUid> hashed;

    /**
     * @param ancestors everything it is in, directly or through another; {@link Entities#of} closes over
     *     parents that are entities themselves
     */
    public Entity(
            EntityUid uid,
            RecordValue attributes,
            Collection<EntityUid> ancestors,
            RecordValue tags) {
        this(uid, attributes, tags, ancestors.toArray(new EntityUid[0]));
    }

    /**
     * As the other, without a copy.
     *
     * @param ancestors not to be written to any more
     */
    public Entity(EntityUid uid, RecordValue attributes, RecordValue tags, EntityUid... ancestors) {
        this.uid = uid;
        this.attributes = attributes;
        this.tags = tags;
        this.ancestors = ancestors;
        this.hashed = ancestors.length > SCANNED ? new HashSet<>(Arrays.asList(ancestors)) : null;
    }

    /** Of which nothing but its place is known. */
    public Entity(EntityUid uid, Collection<EntityUid> ancestors) {
        this(uid, RecordValue.EMPTY, ancestors, RecordValue.EMPTY);
    }

    public EntityUid uid() {
        return uid;
    }

    public RecordValue attributes() {
        return attributes;
    }

    public RecordValue tags() {
        return tags;
    }

    public Collection<EntityUid> ancestors() {
        return Arrays.asList(ancestors.clone());
    }

    /** Not a copy: for this package, which does not write to it. */
    EntityUid[] raw() {
        return ancestors;
    }

    boolean isBelow(EntityUid other) {
        if (hashed != null) {
            return hashed.contains(other);
        }
        for (var ancestor : ancestors) {
            if (ancestor.equals(other)) {
                return true;
            }
        }
        return false;
    }
}
