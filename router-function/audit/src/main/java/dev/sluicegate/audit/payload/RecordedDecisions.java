package dev.sluicegate.audit.payload;

import dev.sluicegate.audit.CallList;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.RecordKind;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.record.WriterChain;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The decisions of a tenant with what they were made from, for auditors. Each reading session is recorded as
 * AUDIT_READ, with who reads, for what and how many, before anything is opened: no record, no content.
 */
public final class RecordedDecisions {
    /** Calls of one reading session. */
    public static final int MAX_PAGE = 500;

    private final DynamoDbClient db;
    private final Stores stores;
    private final KmsClient kms;
    private final S3Client s3;
    private final Journal journal;
    private final String tenant;
    private final Clock clock;

    /**
     * Names of what is read.
     *
     * @param kmsKey key id or alias
     */
    public record Stores(
            String auditTable, String indexTable, String keysTable, String bucket, String kmsKey) {}

    /**
     * @param journal takes the AUDIT_READ records
     */
    public RecordedDecisions(
            DynamoDbClient db,
            KmsClient kms,
            S3Client s3,
            Stores stores,
            Journal journal,
            String tenant,
            Clock clock) {
        this.db = db;
        this.kms = kms;
        this.s3 = s3;
        this.stores = stores;
        this.journal = journal;
        this.tenant = tenant;
        this.clock = clock;
    }

    /**
     * @param purpose command that reads, such as {@code policy replay}
     */
    public record Reader(AuditRecord.Who who, String purpose) {}

    /**
     * @param calls that were looked at, in the order of their time
     * @param decisions of those calls; a call that ended before policy was asked has none
     * @param uncounted refusals that were only counted, because there were too many of one principal
     * @param after where the next page begins, or null when this is the last
     */
    public record Page(
            int calls, List<RecordedDecision> decisions, long uncounted, @Nullable String after) {
        public Page {
            decisions = List.copyOf(decisions);
        }
    }

    /** A record and the item it came from. */
    private record Found(AuditRecord record, Map<String, AttributeValue> item, boolean intact) {}

    /**
     * The archived calls since a time.
     *
     * @param after where the page before said to go on, or null
     * @throws PayloadUnavailableException if a store or KMS does not answer
     * @throws dev.sluicegate.audit.JournalUnavailableException if the reading cannot be recorded
     */
    public Page since(Instant since, @Nullable String after, Reader reader) {
        var from = Ulid.first(since);
        var calls =
                new CallList(db, stores.indexTable(), tenant)
                        .after(after == null || after.compareTo(from) < 0 ? from : after, MAX_PAGE);
        var found = new ArrayList<Found>();
        var uncounted = 0L;
        for (var call : calls) {
            for (var record : records(call)) {
                var count = record.record().count();
                uncounted += count == null ? 0 : count;
            }
            decision(call).ifPresent(found::add);
        }
        return new Page(
                calls.size(),
                open(found, null, reader),
                uncounted,
                calls.size() < MAX_PAGE ? null : calls.getLast());
    }

    /** The decision of one call; empty if policy was not asked or there is no such call. */
    public Optional<RecordedDecision> of(String callId, Reader reader) {
        return decision(callId)
                .flatMap(found -> open(List.of(found), callId, reader).stream().findFirst());
    }

    private List<RecordedDecision> open(List<Found> found, @Nullable String callId, Reader reader) {
        if (found.stream().anyMatch(RecordedDecisions::hasInput)) {
            recordReading(
                    found.stream().filter(RecordedDecisions::hasInput).count(), callId, reader);
        }
        var payloads =
                new PayloadReader(
                        db, stores.keysTable(), kms, stores.kmsKey(), s3, stores.bucket());
        return found.stream()
                .map(one -> new RecordedDecision(one.record(), input(payloads, one)))
                .toList();
    }

    private static Opened input(PayloadReader payloads, Found found) {
        var decision = found.record().decision();
        return found.intact()
                ? payloads.open(
                        found.record(),
                        decision == null ? null : decision.input(),
                        PayloadKind.DECISION_INPUT,
                        found.item())
                : new Opened.Tampered("the record does not have the hash of its item");
    }

    private static boolean hasInput(Found found) {
        var decision = found.record().decision();
        return decision != null && decision.input() != null;
    }

    /** A call that was let through and then refused for another reason has two records of one decision. */
    private Optional<Found> decision(String callId) {
        return records(callId).stream()
                .filter(found -> found.record().decision() != null)
                .min(Comparator.comparing(found -> found.record().kind()));
    }

    private List<Found> records(String callId) {
        var found = new ArrayList<Found>();
        var items =
                db.queryPaginator(request ->
                                request.tableName(stores.auditTable())
                                        .consistentRead(true)
                                        .keyConditionExpression(
                                                "pk = :pk AND begins_with(sk, :first)")
                                        .expressionAttributeValues(
                                                Map.of(
                                                        ":pk",
                                                        AttributeValue.fromS(
                                                                JournalKeys.call(tenant, callId)),
                                                        ":first",
                                                        AttributeValue.fromS("0#"))))
                        .items();
        for (var item : items) {
            var bytes = text(item, JournalKeys.RECORD).getBytes(StandardCharsets.UTF_8);
            try {
                found.add(
                        new Found(
                                AuditRecord.read(bytes),
                                item,
                                CanonicalJson.sha256(bytes).equals(text(item, JournalKeys.SHA))));
            } catch (MalformedJsonException e) {
                throw new PayloadUnavailableException(
                        "the journal's item of call " + callId + " is no record", e);
            }
        }
        return found;
    }

    private void recordReading(long count, @Nullable String callId, Reader reader) {
        var id = Ulid.next(clock);
        journal.append(
                writer ->
                        new AuditRecord(
                                AuditRecord.VERSION,
                                id,
                                RecordKind.AUDIT_READ,
                                WriterChain.timestamp(clock.instant()),
                                writer,
                                tenant,
                                callId,
                                null,
                                null,
                                null,
                                new AuditRecord.Rpc(reader.purpose(), null, "cli"),
                                reader.who(),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                count),
                JournalKeys.control(tenant, id),
                "0#" + RecordKind.AUDIT_READ,
                List.of());
    }

    private static String text(Map<String, AttributeValue> item, String name) {
        var value = item.get(name);
        return value == null || value.s() == null ? "" : value.s();
    }
}
