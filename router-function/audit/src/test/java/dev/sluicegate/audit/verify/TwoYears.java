package dev.sluicegate.audit.verify;

import dev.sluicegate.audit.log.LogEntry;
import dev.sluicegate.audit.log.LogWriter;
import dev.sluicegate.audit.log.MemoryLog;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A log that was closed at the end of a year, and the one that follows it. */
final class TwoYears {
    private static final Clock OLD_YEAR = at("2025-12-31T23:59:00Z");
    private static final Clock NEW_YEAR = at("2026-01-01T00:00:00Z");

    private final Map<String, byte[]> files;

    TwoYears() {
        var world = new World();
        world.read("c1");
        world.read("c2");
        var log = new MemoryLog();
        var before = writer(log, OLD_YEAR);
        before.append(entries(world.entries.subList(0, 2)));
        before.publish();
        before.append(entries(world.entries.subList(2, 4)));
        // its last entries are not published when the year ends
        var after = writer(log, NEW_YEAR);
        var last = world.entries.size() - 1;
        after.append(entries(world.entries.subList(4, last)));
        after.publish();
        // a clock that goes back opens nothing: the newest log stays open
        var back = writer(log, at("2025-12-31T23:59:59Z"));
        back.append(entries(world.entries.subList(last, last + 1)));
        back.publish();
        files = log.everything();
        files.putAll(world.payloads);
    }

    private static LogWriter writer(MemoryLog log, Clock clock) {
        return new LogWriter(log, log, AttackedArchive.KEY, AttackedArchive.NAME, clock);
    }

    private static List<LogEntry> entries(List<byte[]> some) {
        var list = new ArrayList<LogEntry>();
        some.forEach(bytes -> list.add(new LogEntry(RecordChecks.sha(bytes), bytes)));
        return list;
    }

    AttackedArchive archive() {
        var archive = new AttackedArchive();
        files.forEach(archive::put);
        return archive;
    }

    AttackedArchive withoutTheLastCheckpointOfTheFirst() {
        var archive = archive();
        archive.names().stream()
                .filter(name -> name.matches("tlog/2025/.*(00005|p/5)"))
                .forEach(archive::remove);
        archive.put(
                "tlog/2025/checkpoint",
                archive.bytes("tlog/2025/checkpoints/00000000000000000003"));
        return archive;
    }

    AttackedArchive withoutTheFirst() {
        var archive = archive();
        archive.names().stream().filter(n -> n.startsWith("tlog/2025")).forEach(archive::remove);
        return archive;
    }

    private static Clock at(String time) {
        return Clock.fixed(Instant.parse(time), ZoneOffset.UTC);
    }
}
