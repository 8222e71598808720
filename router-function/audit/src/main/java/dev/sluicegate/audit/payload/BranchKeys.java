package dev.sluicegate.audit.payload;

import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;

/** The branch keys of this instance: made by KMS on a tenant's first payload of a day, then kept. */
final class BranchKeys {
    /** While KMS fails, calls share one attempt in this time instead of waiting for one each. */
    private static final Duration RETRY = Duration.ofMillis(250);

    private final KmsClient kms;
    private final String kmsKey;
    private final Clock clock;
    private final Map<String, BranchKey> current = new HashMap<>(); // by tenant
    private @Nullable SdkException failure;
    private long failedAt;

    BranchKeys(KmsClient kms, String kmsKey, Clock clock) {
        this.kms = kms;
        this.kmsKey = kmsKey;
        this.clock = clock;
    }

    /**
     * @throws PayloadUnavailableException if KMS makes none
     */
    synchronized BranchKey of(String tenant) {
        var day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString();
        var known = current.get(tenant);
        if (known != null && known.day().equals(day)) {
            return known;
        }
        if (failure != null && System.nanoTime() - failedAt < RETRY.toNanos()) {
            throw unavailable(failure);
        }
        try {
            var made =
                    kms.generateDataKey(request ->
                            request.keyId(kmsKey)
                                    .keySpec(DataKeySpec.AES_256)
                                    .encryptionContext(BranchKey.context(tenant, day)));
            var branch =
                    new BranchKey(
                            day,
                            AeadKey.of(made.plaintext().asByteArray()),
                            made.ciphertextBlob().asByteArray());
            current.put(tenant, branch);
            failure = null;
            return branch;
        } catch (SdkException e) {
            failure = e;
            failedAt = System.nanoTime();
            throw unavailable(e);
        }
    }

    private static PayloadUnavailableException unavailable(SdkException cause) {
        return new PayloadUnavailableException("KMS makes no key for payloads", cause);
    }
}
