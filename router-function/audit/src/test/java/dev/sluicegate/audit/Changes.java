package dev.sluicegate.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Events of the journal's stream, in the shape Lambda gets them. */
final class Changes {
    static final String ARN =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/audit/stream/2026-11-23T10:00:00.000";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Changes() {}

    static ObjectNode insert(long sequence, String call) {
        var record = Records.intent(Records.writer("w1"), call);
        return insert(sequence, JournalKeys.call(Records.TENANT, call), JournalKeys.INTENT, record);
    }

    static ObjectNode insert(long sequence, String pk, String sk, AuditRecord record) {
        return event("INSERT", sequence, pk, sk, item(pk, sk, record), null);
    }

    static ObjectNode exec(long sequence, String tool, String call, RecordKind kind) {
        var record =
                Records.record(kind, Records.writer("w2"), Records.TENANT, call, "exec-" + call);
        return insert(
                sequence, JournalKeys.exec(tool, Records.TENANT, call), JournalKeys.EXEC, record);
    }

    static ObjectNode event(
            String name,
            long sequence,
            String pk,
            String sk,
            @Nullable JsonNode after,
            @Nullable JsonNode before) {
        var event = JSON.createObjectNode();
        event.put("eventID", "e" + sequence).put("eventName", name).put("eventSourceARN", ARN);
        var change = event.putObject("dynamodb");
        change.put("ApproximateCreationDateTime", 1.7954544E9);
        change.put("SequenceNumber", sequence(sequence));
        var keys = change.putObject("Keys");
        keys.putObject("pk").put("S", pk);
        keys.putObject("sk").put("S", sk);
        if (after != null) {
            change.set("NewImage", after);
        }
        if (before != null) {
            change.set("OldImage", before);
        }
        return event;
    }

    static String sequence(long number) {
        return String.format(java.util.Locale.ROOT, "%021d", number);
    }

    static ObjectNode item(String pk, String sk, AuditRecord record) {
        var bytes = record.bytes();
        return item(pk, sk, new String(bytes, StandardCharsets.UTF_8), CanonicalJson.sha256(bytes));
    }

    static ObjectNode item(String pk, String sk, String text, String sha) {
        var item = JSON.createObjectNode();
        item.putObject("pk").put("S", pk);
        item.putObject("sk").put("S", sk);
        item.putObject("r").put("S", text);
        item.putObject("sha").put("S", sha);
        return item;
    }
}
