package dev.sluicegate.router.invocation;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

/** An RSA_2048 key in KMS that signs tokens for STS and nothing else. */
final class KmsSigningKey implements SigningKey {
    /** KMS signs messages up to this as they are; longer ones by their digest. */
    private static final int MAX_RAW_BYTES = 4_096;

    /** An alias may move to another key. */
    private static final Duration MAX_AGE = Duration.ofMinutes(5);

    private final KmsClient kms;
    private final String keyId;
    private final Clock clock;
    private @Nullable RSAPublicKey publicKey;
    private Instant readAt = Instant.MIN;

    KmsSigningKey(KmsClient kms, String keyId, Clock clock) {
        this.kms = kms;
        this.keyId = keyId;
        this.clock = clock;
    }

    @Override
    public synchronized RSAPublicKey publicKey() {
        var now = clock.instant();
        var cached = publicKey;
        if (cached != null && now.isBefore(readAt.plus(MAX_AGE))) {
            return cached;
        }
        try {
            var encoded = kms.getPublicKey(request -> request.keyId(keyId)).publicKey();
            var key =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(new X509EncodedKeySpec(encoded.asByteArray()));
            if (!(key instanceof RSAPublicKey rsa)) {
                throw new InvocationUnavailableException("signing key is not an RSA key");
            }
            publicKey = rsa;
            readAt = now;
            return rsa;
        } catch (SdkException | GeneralSecurityException e) {
            throw new InvocationUnavailableException("signing key cannot be read", e);
        }
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var raw = message.length <= MAX_RAW_BYTES;
            var signed = raw ? message : MessageDigest.getInstance("SHA-256").digest(message);
            return kms.sign(request ->
                            request.keyId(keyId)
                                    .message(SdkBytes.fromByteArray(signed))
                                    .messageType(raw ? MessageType.RAW : MessageType.DIGEST)
                                    .signingAlgorithm(
                                            SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_256))
                    .signature()
                    .asByteArray();
        } catch (SdkException | GeneralSecurityException e) {
            throw new InvocationUnavailableException("token cannot be signed", e);
        }
    }
}
