package dev.sluicegate.audit.payload;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.Ulid;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Seals payloads: the router's side, which can encrypt and not decrypt. Each chain has its own random data key
 * for each instance; its row goes with the first record that needs it, in one transaction, so a payload is
 * never durable without its key and costs no call of its own. Thread-safe.
 */
public final class PayloadSealer {
    /** Larger envelopes go to the bucket: an item is paid by the kilobyte, and read with its record. */
    static final int MAX_INLINE_BYTES = 4 * 1024;

    /** After this a chain gets another key, so that an erased one is not used much longer. */
    private static final Duration MAX_AGE = Duration.ofHours(1);

    private static final int MAX_CHAINS = 4_096;

    private final BranchKeys branches;
    private final String keysTable;
    private final PayloadBucket bucket;
    private final Clock clock;

    /** Keys whose row is durable, by partition. */
    private final Map<String, DataKey> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, DataKey> eldest) {
                    return size() > MAX_CHAINS;
                }
            };

    /**
     * @param kmsKey key id or alias; only {@code GenerateDataKey} is asked of it
     * @param keysTable where rows of data keys go
     */
    public PayloadSealer(
            KmsClient kms, String kmsKey, String keysTable, PayloadBucket bucket, Clock clock) {
        this.branches = new BranchKeys(kms, kmsKey, clock);
        this.keysTable = keysTable;
        this.bucket = bucket;
        this.clock = clock;
    }

    /**
     * Whose payload it is.
     *
     * @param principal of the chain, a pseudonym
     */
    public record Subject(String tenant, String chain, String principal, String call) {}

    /** A sealed payload on its way into the journal. */
    public static final class Sealed {
        private final AuditRecord.Payload reference;
        private final byte @Nullable [] inline;
        private final List<TransactWriteItem> alongside;
        private final String partition;
        private final DataKey key;

        private Sealed(
                AuditRecord.Payload reference,
                byte @Nullable [] inline,
                List<TransactWriteItem> alongside,
                String partition,
                DataKey key) {
            this.reference = reference;
            this.inline = inline;
            this.alongside = List.copyOf(alongside);
            this.partition = partition;
            this.key = key;
        }

        /** For the record. */
        public AuditRecord.Payload reference() {
            return reference;
        }

        /** The envelope for the record's item, or null when it is in the bucket already. */
        public byte @Nullable [] inline() {
            return inline;
        }

        /** What must become durable with the record: the data key's row, when it is new. */
        public List<TransactWriteItem> alongside() {
            return alongside;
        }
    }

    /**
     * @param recordId of the record that will name the payload
     * @throws PayloadUnavailableException if no key can be made or the bucket does not take it; nothing that
     *     depends on the payload may happen
     */
    public Sealed seal(Subject subject, String recordId, PayloadKind kind, byte[] content) {
        var partition = DataKey.partition(subject.tenant(), subject.chain());
        var durable = durable(partition);
        var key =
                durable == null
                        ? new DataKey(Ulid.next(clock), AeadKey.random(), clock.instant())
                        : durable;
        var alongside = durable == null ? List.of(put(subject, key)) : List.<TransactWriteItem>of();
        var envelope =
                Envelope.seal(key.id(), key.key(), subject.tenant(), recordId, kind, content)
                        .bytes();
        var inline = envelope.length <= MAX_INLINE_BYTES;
        @Nullable String at = null;
        if (!inline) {
            at = bucket.key(subject.call(), recordId, kind);
            try {
                bucket.put(at, envelope);
            } catch (SdkException e) {
                throw new PayloadUnavailableException("the bucket takes no payload", e);
            }
        }
        return new Sealed(
                new AuditRecord.Payload(
                        CanonicalJson.sha256(envelope), envelope.length, key.id(), at),
                inline ? envelope : null,
                alongside,
                partition,
                key);
    }

    /** Tells that the record and what went alongside are durable, so that the key can be used again. */
    public void durable(Sealed sealed) {
        synchronized (known) {
            known.put(sealed.partition, sealed.key);
        }
    }

    private @Nullable DataKey durable(String partition) {
        synchronized (known) {
            var key = known.get(partition);
            if (key != null && key.madeAt().plus(MAX_AGE).isBefore(clock.instant())) {
                known.remove(partition);
                return null;
            }
            return key;
        }
    }

    private TransactWriteItem put(Subject subject, DataKey key) {
        var row =
                key.row(
                        subject.tenant(),
                        subject.chain(),
                        subject.principal(),
                        branches.of(subject.tenant()));
        return TransactWriteItem.builder()
                .put(
                        Put.builder()
                                .tableName(keysTable)
                                .item(row)
                                .conditionExpression("attribute_not_exists(pk)")
                                .build())
                .build();
    }
}
