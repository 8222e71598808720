package dev.sluicegate.audit;

import dev.sluicegate.audit.log.CheckpointSigner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/**
 * A log's key in KMS: {@code ECC_NIST_EDWARDS25519}, which signs up to 4,096 bytes as they are, so that its
 * signatures are those of signed notes.
 */
final class KmsCheckpointSigner implements CheckpointSigner {
    private static final int KEY_BYTES = 32;

    private final KmsClient kms;
    private final String key;
    private byte @Nullable [] publicKey;

    /**
     * @param key id or alias
     */
    KmsCheckpointSigner(KmsClient kms, String key) {
        this.kms = kms;
        this.key = key;
    }

    @Override
    public synchronized byte[] publicKey() {
        var known = publicKey;
        if (known == null) {
            var spki = kms.getPublicKey(get -> get.keyId(key)).publicKey().asByteArray();
            // the key is the end of its SubjectPublicKeyInfo (RFC 8410)
            known = Arrays.copyOfRange(spki, spki.length - KEY_BYTES, spki.length);
            publicKey = known;
        }
        return known.clone();
    }

    @Override
    public byte[] sign(byte[] message) {
        return kms.sign(sign ->
                        sign.keyId(key)
                                .messageType(MessageType.RAW)
                                .signingAlgorithm(SigningAlgorithmSpec.ED25519_SHA_512)
                                .message(SdkBytes.fromByteArray(message)))
                .signature()
                .asByteArray();
    }
}
