package dev.sluicegate.kit;

import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Claims an execution in the audit table under the tool's own principal, in a partition only this tool
 * can write: a router that lies about its records still cannot make a tool run unrecorded or twice.
 */
final class DynamoDbExecutionClaims implements ExecutionClaims {
    private static final Logger LOG = LoggerFactory.getLogger(DynamoDbExecutionClaims.class);
    private static final String FAILED_CONDITION = "ConditionalCheckFailed";

    private final DynamoDbClient audit;
    private final String table;
    private final ToolManifest manifest;
    private final Clock clock;

    /** Null until the first claim, which is after any restore, and after a claim of unknown fate. */
    private @Nullable WriterChain writer;

    DynamoDbExecutionClaims(
            DynamoDbClient audit, String table, ToolManifest manifest, Clock clock) {
        this.audit = audit;
        this.table = table;
        this.manifest = manifest;
        this.clock = clock;
    }

    // one claim at a time: the records of a writer follow each other
    @Override
    public synchronized void claim(
            CallGrant grant, String intentSha, @Nullable String trace, String function) {
        var chain = writer == null ? WriterChain.open(function, clock) : writer;
        writer = chain;
        var bytes = exec(grant, intentSha, trace, function, chain).bytes();
        var sha = CanonicalJson.sha256(bytes);
        try {
            audit.transactWriteItems(
                    TransactWriteItemsRequest.builder()
                            .transactItems(
                                    intentIsDurable(grant, intentSha),
                                    execIfAbsent(grant, bytes, sha))
                            .build());
            chain.wrote(sha);
        } catch (TransactionCanceledException e) {
            throw refused(e.cancellationReasons());
        } catch (SdkException e) {
            // The record may be durable all the same. Reusing its place in the writer's chain would
            // look like a forged record, so the next claim opens another chain.
            writer = null;
            LOG.atError().addKeyValue("callId", grant.callId()).setCause(e).log("claim failed");
            throw new ClaimRefusedException("execution cannot be recorded");
        }
    }

    private TransactWriteItem intentIsDurable(CallGrant grant, String intentSha) {
        return TransactWriteItem.builder()
                .conditionCheck(check ->
                        check.tableName(table)
                                .key(
                                        key(
                                                JournalKeys.call(grant.tenant(), grant.callId()),
                                                JournalKeys.INTENT))
                                .conditionExpression("#sha = :sha")
                                .expressionAttributeNames(Map.of("#sha", JournalKeys.SHA))
                                .expressionAttributeValues(Map.of(":sha", text(intentSha))))
                .build();
    }

    private TransactWriteItem execIfAbsent(CallGrant grant, byte[] bytes, String sha) {
        var item =
                Map.of(
                        JournalKeys.PK,
                        text(JournalKeys.exec(manifest.name(), grant.tenant(), grant.callId())),
                        JournalKeys.SK,
                        text(JournalKeys.EXEC),
                        JournalKeys.KIND,
                        text(RecordKind.EXEC.name()),
                        JournalKeys.RECORD,
                        text(new String(bytes, StandardCharsets.UTF_8)),
                        JournalKeys.SHA,
                        text(sha));
        return TransactWriteItem.builder()
                .put(put ->
                        put.tableName(table)
                                .item(item)
                                .conditionExpression("attribute_not_exists(#pk)")
                                .expressionAttributeNames(Map.of("#pk", JournalKeys.PK)))
                .build();
    }

    private static ClaimRefusedException refused(List<CancellationReason> reasons) {
        if (reasons.size() == 2) {
            if (FAILED_CONDITION.equals(reasons.get(0).code())) {
                return new ClaimRefusedException("no such intent is recorded");
            }
            if (FAILED_CONDITION.equals(reasons.get(1).code())) {
                return new ClaimRefusedException("the call was executed before");
            }
        }
        return new ClaimRefusedException("execution cannot be recorded");
    }

    private AuditRecord exec(
            CallGrant grant,
            String intentSha,
            @Nullable String trace,
            String function,
            WriterChain chain) {
        return new AuditRecord(
                AuditRecord.VERSION,
                Ulid.next(clock),
                RecordKind.EXEC,
                WriterChain.timestamp(clock.instant()),
                chain.next(),
                grant.tenant(),
                grant.callId(),
                null,
                null,
                trace,
                null,
                null,
                null,
                new AuditRecord.Tool(
                        manifest.name(),
                        manifest.version(),
                        manifest.schemaSha(),
                        null,
                        manifest.effect().word(),
                        manifest.risk().word()),
                null,
                null,
                null,
                null,
                null,
                null,
                new AuditRecord.Exec(function, intentSha),
                null,
                null,
                null);
    }

    private static Map<String, AttributeValue> key(String pk, String sk) {
        return Map.of(JournalKeys.PK, text(pk), JournalKeys.SK, text(sk));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }
}
