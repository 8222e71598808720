package dev.sluicegate.audit;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.RecordKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of a call, as small as they may be. */
final class Records {
    static final String TENANT = "demo";
    static final String TOOL = "crm___get_customer";

    private Records() {}

    static AuditRecord intent(AuditRecord.Writer writer, String call) {
        return record(RecordKind.INTENT, writer, TENANT, call, "intent-" + call);
    }

    static AuditRecord record(
            RecordKind kind,
            AuditRecord.Writer writer,
            String tenant,
            @Nullable String call,
            String id) {
        return new AuditRecord(
                AuditRecord.VERSION,
                id,
                kind,
                "2026-11-23T10:00:00.000Z",
                writer,
                tenant,
                call,
                "chain-1",
                null,
                null,
                null,
                new AuditRecord.Who(
                        "ada",
                        true,
                        List.of("support"),
                        "dev",
                        "client",
                        null,
                        null,
                        null,
                        false,
                        null),
                null,
                new AuditRecord.Tool(TOOL, "1", null, null, "read", "medium"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static AuditRecord.Writer writer(String id) {
        return new AuditRecord.Writer(id, 0, null, "router");
    }
}
