package dev.sluicegate.audit.verify;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.WriterChain;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a router, a tool and their people write, as records in the order they are archived. */
final class World {
    static final Instant BEGIN = Instant.parse("2026-11-23T10:00:00Z");
    static final Clock MORNING = Clock.fixed(BEGIN, ZoneOffset.UTC);
    static final String SET = "sha256:" + "5".repeat(64);
    static final String BIND = "hmac-sha256:" + "b".repeat(64);

    final List<byte[]> entries = new ArrayList<>();
    final Map<String, byte[]> payloads = new LinkedHashMap<>();
    private final WriterChain router = WriterChain.open("router:7", MORNING);
    private final WriterChain tool = WriterChain.open("tool:3", MORNING);
    private Instant now = BEGIN;
    private int ids;

    World() {
        add(router, RecordKind.WRITER_OPEN, new Draft());
        add(router, RecordKind.POLICY_PUBLISHED, new Draft().decision("publish", SET));
    }

    /** The parts of a record that differ. */
    static final class Draft {
        @Nullable String call;
        @Nullable String parent;
        String sub = "ada";
        String effect = "read";
        AuditRecord.@Nullable Decision decision;
        AuditRecord.@Nullable Approval approval;
        AuditRecord.@Nullable Outcome outcome;
        AuditRecord.@Nullable Exec exec;

        Draft call(String id) {
            call = id;
            return this;
        }

        Draft by(String who) {
            sub = who;
            return this;
        }

        Draft effect(String word) {
            effect = word;
            return this;
        }

        Draft decision(String outcome, String set) {
            decision =
                    new AuditRecord.Decision(outcome, List.of("p"), set, 1, List.of(), null, null);
            return this;
        }

        Draft input(AuditRecord.Payload payload) {
            decision =
                    new AuditRecord.Decision(
                            "permit",
                            List.of("p"),
                            SET,
                            1,
                            List.of(),
                            null,
                            null,
                            payload,
                            null,
                            null);
            return this;
        }

        Draft approval(String id, String bind) {
            approval = new AuditRecord.Approval(id, bind, null, null);
            return this;
        }

        Draft status(String status) {
            outcome = new AuditRecord.Outcome(status, false, null, 9, null, null, null);
            return this;
        }

        Draft exec(String intentSha) {
            exec = new AuditRecord.Exec("tool:3", intentSha);
            return this;
        }
    }

    /** Reads: intent and outcome, each with an input that is stored beside the log. */
    void read(String call) {
        var sealed = ("sealed " + call).getBytes(StandardCharsets.UTF_8);
        var name = "payload/2026-11-23/" + call + ".input";
        payloads.put(name, sealed);
        intent(
                new Draft()
                        .call(call)
                        .input(
                                new AuditRecord.Payload(
                                        CanonicalJson.sha256(sealed), sealed.length, "k", name)));
        outcome(new Draft().call(call).status("ok"));
    }

    /** Writes: intent, claim, outcome. */
    void write(String call) {
        var sha = intent(new Draft().call(call).effect("write").decision("permit", SET));
        exec(new Draft().call(call).effect("write").exec(sha));
        outcome(new Draft().call(call).effect("write").status("ok"));
    }

    String intent(Draft draft) {
        return add(router, RecordKind.INTENT, draft);
    }

    String exec(Draft draft) {
        return add(tool, RecordKind.EXEC, draft);
    }

    String outcome(Draft draft) {
        return add(router, RecordKind.OUTCOME, draft);
    }

    String vote(String approval, String voter, String bind) {
        return add(
                router, RecordKind.APPROVAL_VOTE, new Draft().by(voter).approval(approval, bind));
    }

    String erased(String chain) {
        return add(router, RecordKind.ERASURE, new Draft());
    }

    /** A record that a router wrote and that never reaches the archive. */
    void lose() {
        intent(new Draft().call("lost").decision("permit", SET));
        entries.removeLast();
    }

    /** What a snapshot does when a writer's id is minted before it. */
    void cloneOfTheRouterWrites() {
        var before = router.next();
        var record = record(before, RecordKind.HEARTBEAT, new Draft());
        entries.add(record.bytes());
        entries.add(record(before, RecordKind.HEARTBEAT, new Draft()).bytes());
    }

    /** A line of the archiver's own. */
    void line(String kind) {
        entries.add(
                ("{\"id\":\"s#1\",\"kind\":\""
                                + kind
                                + "\",\"tenant\":\"-\",\"ts\":\"2026-11-23T10:00:00.000Z\",\"v\":1}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private String add(WriterChain writer, RecordKind kind, Draft draft) {
        var bytes = record(writer.next(), kind, draft).bytes();
        entries.add(bytes);
        var sha = CanonicalJson.sha256(bytes);
        writer.wrote(sha);
        return sha;
    }

    private AuditRecord record(AuditRecord.Writer writer, RecordKind kind, Draft draft) {
        now = now.plusMillis(7);
        return new AuditRecord(
                AuditRecord.VERSION,
                "r" + ++ids,
                kind,
                WriterChain.timestamp(now),
                writer,
                "demo",
                draft.call,
                "chain-1",
                draft.parent,
                null,
                null,
                new AuditRecord.Who(
                        draft.sub, true, List.of(), "dev", "client", null, null, null, false, null),
                null,
                new AuditRecord.Tool("crm___get_customer", "1", null, null, draft.effect, "low"),
                null,
                draft.decision,
                draft.approval,
                null,
                null,
                draft.outcome,
                draft.exec,
                null,
                null,
                null);
    }
}
