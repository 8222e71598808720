package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Ledger, archive and index in memory, stopping the process or failing as told. */
final class MemoryCloud implements Ledger, Archive, CallIndex {
    /** The process is gone; nothing catches this. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private final Map<String, String> claims = new HashMap<>();
    private final Map<String, StagedObject> pending = new HashMap<>();
    private final Map<String, byte[]> objects = new TreeMap<>();
    private final Map<String, String> index = new HashMap<>();
    private final Random random;
    private final double crashes;
    private int putsBefore;
    private int putsFailing;

    MemoryCloud() {
        this(new Random(1), 0);
    }

    MemoryCloud(Random random, double crashes) {
        this.random = random;
        this.crashes = crashes;
    }

    /** After {@code good} more objects, {@code failing} puts fail. */
    synchronized void failPuts(int good, int failing) {
        putsBefore = good;
        putsFailing = failing;
    }

    synchronized void squat(String key, String content) {
        objects.put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    private void maybe() {
        var dice = random.nextDouble();
        if (dice < crashes / 2) {
            throw new Crash();
        }
        if (dice < crashes) {
            throw new IllegalStateException("service is down");
        }
    }

    @Override
    public synchronized boolean claim(StagedObject object, List<String> positions) {
        maybe();
        if (positions.stream().anyMatch(claims::containsKey)) {
            return false;
        }
        positions.forEach(position -> claims.put(position, object.key()));
        if (pending.putIfAbsent(object.key(), object) != null) {
            throw new AssertionError("two objects with one key");
        }
        maybe();
        return true;
    }

    @Override
    public synchronized Map<String, String> claims(Collection<String> positions) {
        maybe();
        var found = new HashMap<String, String>();
        for (var position : positions) {
            var object = claims.get(position);
            if (object != null) {
                found.put(position, object);
            }
        }
        return found;
    }

    @Override
    public synchronized Optional<StagedObject> pending(String key) {
        maybe();
        return Optional.ofNullable(pending.get(key)).filter(object -> !object.lines().isEmpty());
    }

    @Override
    public synchronized void archived(StagedObject object) {
        maybe();
        pending.put(object.key(), new StagedObject(object.key(), List.of()));
        maybe();
    }

    @Override
    public synchronized boolean put(String key, byte[] content) {
        maybe();
        if (putsBefore > 0) {
            putsBefore--;
        } else if (putsFailing > 0) {
            putsFailing--;
            throw new IllegalStateException("bucket is down");
        }
        var written = objects.putIfAbsent(key, content) == null;
        maybe();
        return written;
    }

    @Override
    public synchronized Optional<byte[]> read(String key) {
        maybe();
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public synchronized void add(AuditRecord record, String log, int at) {
        maybe();
        var place = log + " " + at;
        var before = index.put(record.id(), place);
        if (before != null && !before.equals(place)) {
            throw new AssertionError(record.id() + " moved from " + before + " to " + place);
        }
        maybe();
    }

    synchronized Map<String, byte[]> objects() {
        return Map.copyOf(objects);
    }

    synchronized Map<String, String> index() {
        return Map.copyOf(index);
    }

    synchronized List<String> lines() {
        var lines = new ArrayList<String>();
        for (var object : objects.values()) {
            lines.addAll(new String(object, StandardCharsets.UTF_8).lines().toList());
        }
        return lines;
    }

    synchronized String line(String place) {
        var space = place.indexOf(' ');
        var object = Objects.requireNonNull(objects.get(place.substring(0, space)));
        return new String(object, StandardCharsets.UTF_8)
                .lines()
                .toList()
                .get(Integer.parseInt(place.substring(space + 1)));
    }
}
