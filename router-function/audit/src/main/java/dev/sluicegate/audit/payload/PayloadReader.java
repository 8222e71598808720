package dev.sluicegate.audit.payload;

import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.JournalKeys;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.IncorrectKeyException;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Opens payloads: the auditor's side. It trusts nothing but the record: the envelope must have the record's
 * hash and open under the record's id. Used by one thread for one reading session; keys live as long.
 */
final class PayloadReader {
    private final DynamoDbClient db;
    private final String keysTable;
    private final KmsClient kms;
    private final String kmsKey;
    private final S3Client s3;
    private final String bucket;
    private final Map<String, Key> keys = new HashMap<>(); // by partition and id
    private final Map<String, Optional<AeadKey>> branches = new HashMap<>(); // by hash of sealed

    PayloadReader(
            DynamoDbClient db,
            String keysTable,
            KmsClient kms,
            String kmsKey,
            S3Client s3,
            String bucket) {
        this.db = db;
        this.keysTable = keysTable;
        this.kms = kms;
        this.kmsKey = kmsKey;
        this.s3 = s3;
        this.bucket = bucket;
    }

    private sealed interface Key {
        record Known(AeadKey key) implements Key {}

        record Gone() implements Key {}

        record Wrong(String why) implements Key {}
    }

    /**
     * @param item of the journal, as it was read
     * @throws PayloadUnavailableException if a store or KMS does not answer, or says no
     */
    Opened open(
            AuditRecord record,
            AuditRecord.@Nullable Payload reference,
            PayloadKind kind,
            Map<String, AttributeValue> item) {
        var chain = record.chain();
        if (reference == null) {
            return new Opened.NotStored();
        }
        if (chain == null) {
            return new Opened.Tampered("the record has a payload but no chain");
        }
        try {
            var stored = envelope(reference, item);
            if (stored == null) {
                return new Opened.Missing(reference.at() == null ? "journal item" : reference.at());
            }
            if (!CanonicalJson.sha256(stored).equals(reference.sha())) {
                return new Opened.Tampered("the envelope does not have the record's hash");
            }
            var envelope = Envelope.read(stored).orElse(null);
            if (envelope == null || !envelope.keyId().equals(reference.key())) {
                return new Opened.Tampered("it is not an envelope of the record's key");
            }
            return switch (key(record.tenant(), chain, envelope.keyId())) {
                case Key.Gone() -> new Opened.Erased(envelope.keyId());
                case Key.Wrong(var why) -> new Opened.Tampered(why);
                case Key.Known(var key) ->
                        envelope.open(key, record.tenant(), record.id(), kind)
                                .<Opened>map(Opened.Content::new)
                                .orElseGet(() ->
                                        new Opened.Tampered("it was not sealed for this record"));
            };
        } catch (SdkException e) {
            throw new PayloadUnavailableException("a payload cannot be read", e);
        }
    }

    private byte @Nullable [] envelope(
            AuditRecord.Payload reference, Map<String, AttributeValue> item) {
        var at = reference.at();
        if (at == null) {
            var inline = item.get(JournalKeys.PAYLOAD);
            return inline == null || inline.b() == null ? null : inline.b().asByteArray();
        }
        try {
            return s3.getObjectAsBytes(request -> request.bucket(bucket).key(at)).asByteArray();
        } catch (NoSuchKeyException e) {
            return null;
        }
    }

    private Key key(String tenant, String chain, String id) {
        var place = DataKey.partition(tenant, chain) + "\n" + id;
        var known = keys.get(place);
        if (known == null) {
            known = load(tenant, chain, id);
            keys.put(place, known);
        }
        return known;
    }

    private Key load(String tenant, String chain, String id) {
        var row =
                db.getItem(request ->
                                request.tableName(keysTable)
                                        .consistentRead(true)
                                        .key(
                                                Map.of(
                                                        JournalKeys.PK,
                                                        AttributeValue.fromS(
                                                                DataKey.partition(tenant, chain)),
                                                        JournalKeys.SK,
                                                        AttributeValue.fromS(DataKey.sortKey(id)))))
                        .item();
        if (row.isEmpty()) {
            return new Key.Gone();
        }
        var sealed = DataKey.Sealed.read(row);
        if (sealed.isEmpty()) {
            return new Key.Wrong("the row of its data key is no key");
        }
        return branch(tenant, sealed.get())
                .flatMap(branch -> sealed.get().open(branch, tenant, chain, id))
                .<Key>map(Key.Known::new)
                .orElseGet(() -> new Key.Wrong("its data key was changed"));
    }

    /** Empty if KMS did not seal it for this tenant and day. */
    private Optional<AeadKey> branch(String tenant, DataKey.Sealed sealed) {
        var place = tenant + "\n" + sealed.day() + "\n" + CanonicalJson.sha256(sealed.branch());
        var known = branches.get(place);
        if (known == null) {
            known = decrypt(tenant, sealed);
            branches.put(place, known);
        }
        return known;
    }

    private Optional<AeadKey> decrypt(String tenant, DataKey.Sealed sealed) {
        try {
            var plain =
                    kms.decrypt(request ->
                                    request.keyId(kmsKey)
                                            .ciphertextBlob(SdkBytes.fromByteArray(sealed.branch()))
                                            .encryptionContext(
                                                    BranchKey.context(tenant, sealed.day())))
                            .plaintext()
                            .asByteArray();
            return plain.length == AeadKey.KEY_BYTES
                    ? Optional.of(AeadKey.of(Arrays.copyOf(plain, plain.length)))
                    : Optional.empty();
        } catch (InvalidCiphertextException | IncorrectKeyException e) {
            return Optional.empty();
        }
    }
}
