package dev.sluicegate.local.dynamodb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.lambda.Invocation;
import dev.sluicegate.local.lambda.LocalFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Lambda's event source mapping does for a table's stream: reads it shard by shard from its oldest
 * record, in order, hands batches to a function, and goes on only behind what the function has taken. A
 * batch that fails is cut in half and tried again without end; nothing is skipped. Every record arrives at
 * least once: what was taken but not yet noted down when the process died arrives again.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html">Partial batch
 *     responses</a>
 */
public final class StreamPump implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamPump.class);

    /** Also the most that one GetRecords returns. */
    private static final int MAX_BATCH = 1000;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(5);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    /** The two reads the pump needs of DynamoDB, with AWS's JSON. */
    public interface Streams {
        /** Name of the newest stream of a table, or null if there is none. */
        @Nullable String streamArn(String table);

        /**
         * Runs {@code DescribeStream}, {@code GetShardIterator} or {@code GetRecords}.
         *
         * @throws RefusedException if DynamoDB answers with an error
         */
        JsonNode call(String operation, ObjectNode request);
    }

    /** DynamoDB refused an operation; tells which and why by type only. */
    public static final class RefusedException extends RuntimeException {
        private final String type;

        public RefusedException(String operation, String type) {
            super(operation + " was refused: " + type);
            this.type = type.substring(type.indexOf('#') + 1);
        }

        /** Error type without its namespace, such as {@code TrimmedDataAccessException}. */
        public String type() {
            return type;
        }
    }

    private final Streams streams;
    private final String table;
    private final LocalFunction function;
    private final PumpCheckpoint checkpoint;
    private final Map<String, String> iterators = new HashMap<>();
    private final Object lock = new Object();
    private final Thread thread;
    private long asked;
    private long caughtUp;
    private @Nullable Long caughtUpAt;
    private boolean closed;

    private StreamPump(
            Streams streams, String table, LocalFunction function, PumpCheckpoint checkpoint) {
        this.streams = streams;
        this.table = table;
        this.function = function;
        this.checkpoint = checkpoint;
        this.thread = Thread.ofVirtual().name("pump-" + table).unstarted(this::run);
    }

    /**
     * Starts to pump.
     *
     * @param checkpointFile where it notes how far it came, or null to start at the oldest record each time
     */
    public static StreamPump start(
            Streams streams, String table, LocalFunction function, @Nullable Path checkpointFile) {
        var pump = new StreamPump(streams, table, function, PumpCheckpoint.load(checkpointFile));
        pump.thread.start();
        return pump;
    }

    /**
     * Waits until the function has taken everything that was in the stream when this was called.
     *
     * @return false if that took longer than {@code atMost} or the pump is closed
     */
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            var ticket = ++asked;
            lock.notifyAll();
            while (caughtUp < ticket && !closed) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                lock.wait(Math.max(1, left / 1_000_000));
            }
            return caughtUp >= ticket;
        }
    }

    /** For how long records may be in the stream that were not taken; null until it was ever empty. */
    public @Nullable Duration behind() {
        synchronized (lock) {
            return caughtUpAt == null ? null : Duration.ofNanos(System.nanoTime() - caughtUpAt);
        }
    }

    private void run() {
        var retry = FIRST_RETRY;
        while (!isClosed()) {
            long ticket;
            var began = System.nanoTime();
            synchronized (lock) {
                ticket = asked;
            }
            var pause = POLL;
            try {
                var arn = streams.streamArn(table);
                if (arn == null || !round(arn)) {
                    synchronized (lock) {
                        // INVARIANT: the round began after this ticket was drawn and found nothing
                        caughtUp = Math.max(caughtUp, ticket);
                        caughtUpAt = began;
                        lock.notifyAll();
                    }
                } else {
                    pause = Duration.ZERO;
                }
                retry = FIRST_RETRY;
            } catch (FunctionFailedException e) {
                pause = retry;
                retry = next(retry);
            } catch (RefusedException e) {
                LOG.warn("stream of {} not readable: {}", table, e.type());
                iterators.clear();
                pause = retry;
                retry = next(retry);
            } catch (IOException e) {
                LOG.error("checkpoint of {} not writable: {}", table, e.getClass().getName());
                pause = retry;
                retry = next(retry);
            } catch (RuntimeException e) {
                LOG.error("pump of {} failed: {}", table, e.getClass().getName());
                iterators.clear();
                pause = retry;
                retry = next(retry);
            }
            rest(pause);
        }
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    private static Duration next(Duration retry) {
        var doubled = retry.multipliedBy(2);
        return doubled.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : doubled;
    }

    private void rest(Duration pause) {
        var until = System.nanoTime() + pause.toNanos();
        // whoever asks to catch up ends the pause of an idle pump, never that of a retry
        var idle = pause.equals(POLL);
        synchronized (lock) {
            var left = pause.toNanos();
            while (!closed && left > 0 && !(idle && asked > caughtUp)) {
                try {
                    lock.wait(Math.max(1, left / 1_000_000));
                } catch (InterruptedException e) {
                    closed = true;
                }
                left = until - System.nanoTime();
            }
        }
    }

    /** One look at each open shard; true if there was anything in one of them. */
    private boolean round(String arn) throws IOException {
        checkpoint.follow(arn);
        var shards = shards(arn);
        var known = new HashSet<String>();
        shards.forEach(shard -> known.add(shard.path("ShardId").asText()));
        var found = false;
        for (var shard : shards) {
            var id = shard.path("ShardId").asText();
            var parent = shard.path("ParentShardId").asText("");
            // records of one item are in order only if parents are finished first
            if (!checkpoint.finished(id)
                    && (!known.contains(parent) || checkpoint.finished(parent))) {
                found |= read(arn, id);
            }
            if (isClosed()) {
                break;
            }
        }
        return found;
    }

    private List<JsonNode> shards(String arn) {
        var shards = new ArrayList<JsonNode>();
        String last = null;
        do {
            var request = Json.object().put("StreamArn", arn);
            if (last != null) {
                request.put("ExclusiveStartShardId", last);
            }
            var described = streams.call("DescribeStream", request).path("StreamDescription");
            described.path("Shards").forEach(shards::add);
            last =
                    described.hasNonNull("LastEvaluatedShardId")
                            ? described.path("LastEvaluatedShardId").asText()
                            : null;
        } while (last != null);
        return shards;
    }

    private boolean read(String arn, String shard) throws IOException {
        var iterator = iterators.get(shard);
        if (iterator == null) {
            iterator = iterator(arn, shard);
        }
        JsonNode answer;
        try {
            answer =
                    streams.call(
                            "GetRecords",
                            Json.object().put("ShardIterator", iterator).put("Limit", MAX_BATCH));
        } catch (RefusedException e) {
            iterators.remove(shard);
            if (e.type().equals("TrimmedDataAccessException")) {
                LOG.error("records of {} were trimmed before they were taken", table);
                checkpoint.forget(shard);
            }
            throw e;
        }
        var records = new ArrayList<JsonNode>();
        answer.path("Records").forEach(records::add);
        if (!records.isEmpty()) {
            // on failure the iterator of before is used again, behind the checkpoint
            iterators.remove(shard);
            deliver(arn, shard, records);
        }
        if (answer.hasNonNull("NextShardIterator")) {
            iterators.put(shard, answer.path("NextShardIterator").asText());
        } else {
            iterators.remove(shard);
            checkpoint.finish(shard);
            return true;
        }
        return !records.isEmpty();
    }

    private String iterator(String arn, String shard) {
        var request = Json.object().put("StreamArn", arn).put("ShardId", shard);
        var after = checkpoint.after(shard);
        if (after == null) {
            request.put("ShardIteratorType", "TRIM_HORIZON");
        } else {
            request.put("ShardIteratorType", "AFTER_SEQUENCE_NUMBER").put("SequenceNumber", after);
        }
        return streams.call("GetShardIterator", request).path("ShardIterator").asText();
    }

    /** Hands over all records of one read, in batches that shrink where the function fails. */
    private void deliver(String arn, String shard, List<JsonNode> records) throws IOException {
        var from = 0;
        var size = records.size();
        while (from < records.size()) {
            var batch = records.subList(from, Math.min(records.size(), from + size));
            var taken = offer(arn, batch);
            if (taken > 0) {
                checkpoint.advance(shard, sequence(batch.get(taken - 1)));
                from += taken;
            }
            if (taken < batch.size()) {
                if (batch.size() == 1 || isClosed()) {
                    throw new FunctionFailedException();
                }
                size = Math.max(1, batch.size() / 2);
            }
        }
    }

    /** How many records from the first on the function has taken. */
    private int offer(String arn, List<JsonNode> batch) {
        var event = Json.object();
        var all = event.putArray("Records");
        for (var each : batch) {
            ObjectNode entry = each.deepCopy();
            entry.put("eventSourceARN", arn);
            all.add(entry);
        }
        var payload = Json.bytes(event);
        if (payload.length > Invocation.MAX_PAYLOAD_BYTES && batch.size() > 1) {
            return 0;
        }
        return switch (Invocation.run(function, function.arn(), payload)) {
            case Invocation.Failed failed -> 0;
            case Invocation.Returned(var answer) -> taken(batch, answer);
        };
    }

    private static int taken(List<JsonNode> batch, byte[] answer) {
        JsonNode failures;
        try {
            failures = Json.read(answer).path("batchItemFailures");
        } catch (UncheckedIOException e) {
            return 0;
        }
        var taken = batch.size();
        for (var failure : failures instanceof ArrayNode array ? array : EMPTY) {
            var identifier = failure.path("itemIdentifier").asText("");
            var at = indexOf(batch, identifier);
            // an identifier we did not send fails the whole batch, as in Lambda
            taken = at < 0 ? 0 : Math.min(taken, at);
        }
        return taken;
    }

    private static final ArrayNode EMPTY = JsonNodeFactory.instance.arrayNode();

    private static int indexOf(List<JsonNode> batch, String sequence) {
        for (var i = 0; i < batch.size(); i++) {
            if (sameNumber(sequence(batch.get(i)), sequence)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean sameNumber(String one, String other) {
        if (one.equals(other)) {
            return true;
        }
        try {
            return new BigInteger(one).equals(new BigInteger(other));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String sequence(JsonNode entry) {
        return entry.path("dynamodb").path("SequenceNumber").asText();
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Lets the batch at hand end, notes how far it came, and stops. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    private static final class FunctionFailedException extends RuntimeException {
        FunctionFailedException() {
            super("the function did not take a record", null, false, false);
        }
    }
}
