package dev.sluicegate.audit.verify;

import dev.sluicegate.audit.log.CheckpointSigner;
import dev.sluicegate.audit.log.FileKey;
import dev.sluicegate.audit.log.LogEntry;
import dev.sluicegate.audit.log.LogName;
import dev.sluicegate.audit.log.LogWriter;
import dev.sluicegate.audit.log.MemoryLog;
import dev.sluicegate.audit.log.NoteKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket whose attacker has every right, also that to go past the lock, and no key but a stolen one: files can
 * be changed in place, covered, and removed, and every hash that is not signed is computed anew.
 */
final class AttackedArchive implements ArchiveFiles {
    static final LogName NAME = new LogName("test/audit");
    static final FileKey KEY = FileKey.ofSeed(new byte[32]);
    static final TrustedKey TRUSTED =
            TrustedKey.parse(NoteKey.of(NAME.origin(2026), KEY.publicKey()).text());
    static final String LOG = "tlog/2026/";
    static final Duration RETENTION = Duration.ofDays(400);
    private static final Instant STORED = World.BEGIN;

    private record Held(byte @Nullable [] bytes, Instant until) {}

    private final TreeMap<String, List<Held>> files = new TreeMap<>();

    /** The files that the log of these entries has, published at these sizes. */
    static AttackedArchive of(World world, int... sizes) {
        var archive = new AttackedArchive();
        publish(world.entries, KEY, NAME, World.MORNING, sizes).forEach(archive::put);
        world.payloads.forEach(archive::put);
        return archive;
    }

    static SortedMap<String, byte[]> publish(
            List<byte[]> entries, CheckpointSigner key, LogName name, Clock clock, int... sizes) {
        var log = new MemoryLog();
        var writer = new LogWriter(log, log, key, name, clock);
        var from = 0;
        for (var size : sizes) {
            var some = new ArrayList<LogEntry>();
            for (; from < size - 1; from++) { // the first leaf is the log's own
                some.add(new LogEntry("e" + from, entries.get(from)));
            }
            writer.append(some);
            writer.publish();
        }
        return log.everything();
    }

    /** In place, as nobody could. */
    void put(String name, byte[] content) {
        files.put(name, new ArrayList<>(List.of(new Held(content, STORED.plus(RETENTION)))));
    }

    void cover(String name, byte @Nullable [] content) {
        Objects.requireNonNull(files.get(name)).add(new Held(content, STORED.plus(RETENTION)));
    }

    void unlock(String name) {
        files.put(name, List.of(new Held(bytes(name), STORED.plus(Duration.ofDays(30)))));
    }

    void remove(String name) {
        if (files.remove(name) == null) {
            throw new AssertionError("no file " + name);
        }
    }

    byte[] bytes(String name) {
        return Objects.requireNonNull(
                Objects.requireNonNull(files.get(name), name).getFirst().bytes());
    }

    List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** What the log of these entries would say, signed by somebody. */
    static byte[] pointer(World world, CheckpointSigner key, LogName name, int... sizes) {
        return Objects.requireNonNull(
                publish(world.entries, key, name, World.MORNING, sizes).get(LOG + "checkpoint"));
    }

    /** Writes all files anew but the signed ones. */
    void recompute(List<byte[]> entries, int... sizes) {
        var seed = new byte[32];
        Arrays.fill(seed, (byte) 9);
        publish(entries, FileKey.ofSeed(seed), NAME, World.MORNING, sizes)
                .forEach((name, content) -> {
                    if (!name.contains("/checkpoint")) {
                        put(name, content);
                    }
                });
    }

    @Override
    public List<Listed> list(String folder) {
        return files.entrySet().stream()
                .filter(file -> file.getKey().startsWith(folder))
                .map(file -> {
                    var versions = new ArrayList<Version>();
                    for (var held : file.getValue()) {
                        versions.add(new Version("v" + versions.size(), held.bytes() == null));
                    }
                    return new Listed(file.getKey(), versions);
                })
                .toList();
    }

    @Override
    public Optional<Stored> read(String name) {
        var held = files.get(name);
        if (held == null) {
            return Optional.empty();
        }
        var bytes = held.getFirst().bytes();
        return bytes == null
                ? Optional.empty()
                : Optional.of(
                        new Stored(bytes, new Lock("COMPLIANCE", held.getFirst().until()), STORED));
    }

    @Override
    public boolean locked() {
        return true;
    }
}
