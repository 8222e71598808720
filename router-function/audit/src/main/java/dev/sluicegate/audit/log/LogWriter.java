package dev.sluicegate.audit.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Appends entries, each exactly once, whoever else appends at the same time and wherever it is interrupted:
 *
 * <ol>
 *   <li><b>Stage.</b> The entries are kept under the hash of what they are. From here on they can be made
 *       again from what is stored.
 *   <li><b>Commit.</b> One transaction gives them their places: the head moves on, the claims of the entries
 *       are taken, the segment says where the staged content is. Whoever comes second finds the head moved or
 *       a claim taken, looks again and appends what is left.
 *   <li><b>Integrate.</b> The files are written from the segments, by anyone, any number of times: their names
 *       and contents follow from the places, so two who write one write the same. Never before the commit:
 *       the files cannot be changed, and a place that was lost to somebody else would be occupied for good.
 *   <li><b>Publish.</b> The root is signed, once for each size, in a chain of sizes; the pointer never goes
 *       back.
 * </ol>
 */
public final class LogWriter {
    /** A DynamoDB transaction has 100 actions: head, segment, and a claim for each entry. */
    static final int MAX_SEGMENT = 96;

    private static final int MAX_ATTEMPTS = 16;
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final long PAUSE_NANOS = 2_000_000;

    private final LogState state;
    private final LogStorage storage;
    private final LogName name;
    private final Clock clock;
    private final Integration integration;
    private final Publication publication;
    private final IntConsumer pause;
    private int settled;

    /** Not thread-safe: one for each thread that appends. */
    public LogWriter(
            LogState state,
            LogStorage storage,
            CheckpointSigner signer,
            LogName name,
            Clock clock) {
        this(state, storage, signer, name, clock, LogWriter::pause);
    }

    LogWriter(
            LogState state,
            LogStorage storage,
            CheckpointSigner signer,
            LogName name,
            Clock clock,
            IntConsumer pause) {
        this.pause = pause;
        this.state = state;
        this.storage = storage;
        this.name = name;
        this.clock = clock;
        this.integration = new Integration(state, storage);
        this.publication = new Publication(state, storage, signer, name);
    }

    /**
     * Gives every entry its place, or finds the place it has. What is appended is not published yet.
     *
     * @return places by claim
     * @throws LogBusyException if others were first too often; some entries may be appended
     */
    public Map<String, Placement> append(List<LogEntry> entries) {
        var places = new LinkedHashMap<String, Placement>();
        var fresh = new LinkedHashMap<String, LogEntry>();
        entries.forEach(entry -> fresh.putIfAbsent(entry.claim(), entry));
        var left = List.copyOf(fresh.values());
        while (!left.isEmpty()) {
            var batch = left;
            var stage = stage(batch);
            left = List.of();
            for (var from = 0; from < batch.size() && left.isEmpty(); from += MAX_SEGMENT) {
                var to = Math.min(batch.size(), from + MAX_SEGMENT);
                var taken = commit(batch.subList(from, to), stage, from, places);
                if (!taken.isEmpty()) {
                    // what is left is another content, and gets a stage of its own
                    places.putAll(taken);
                    left =
                            batch.subList(from, batch.size()).stream()
                                    .filter(entry -> !places.containsKey(entry.claim()))
                                    .toList();
                }
            }
        }
        return places;
    }

    /** Commits a segment; or finds that some of its entries have a place already, and returns those. */
    private Map<String, Placement> commit(
            List<LogEntry> entries, String stage, int from, Map<String, Placement> places) {
        var claims = entries.stream().map(LogEntry::claim).toList();
        var hashes = entries.stream().map(entry -> TreeHash.leaf(entry.bytes())).toList();
        for (var attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var shard = open();
            var head = head(shard);
            if (!head.closed()) {
                var start = head.frontier().size();
                var segment = new LogState.Segment(start, stage, from, entries.size());
                if (state.commit(shard, head, head.with(hashes), segment, claims)) {
                    for (var i = 0; i < claims.size(); i++) {
                        places.put(claims.get(i), new Placement(shard, start + i));
                    }
                    return Map.of();
                }
                var taken = state.claims(claims);
                if (!taken.isEmpty()) {
                    return taken;
                }
            }
            pause.accept(attempt);
        }
        throw new LogBusyException("appending");
    }

    private String stage(List<LogEntry> entries) {
        var content = EntryBundle.encode(entries.stream().map(LogEntry::bytes).toList());
        var stage = "stage/" + HexFormat.of().formatHex(sha256(content));
        storage.stage(stage, content);
        return stage;
    }

    private LogState.Head head(int shard) {
        return state.head(shard)
                .orElseThrow(() ->
                        new LogConflictException(
                                "the log of " + shard + " is open and has no head"));
    }

    /**
     * The log that takes entries now: that of this year. A clock that goes back opens nothing: the newest log
     * stays open.
     */
    private int open() {
        for (var attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var year = clock.instant().atZone(ZoneOffset.UTC).getYear();
            var shards = state.shards().orElse(null);
            if (shards != null && shards.open() >= year) {
                return shards.open();
            }
            open(shards, year);
        }
        throw new LogBusyException("opening the log");
    }

    private void open(LogState.@Nullable Shards shards, int year) {
        var closing = shards == null ? null : head(shards.open());
        var first = opening(year, shards, closing);
        var entry = new LogEntry("open#" + year, first);
        var stage = stage(List.of(entry));
        var empty = new LogState.Head(0, Frontier.EMPTY, false);
        state.open(
                shards,
                closing,
                new LogState.Shards(
                        year, shards == null ? OptionalInt.empty() : OptionalInt.of(shards.open())),
                empty.with(List.of(TreeHash.leaf(first))),
                new LogState.Segment(0, stage, 0, 1));
    }

    /** The first leaf of a log: what the one before came to. Canonical JSON, as every leaf. */
    private byte[] opening(
            int year, LogState.@Nullable Shards shards, LogState.@Nullable Head closing) {
        var previous =
                shards == null || closing == null
                        ? ""
                        : "\"previous\":{\"origin\":\""
                                + name.origin(shards.open())
                                + "\",\"root\":\""
                                + Base64.getEncoder().encodeToString(closing.frontier().root())
                                + "\",\"size\":"
                                + closing.frontier().size()
                                + "},";
        return ("{\"id\":\"open#"
                        + year
                        + "\",\"kind\":\"LOG_SHARD_OPEN\",\"log\":\""
                        + name.origin(year)
                        + "\","
                        + previous
                        + "\"tenant\":\"-\",\"ts\":\""
                        + TIMESTAMP.format(clock.instant())
                        + "\",\"v\":1}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the files of everything that is appended and publishes it.
     *
     * @return the sizes that are published, by log: at least what was appended before this was called
     * @throws LogConflictException if the files and what archivers agreed on differ; nothing was signed
     */
    public Map<Integer, Long> publish() {
        var sizes = new HashMap<Integer, Long>();
        var shards = state.shards().orElse(null);
        if (shards == null) {
            return sizes;
        }
        var previous = shards.previous();
        if (previous.isPresent() && settled != previous.getAsInt()) {
            // a log is closed before its last checkpoint is out: whoever comes next sees to it
            sizes.put(previous.getAsInt(), publish(previous.getAsInt()));
            settled = previous.getAsInt();
        }
        sizes.put(shards.open(), publish(shards.open()));
        return sizes;
    }

    private long publish(int shard) {
        for (var attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            var frontier = head(shard).frontier();
            if (integration.upTo(shard, frontier)) {
                return publication.of(shard, frontier);
            }
            // somebody is further than the head was: it has moved on since
        }
        throw new LogBusyException("integrating");
    }

    private static void pause(int attempt) {
        LockSupport.parkNanos(
                ThreadLocalRandom.current().nextLong(PAUSE_NANOS, 2 * PAUSE_NANOS * attempt));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
