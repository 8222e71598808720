package dev.sluicegate.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.record.WriterChain;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What the archive says about one event: the record's own bytes, or that something is wrong with it. Every event
 * but an expiry becomes exactly one line; none is skipped and none stops the others.
 *
 * @param claim which line it is: that of a record is the record's own hash, so that it is archived once
 *     whoever delivers it; that of a finding is the place of the event, and the start of the line's hash (a
 *     stream that is made anew, or an emulator that counts from one again, must not make new events look
 *     archived)
 * @param text canonical JSON without a line break
 * @param record what the line holds, or null when it is a finding
 */
record ArchiveLine(String claim, String text, @Nullable AuditRecord record) {
    byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Empty for an expiry, which changes nothing that is not archived. */
    static Optional<ArchiveLine> of(StreamEvent event) {
        if (event.expired()) {
            return Optional.empty();
        }
        var after = event.after();
        if (!event.name().equals("INSERT") || after == null) {
            return Optional.of(tamper(event));
        }
        return Optional.of(record(event, after));
    }

    /**
     * The claim of a record.
     *
     * @param sha {@code sha256:<hex>} of its bytes
     */
    static String claim(String sha) {
        return "record#" + sha.substring("sha256:".length());
    }

    /** The first 64 bits of {@code sha256:<hex>}: enough to tell two contents of one place apart. */
    static String shortened(String sha) {
        return sha.substring("sha256:".length(), "sha256:".length() + 16);
    }

    private static ArchiveLine record(StreamEvent event, JsonNode item) {
        try {
            return record(
                    event.pk(),
                    item.path(JournalKeys.RECORD).path("S").textValue(),
                    item.path(JournalKeys.SHA).path("S").asText());
        } catch (NoRecordException e) {
            return unparseable(event, item, e.why);
        }
    }

    /** An item of the journal, from the table itself; empty if it is no record of its key. */
    static Optional<ArchiveLine> of(Map<String, AttributeValue> item) {
        var pk = item.get(JournalKeys.PK);
        var text = item.get(JournalKeys.RECORD);
        var sha = item.get(JournalKeys.SHA);
        if (pk == null || text == null || sha == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(record(pk.s(), text.s(), sha.s()));
        } catch (NoRecordException e) {
            return Optional.empty();
        }
    }

    private static ArchiveLine record(String pk, @Nullable String text, @Nullable String sha)
            throws NoRecordException {
        if (text == null) {
            throw new NoRecordException("no record");
        }
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > AuditRecord.MAX_BYTES) {
            throw new NoRecordException("too large");
        }
        var own = CanonicalJson.sha256(bytes);
        if (!own.equals(sha)) {
            throw new NoRecordException("hash differs");
        }
        try {
            if (!Arrays.equals(CanonicalJson.bytes(StrictJson.read(bytes)), bytes)) {
                throw new NoRecordException("not canonical");
            }
            var record = AuditRecord.read(bytes);
            if (!belongs(record, pk)) {
                throw new NoRecordException("not a record of this key");
            }
            return new ArchiveLine(claim(own), text, record);
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new NoRecordException("not a record");
        }
    }

    /** Tells why an item is no record. */
    private static final class NoRecordException extends Exception {
        private static final long serialVersionUID = 1;
        private final String why;

        NoRecordException(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }

    /** IAM binds a writer to its keys, so a record under another's key is not what it says it is. */
    @SuppressWarnings(
            "NullAway") // absent fields of a stored record are null, whatever its type says
    private static boolean belongs(AuditRecord record, String pk) {
        if (record.kind() == null || record.id() == null || record.tenant() == null) {
            return false;
        }
        if (record.w() == null || record.ts() == null) {
            return false;
        }
        var call = record.call();
        return switch (record.kind()) {
            case EXEC ->
                    call != null
                            && record.tool() != null
                            && pk.equals(
                                    JournalKeys.exec(record.tool().name(), record.tenant(), call));
            case WRITER_OPEN -> pk.equals(JournalKeys.writer(record.w().id()));
            default ->
                    call == null
                            ? pk.startsWith("control#")
                            : pk.equals(JournalKeys.call(record.tenant(), call))
                                    || pk.startsWith("control#");
        };
    }

    private static ArchiveLine tamper(StreamEvent event) {
        var line = finding(event, RecordKind.TAMPER).put("event", event.name());
        var before = event.before();
        if (before != null) {
            line.put("old", sha(before));
        }
        var after = event.after();
        if (after != null) {
            line.put("new", sha(after));
        }
        return finished(event, line);
    }

    private static ArchiveLine unparseable(StreamEvent event, JsonNode item, String why) {
        return finished(
                event,
                finding(event, RecordKind.UNPARSEABLE).put("raw", sha(item)).put("why", why));
    }

    private static ObjectNode finding(StreamEvent event, RecordKind kind) {
        var line =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("v", AuditRecord.VERSION)
                        .put("id", event.position())
                        .put("kind", kind.name())
                        .put("ts", WriterChain.timestamp(event.at()))
                        .put("tenant", Journal.NO_TENANT);
        // whoever wrote the item chose its key: its hash finds it, and shows nothing
        line.put(
                "key",
                CanonicalJson.sha256(
                        (event.pk() + "\0" + event.sk()).getBytes(StandardCharsets.UTF_8)));
        return line;
    }

    private static ArchiveLine finished(StreamEvent event, ObjectNode line) {
        var text = CanonicalJson.string(line);
        var sha = CanonicalJson.sha256(text.getBytes(StandardCharsets.UTF_8));
        return new ArchiveLine(event.position() + "#" + shortened(sha), text, null);
    }

    private static String sha(JsonNode image) {
        try {
            return CanonicalJson.sha256(image);
        } catch (NotCanonicalException e) {
            return CanonicalJson.sha256(image.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
