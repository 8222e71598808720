package dev.sluicegate.audit.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** State and storage in memory, which stop the process or fail as told, before or after they did it. */
public final class MemoryLog implements LogState, LogStorage {
    /** What happens around each use of a service. */
    @FunctionalInterface
    public interface Weather {
        void around(boolean before);
    }

    /** The process is gone; nothing catches this. */
    public static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private final Map<Integer, Head> heads = new HashMap<>();
    private final Map<String, Placement> claims = new HashMap<>();
    private final Map<Integer, TreeMap<Long, Segment>> segments = new HashMap<>();
    private final Map<Integer, Long> integrated = new HashMap<>();
    private final Map<Integer, Published> published = new HashMap<>();
    private final Map<String, byte[]> stage = new HashMap<>();
    private final TreeMap<String, byte[]> files = new TreeMap<>();
    private final Map<String, Pointer> pointers = new TreeMap<>();
    private final Map<String, Integer> writes = new HashMap<>();
    private @Nullable Shards shards;
    private Weather weather = _ -> {};
    private int moves;

    public void weather(Weather next) {
        weather = next;
    }

    @Override
    public Optional<Shards> shards() {
        return Optional.ofNullable(io(() -> shards));
    }

    @Override
    public Optional<Head> head(int shard) {
        return Optional.ofNullable(io(() -> heads.get(shard)));
    }

    @Override
    public Map<String, Placement> claims(Collection<String> asked) {
        return Objects.requireNonNull(
                io(() -> {
                    var found = new HashMap<String, Placement>();
                    for (var claim : asked) {
                        var place = claims.get(claim);
                        if (place != null) {
                            found.put(claim, place);
                        }
                    }
                    return found;
                }));
    }

    @Override
    public boolean commit(int shard, Head before, Head after, Segment segment, List<String> taken) {
        return is(() -> {
            var head = heads.get(shard);
            if (head == null
                    || head.revision() != before.revision()
                    || head.closed()
                    || taken.stream().anyMatch(claims::containsKey)) {
                return false;
            }
            heads.put(shard, after);
            segments.computeIfAbsent(shard, _ -> new TreeMap<>()).put(segment.start(), segment);
            for (var i = 0; i < taken.size(); i++) {
                claims.put(taken.get(i), new Placement(shard, segment.start() + i));
            }
            return true;
        });
    }

    @Override
    public boolean open(
            @Nullable Shards before,
            @Nullable Head closing,
            Shards after,
            Head first,
            Segment segment) {
        return is(() -> {
            if (!Objects.equals(shards, before) || heads.containsKey(after.open())) {
                return false;
            }
            if (before != null && closing != null) {
                var head = Objects.requireNonNull(heads.get(before.open()));
                if (head.revision() != closing.revision()) {
                    return false;
                }
                heads.put(before.open(), head.close());
            }
            shards = after;
            heads.put(after.open(), first);
            segments.computeIfAbsent(after.open(), _ -> new TreeMap<>()).put(0L, segment);
            return true;
        });
    }

    @Override
    public List<Segment> segments(int shard, long from) {
        return Objects.requireNonNull(
                io(() ->
                        new ArrayList<>(
                                segments
                                        .getOrDefault(shard, new TreeMap<>())
                                        .tailMap(from)
                                        .values()
                                        .stream()
                                        .limit(5)
                                        .toList())));
    }

    @Override
    public long integrated(int shard) {
        return Objects.requireNonNull(io(() -> integrated.getOrDefault(shard, 0L)));
    }

    @Override
    public void integrated(int shard, long size) {
        is(() -> {
            integrated.merge(shard, size, Math::max);
            return true;
        });
    }

    @Override
    public Optional<Published> published(int shard) {
        return Optional.ofNullable(io(() -> published.get(shard)));
    }

    @Override
    public boolean publish(int shard, @Nullable Published before, Published after) {
        return is(() -> {
            var now = published.get(shard);
            if (now == null ? before != null : before == null || !same(now, before)) {
                return false;
            }
            published.put(shard, after);
            return true;
        });
    }

    private static boolean same(Published one, Published other) {
        return one.size() == other.size() && one.stored() == other.stored();
    }

    @Override
    public Optional<byte[]> read(String name) {
        return Optional.ofNullable(
                io(() -> {
                    var pointer = pointers.get(name);
                    return pointer == null ? files.get(name) : pointer.content();
                }));
    }

    @Override
    public boolean create(String name, byte[] content) {
        return is(() -> {
            writes.merge(name, 1, Integer::sum);
            return files.putIfAbsent(name, content.clone()) == null;
        });
    }

    @Override
    public void stage(String name, byte[] content) {
        is(() -> {
            var there = stage.putIfAbsent(name, content.clone());
            return there == null || Arrays.equals(there, content);
        });
    }

    @Override
    public byte[] staged(String name) {
        return Objects.requireNonNull(io(() -> stage.get(name)), "nothing is staged as " + name);
    }

    @Override
    public Optional<Pointer> pointer(String name) {
        return Optional.ofNullable(io(() -> pointers.get(name)));
    }

    @Override
    public boolean move(String name, @Nullable Pointer seen, byte[] content) {
        return is(() -> {
            if (!Objects.equals(tag(pointers.get(name)), tag(seen))) {
                return false;
            }
            pointers.put(name, new Pointer(content.clone(), "tag" + ++moves));
            return true;
        });
    }

    private static @Nullable String tag(@Nullable Pointer pointer) {
        return pointer == null ? null : pointer.tag();
    }

    /** Every file and pointer by name. */
    public synchronized SortedMap<String, byte[]> everything() {
        var all = new TreeMap<String, byte[]>(files);
        pointers.forEach((name, pointer) -> all.put(name, pointer.content()));
        return all;
    }

    /** Puts what is under lock aside, as nobody could. */
    public synchronized void squat(String name, byte[] content) {
        files.put(name, content);
    }

    private boolean is(java.util.function.BooleanSupplier what) {
        return Boolean.TRUE.equals(io(what::getAsBoolean));
    }

    private <T> @Nullable T io(java.util.function.Supplier<@Nullable T> what) {
        weather.around(true);
        T answer;
        synchronized (this) {
            answer = what.get();
        }
        weather.around(false);
        return answer;
    }
}
