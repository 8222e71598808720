package dev.sluicegate.audit.payload;

import dev.sluicegate.record.JournalKeys;
import dev.sluicegate.record.WriterChain;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The key of one chain's payloads, and its row in the table {@code audit-keys}: sealed by a branch key, which
 * is itself sealed by KMS. The rows of a chain are all there is to erase: without them its payloads are noise.
 *
 * @param id a {@link dev.sluicegate.record.Ulid}; a chain has one key for each instance that served it
 */
record DataKey(String id, AeadKey key, Instant madeAt) {
    private static final String SEALED = "dek";
    private static final String BRANCH = "branch";
    private static final String DAY = "day";

    /** Partition of a chain's keys. */
    static String partition(String tenant, String chain) {
        return "chain#" + tenant + "#" + chain;
    }

    static String sortKey(String id) {
        return "key#" + id;
    }

    /**
     * @param principal whose chain it is: what an erasure looks for
     */
    Map<String, AttributeValue> row(
            String tenant, String chain, String principal, BranchKey branch) {
        var row = new HashMap<String, AttributeValue>();
        row.put(JournalKeys.PK, AttributeValue.fromS(partition(tenant, chain)));
        row.put(JournalKeys.SK, AttributeValue.fromS(sortKey(id)));
        row.put(SEALED, bytes(key.sealedBy(branch.key(), context(tenant, chain, id))));
        row.put(BRANCH, bytes(branch.sealed()));
        row.put(DAY, AttributeValue.fromS(branch.day()));
        row.put("user", AttributeValue.fromS(tenant + "#" + principal));
        row.put("madeAt", AttributeValue.fromS(WriterChain.timestamp(madeAt)));
        return row;
    }

    /** What a row holds, still sealed. */
    record Sealed(byte[] key, byte[] branch, String day) {
        /** Empty if it is not a row of a key. */
        static Optional<Sealed> read(Map<String, AttributeValue> row) {
            var key = bytes(row.get(SEALED));
            var branch = bytes(row.get(BRANCH));
            var day = row.get(DAY);
            return key == null || branch == null || day == null || day.s() == null
                    ? Optional.empty()
                    : Optional.of(new Sealed(key, branch, day.s()));
        }

        /** Empty if the branch key did not seal it for this place. */
        Optional<AeadKey> open(AeadKey branchKey, String tenant, String chain, String id) {
            return branchKey
                    .open(key, context(tenant, chain, id))
                    .filter(bytes -> bytes.length == AeadKey.KEY_BYTES)
                    .map(AeadKey::of);
        }
    }

    private static String context(String tenant, String chain, String id) {
        return String.join("\n", "data-key/1", tenant, chain, id);
    }

    private static AttributeValue bytes(byte[] value) {
        return AttributeValue.fromB(SdkBytes.fromByteArray(value));
    }

    private static byte @Nullable [] bytes(@Nullable AttributeValue value) {
        return value == null || value.b() == null ? null : value.b().asByteArray();
    }

    @Override
    public String toString() {
        return "DataKey[" + id + "]";
    }
}
