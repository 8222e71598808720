package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Appends records to the audit table: put-if-absent, acknowledged, alone or in one transaction with what
 * depends on it. Thread-safe.
 *
 * <p>Each record belongs to a {@link WriterChain}. A chain takes one append at a time, so concurrent appends
 * use several; a chain opens with a WRITER_OPEN record when it is first needed, never in a constructor,
 * because a restored snapshot would repeat its id. An append that was not confirmed retires its chain: its
 * record may be durable, and a second record in the same place would look like a forgery.
 */
public final class Journal {
    /** Most items that can go with a record: 100 actions in a transaction (a DynamoDB limit), less ours. */
    public static final int MAX_ALONGSIDE = 99;

    /** Sort key of the record that opens a writer. */
    public static final String WRITER_OPEN = "0#WRITER_OPEN";

    /** Records that belong to no tenant carry this one, which no issuer can be configured for. */
    static final String NO_TENANT = "-";

    private static final int MAX_ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

    private final JournalTable table;
    private final String fn;
    private final Clock clock;
    private final Deque<WriterChain> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param fn function and version that writes, as records will say
     */
    public Journal(DynamoDbClient db, String table, String fn, Clock clock) {
        this(new DynamoDbJournalTable(db, table), fn, clock);
    }

    Journal(JournalTable table, String fn, Clock clock) {
        this.table = table;
        this.fn = fn;
        this.clock = clock;
    }

    /**
     * A record that is durable.
     *
     * @param id of the record
     * @param sha {@code sha256:<hex>} of its bytes
     */
    public record Appended(String id, String sha) {}

    /**
     * Makes a record durable under {@code pk} and {@code sk}, and {@code alongside} with it or neither.
     *
     * @param draft makes the record for the writer it is given; called once
     * @param alongside at most {@link #MAX_ALONGSIDE}, each with its own condition; may be empty
     * @throws DuplicateRecordException if another record has the key; nothing was written
     * @throws AlongsideRefusedException if a condition of {@code alongside} does not hold; nothing was
     *     written
     * @throws JournalUnavailableException if the record is not known to be durable; a {@link
     *     JournalBusyException} if it is known that nothing was written
     * @throws IllegalArgumentException if the draft is for another writer or the record is too large
     */
    public Appended append(
            Function<AuditRecord.Writer, AuditRecord> draft,
            String pk,
            String sk,
            List<TransactWriteItem> alongside) {
        return append(draft, pk, sk, null, alongside);
    }

    /**
     * As {@link #append(Function, String, String, List)}, with the envelope of a payload in the record's item.
     *
     * @param payload that the record names by its hash, or null
     */
    public Appended append(
            Function<AuditRecord.Writer, AuditRecord> draft,
            String pk,
            String sk,
            byte @Nullable [] payload,
            List<TransactWriteItem> alongside) {
        if (alongside.size() > MAX_ALONGSIDE) {
            throw new IllegalArgumentException(
                    alongside.size() + " items go with a record, at most " + MAX_ALONGSIDE);
        }
        var kept = idle.pollFirst();
        var writer = kept == null ? open() : kept;
        var draftOf = writer.next();
        AuditRecord record;
        byte[] bytes;
        try {
            record = draft.apply(draftOf);
            if (!record.w().equals(draftOf)) {
                throw new IllegalArgumentException("the record names another writer");
            }
            bytes = record.bytes();
        } catch (RuntimeException e) {
            idle.addFirst(writer); // nothing was tried
            throw e;
        }
        return write(writer, record, item(record, bytes, pk, sk, payload), alongside);
    }

    private static Map<String, AttributeValue> item(
            AuditRecord record, byte[] bytes, String pk, String sk, byte @Nullable [] payload) {
        var item = new HashMap<String, AttributeValue>();
        item.put(JournalKeys.PK, text(pk));
        item.put(JournalKeys.SK, text(sk));
        item.put(JournalKeys.KIND, text(record.kind().name()));
        item.put(JournalKeys.RECORD, text(new String(bytes, StandardCharsets.UTF_8)));
        item.put(JournalKeys.SHA, text(CanonicalJson.sha256(bytes)));
        if (payload != null) {
            item.put(JournalKeys.PAYLOAD, AttributeValue.fromB(SdkBytes.fromByteArray(payload)));
        }
        return item;
    }

    private WriterChain open() {
        var writer = WriterChain.open(fn, clock);
        var record = opening(writer);
        var pk = JournalKeys.writer(writer.id());
        try {
            attempt(writer, record, item(record, record.bytes(), pk, WRITER_OPEN, null), List.of());
        } catch (Unwritten e) {
            throw new JournalUnavailableException("no writer can be opened", e.reason);
        }
        return writer; // not to the pool: the append that asked for it comes next
    }

    private Appended write(
            WriterChain writer,
            AuditRecord record,
            Map<String, AttributeValue> item,
            List<TransactWriteItem> alongside) {
        try {
            var appended = attempt(writer, record, item, alongside);
            idle.addFirst(writer);
            return appended;
        } catch (Unwritten e) {
            // certain that nothing was written, so the writer's place is still free
            idle.addFirst(writer);
            throw e.reason;
        }
    }

    /** Tries until the answer is certain or the attempts are used up. */
    private Appended attempt(
            WriterChain writer,
            AuditRecord record,
            Map<String, AttributeValue> item,
            List<TransactWriteItem> alongside) {
        var sha = text(item, JournalKeys.SHA);
        var token = UUID.randomUUID().toString();
        var certain = true; // whether everything tried so far is known to have written nothing
        for (var attempt = 1; ; attempt++) {
            var last = attempt == MAX_ATTEMPTS;
            switch (table.put(item, alongside, token)) {
                case JournalTable.Written.Durable() -> {
                    return confirmed(writer, record, sha);
                }
                case JournalTable.Written.Exists(var there) -> {
                    if (there.equals(sha)) {
                        // an earlier attempt of ours was written, its answer was lost
                        return confirmed(writer, record, sha);
                    }
                    throw refuse(
                            certain,
                            new DuplicateRecordException(
                                    text(item, JournalKeys.PK), text(item, JournalKeys.SK)));
                }
                case JournalTable.Written.Refused(var positions, var cause) ->
                        throw refuse(certain, new AlongsideRefusedException(positions, cause));
                case JournalTable.Written.Impossible(var cause) ->
                        throw refuse(
                                certain,
                                new JournalUnavailableException("the journal refuses", cause));
                case JournalTable.Written.Busy(var cause) -> {
                    if (last) {
                        throw refuse(
                                certain,
                                certain
                                        ? new JournalBusyException("the journal is busy", cause)
                                        : new JournalUnavailableException(
                                                "the journal is silent", cause));
                    }
                }
                case JournalTable.Written.Unknown(var cause) -> {
                    certain = false;
                    if (last) {
                        throw new JournalUnavailableException("the journal is silent", cause);
                    }
                }
            }
            pause(attempt);
        }
    }

    private static RuntimeException refuse(boolean certain, RuntimeException reason) {
        return certain ? new Unwritten(reason) : reason;
    }

    private static Appended confirmed(WriterChain writer, AuditRecord record, String sha) {
        writer.wrote(sha);
        return new Appended(record.id(), sha);
    }

    private AuditRecord opening(WriterChain writer) {
        return AuditRecord.ofNoCall(
                RecordKind.WRITER_OPEN,
                Ulid.next(clock),
                WriterChain.timestamp(clock.instant()),
                writer.next(),
                NO_TENANT,
                null,
                null,
                null,
                null);
    }

    /** Between half and all of a pause that doubles, so that those who collided do not meet again. */
    private static void pause(int attempt) {
        var longest = FIRST_PAUSE.toMillis() << attempt;
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JournalUnavailableException("interrupted while waiting to retry", e);
        }
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null ? "" : value.s();
    }

    /** Carries the reason past the writer's return to the pool. */
    private static final class Unwritten extends RuntimeException {
        private final RuntimeException reason;

        Unwritten(RuntimeException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
