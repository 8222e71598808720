package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.CallRecords;
import dev.sluicegate.audit.TrailReader;
import dev.sluicegate.contract.Product;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.RecordKind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Puts the records of one call together in the shape of {@code trace -o json}. It reads the journal,
 * which is where records are durable first, and the index for their place in the archive.
 */
public final class CallTrace {
    private final TrailReader trail;

    /**
     * @param db may read the audit and index tables of {@code stage}
     */
    public CallTrace(DynamoDbClient db, String stage, String tenant) {
        this.trail =
                new TrailReader(
                        db,
                        Product.resource(stage, "audit"),
                        Product.resource(stage, "audit-index"),
                        tenant);
    }

    /** The youngest call in the index. */
    public Optional<String> last() {
        return trail.lastCall();
    }

    /** Empty if the journal has no record of the call. */
    public Optional<ObjectNode> of(String callId) {
        return trail.call(callId).map(CallTrace::story);
    }

    private static ObjectNode story(CallRecords call) {
        var records = call.entries().stream().map(CallRecords.Entry::record).toList();
        var story = OutputFormat.JSON.createObjectNode();
        story.put("callId", call.callId());
        story.put("chainId", first(records, AuditRecord::chain));
        var who = first(records, AuditRecord::who);
        story.put("principal", who == null ? null : who.sub());
        story.put("client", who == null ? null : who.client());
        story.put("env", who == null ? null : who.env());
        var tool = first(records, AuditRecord::tool);
        story.put("tool", tool == null ? null : tool.name());
        decision(story, first(records, AuditRecord::decision));
        var intent = of(records, RecordKind.INTENT);
        story.put("intentAt", intent == null ? null : intent.ts());
        var exec = of(records, RecordKind.EXEC);
        if (exec != null) {
            var node = story.putObject("exec").put("at", exec.ts());
            var claim = exec.exec();
            if (claim != null) {
                node.put("fn", claim.fn());
            }
        }
        session(story, first(records, AuditRecord::session));
        var screening = story.putArray("screening");
        for (var record : records) {
            for (var finding :
                    Objects.requireNonNullElse(record.redact(), List.<AuditRecord.Redaction>of())) {
                screening
                        .addObject()
                        .put("type", finding.type())
                        .put("where", finding.at())
                        .put("count", finding.n());
            }
        }
        outcome(story, of(records, RecordKind.OUTCOME));
        var refusal = first(records, AuditRecord::refusal);
        if (refusal != null) {
            story.putObject("refusal")
                    .put("stage", refusal.stage())
                    .put("code", refusal.code())
                    .put("reason", refusal.reason());
        }
        var approval = first(records, AuditRecord::approval);
        if (approval != null) {
            var node = story.putObject("approval").put("id", approval.id());
            node.put("bind", approval.bind());
            var expires = approval.expires();
            if (expires != null) {
                node.put("expires", expires);
            }
        }
        archive(story, call);
        return story;
    }

    private static void decision(ObjectNode story, AuditRecord.@Nullable Decision decision) {
        if (decision == null) {
            story.putNull("decision");
            return;
        }
        var node = story.putObject("decision").put("outcome", decision.outcome());
        decision.policies().forEach(node.putArray("policies")::add);
        decision.reasons().forEach(node.putArray("reasons")::add);
        node.put("set", decision.set()).put("version", decision.rev());
        var shadows = decision.shadow();
        if (shadows != null) {
            var list = node.putArray("shadow");
            for (var shadow : shadows) {
                var said = list.addObject().put("set", shadow.set());
                said.put("outcome", shadow.outcome());
                shadow.policies().forEach(said.putArray("policies")::add);
            }
        }
        var external = decision.external();
        if (external != null) {
            node.putObject("external")
                    .put("service", external.service())
                    .put("outcome", external.outcome())
                    .put("reason", external.reason());
        }
    }

    private static void session(ObjectNode story, AuditRecord.@Nullable Session session) {
        if (session == null) {
            story.putNull("session");
            return;
        }
        var node = story.putObject("session").put("role", session.role());
        var tags = node.putObject("tags");
        session.tags().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
        node.put("sourceIdentity", session.sourceIdentity())
                .put("accessKeyId", session.accessKeyId());
    }

    private static void outcome(ObjectNode story, @Nullable AuditRecord record) {
        var outcome = record == null ? null : record.outcome();
        if (record == null || outcome == null) {
            story.putNull("outcome");
            return;
        }
        var node =
                story.putObject("outcome")
                        .put("status", outcome.status())
                        .put("isError", outcome.isError())
                        .put("bytes", outcome.bytes())
                        .put("digest", outcome.digest())
                        .put("at", record.ts());
        var code = outcome.code();
        if (code != null) {
            node.put("code", code);
        }
    }

    /** The place of the record that ended the call, or of what is archived of it so far. */
    private static void archive(ObjectNode story, CallRecords call) {
        for (var kind : List.of(RecordKind.OUTCOME, RecordKind.DENIED, RecordKind.INTENT)) {
            var position = call.entry(kind).map(CallRecords.Entry::position).orElse(null);
            if (position != null) {
                story.putObject("archive")
                        .put("log", position.log())
                        .put("index", position.index())
                        .put("checkpoint", position.checkpoint());
                return;
            }
        }
        story.putNull("archive");
    }

    private static <T> @Nullable T first(
            List<AuditRecord> records, Function<AuditRecord, @Nullable T> part) {
        for (var record : records) {
            var found = part.apply(record);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable AuditRecord of(List<AuditRecord> records, RecordKind kind) {
        return records.stream().filter(record -> record.kind() == kind).findFirst().orElse(null);
    }
}
