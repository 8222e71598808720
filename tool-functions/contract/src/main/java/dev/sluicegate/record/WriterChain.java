package dev.sluicegate.record;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The records of one writer, each naming the one before it, so that a missing record is seen. Not
 * thread-safe: one append at a time. The id is minted when the writer opens, after any restore.
 */
public final class WriterChain {
    private static final DateTimeFormatter TIMESTAMP =
            new DateTimeFormatterBuilder()
                    .appendPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
                    .toFormatter(Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final String id;
    private final String fn;
    private long seq;
    private @Nullable String prev;

    private WriterChain(String id, String fn) {
        this.id = id;
        this.fn = fn;
    }

    /**
     * @param fn function and version that writes
     */
    public static WriterChain open(String fn, Clock clock) {
        return new WriterChain(Ulid.next(clock), fn);
    }

    public String id() {
        return id;
    }

    /** The writer field of the next record. Asking twice without {@link #wrote} gives the same. */
    public AuditRecord.Writer next() {
        return new AuditRecord.Writer(id, seq, prev, fn);
    }

    /** Tells that the record with this hash is durable. */
    public void wrote(String sha) {
        seq++;
        prev = sha;
    }

    /** RFC 3339 with milliseconds, UTC. */
    public static String timestamp(Instant instant) {
        return TIMESTAMP.format(instant);
    }
}
