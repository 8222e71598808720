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
    private final Facts facts;
    private final EntityUid[] ancestors;
    private final @Nullable Set<EntityUid> hashed;

    /** What is known about an entity besides its place. The same whenever it is asked. */
    public interface Facts {
        RecordValue attributes();

        RecordValue tags();
    }

    private record Known(RecordValue attributes, RecordValue tags) implements Facts {}

    /**
     * @param ancestors everything it is in, directly or through another; {@link Entities#of} closes over
     *     parents that are entities themselves
     */
    public Entity(
            EntityUid uid,
            RecordValue attributes,
            Collection<EntityUid> ancestors,
            RecordValue tags) {
        this(uid, new Known(attributes, tags), ancestors.toArray(new EntityUid[0]));
    }

    /**
     * As the other, without a copy.
     *
     * @param facts asked only when a policy looks
     * @param ancestors not to be written to any more
     */
    public Entity(EntityUid uid, Facts facts, EntityUid... ancestors) {
        this.uid = uid;
        this.facts = facts;
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
        return facts.attributes();
    }

    public RecordValue tags() {
        return facts.tags();
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
