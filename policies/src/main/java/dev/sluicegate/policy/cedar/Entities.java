package dev.sluicegate.policy.cedar;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/** Where the facts about entities come from. Must not change while a request is decided. */
public interface Entities {
    /** Null when nothing is known: the entity is then in nothing and has nothing. */
    @Nullable Entity find(EntityUid uid);

    /**
     * These and no others, each made a descendant of whatever its ancestors are in.
     *
     * @throws MalformedPolicyException if one is given twice with different facts or is in itself
     */
    static Entities of(Collection<Entity> entities) {
        var byUid = HashMap.<EntityUid, Entity>newHashMap(entities.size());
        for (var entity : entities) {
            if (byUid.putIfAbsent(entity.uid(), entity) != null) {
                throw new MalformedPolicyException("entity given twice: " + entity.uid());
            }
        }
        var closed = HashMap.<EntityUid, Entity>newHashMap(entities.size());
        for (var entity : entities) {
            var ancestors = new LinkedHashSet<EntityUid>();
            var open = new ArrayDeque<>(entity.ancestors());
            while (!open.isEmpty()) {
                var next = open.pop();
                if (ancestors.add(next)) {
                    var known = byUid.get(next);
                    if (known != null) {
                        open.addAll(known.ancestors());
                    }
                }
            }
            if (ancestors.contains(entity.uid())) {
                throw new MalformedPolicyException("entity is in itself: " + entity.uid());
            }
            closed.put(
                    entity.uid(),
                    new Entity(entity.uid(), entity.attributes(), ancestors, entity.tags()));
        }
        return closed::get;
    }
}
