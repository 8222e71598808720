package dev.sluicegate.router.policy;

import dev.sluicegate.audit.AlongsideRefusedException;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One DynamoDB transaction per step, over the audit table and the policy table. */
final class JournalledLedger implements PolicyLedger {
    /** Ids of changed policies in a record; the sets named by their hashes hold all. */
    private static final int MAX_IDS = 50;

    private final Journal journal;
    private final String table;
    private final String tenant;
    private final Clock clock;

    /**
     * @param table the policy table
     * @param tenant under which the records are kept
     */
    JournalledLedger(Journal journal, String table, String tenant, Clock clock) {
        this.journal = journal;
        this.table = table;
        this.tenant = tenant;
        this.clock = clock;
    }

    @Override
    public void commit(PolicyStep step, List<ConditionalPut> writes) {
        var id = Ulid.next(clock);
        var kind = kind(step);
        try {
            journal.append(
                    writer -> record(step, kind, id, writer),
                    JournalKeys.control(tenant, id),
                    "0#" + kind,
                    writes.stream().map(write -> write.in(table)).toList());
        } catch (AlongsideRefusedException e) {
            throw new PublishConflictException(
                    "somebody else changed the policies in between; nothing was done", e);
        }
    }

    private static RecordKind kind(PolicyStep step) {
        return switch (step.kind()) {
            case PROPOSED -> RecordKind.POLICY_PROPOSED;
            case APPROVED, REJECTED -> RecordKind.POLICY_REVIEWED;
            case PUBLISHED, ROLLED_BACK -> RecordKind.POLICY_PUBLISHED;
        };
    }

    private AuditRecord record(
            PolicyStep step, RecordKind kind, String id, AuditRecord.Writer writer) {
        var reasons = new ArrayList<String>();
        reasons.add(step.changes().summary());
        if (step.note() != null) {
            reasons.add(step.note());
        }
        var shadow = step.content().shadow();
        var decision =
                new AuditRecord.Decision(
                        step.kind().name().toLowerCase(Locale.ROOT),
                        ids(step.changes()),
                        step.content().set(),
                        step.version(),
                        reasons,
                        null,
                        null,
                        null,
                        shadow == null
                                ? null
                                : List.of(new AuditRecord.Shadow(shadow, "none", List.of())),
                        null);
        return AuditRecord.ofPolicy(
                kind,
                id,
                WriterChain.timestamp(clock.instant()),
                writer,
                tenant,
                who(step.by()),
                decision,
                approval(step));
    }

    private static List<String> ids(PolicyChanges changes) {
        var ids = new ArrayList<String>();
        changes.added().forEach(id -> ids.add("+" + id));
        changes.removed().forEach(id -> ids.add("-" + id));
        changes.changed().forEach(id -> ids.add("~" + id));
        if (ids.size() <= MAX_IDS) {
            return ids;
        }
        var few = new ArrayList<>(ids.subList(0, MAX_IDS));
        few.add("… and " + (ids.size() - MAX_IDS) + " more");
        return few;
    }

    private static AuditRecord.@Nullable Approval approval(PolicyStep step) {
        var reviewer = step.reviewer();
        return step.proposal() == null
                ? null
                : new AuditRecord.Approval(
                        step.proposal(),
                        step.content().set(),
                        reviewer == null ? null : List.of(reviewer),
                        null);
    }

    private AuditRecord.Who who(PolicyEditor editor) {
        return switch (editor) {
            case AdminEditor(var identity) -> {
                var authenticated = identity.authTime();
                yield new AuditRecord.Who(
                        identity.principalId(),
                        true,
                        identity.roles().stream().sorted().toList(),
                        identity.env(),
                        identity.clientId(),
                        null,
                        identity.sourceIp(),
                        identity.tokenId(),
                        identity.mfa(),
                        authenticated == null
                                ? null
                                : Math.max(
                                        0,
                                        Duration.between(authenticated, clock.instant())
                                                .toSeconds()));
            }
            case DeploymentEditor(var principal) ->
                    new AuditRecord.Who(
                            principal,
                            false,
                            List.of(),
                            "",
                            "deployment",
                            null,
                            null,
                            null,
                            false,
                            null);
        };
    }
}
