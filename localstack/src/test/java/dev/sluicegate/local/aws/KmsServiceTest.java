package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.InvalidCiphertextException;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.MessageType;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.SigningAlgorithmSpec;

class KmsServiceTest {
    private static final String PAYLOADS = "alias/dev-payload";
    private static final String ALIAS = "alias/dev-sts";
    private static final byte[] MESSAGE = "header.payload".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path data;

    private static byte[] sign(KmsClient kms, String key, byte[] message, MessageType type) {
        return kms.sign(request ->
                        request.keyId(key)
                                .message(SdkBytes.fromByteArray(message))
                                .messageType(type)
                                .signingAlgorithm(SigningAlgorithmSpec.RSASSA_PKCS1_V1_5_SHA_256))
                .signature()
                .asByteArray();
    }

    private static PublicKey publicKey(KmsClient kms) throws Exception {
        byte[] encoded =
                kms.getPublicKey(request -> request.keyId(ALIAS)).publicKey().asByteArray();
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
    }

    private static boolean verifies(PublicKey key, byte[] signature) throws Exception {
        var verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(key);
        verifier.update(MESSAGE);
        return verifier.verify(signature);
    }

    @Test
    void aSignatureVerifiesWithThePublicKeyRawAndAsDigest() throws Exception {
        try (var cloud = new Cloud(data);
                var kms = cloud.kms(cloud.execution(Cloud.ROUTER_ROLE))) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(MESSAGE);
            String arn = cloud.template.keys().getFirst().arn();

            assertThat(verifies(publicKey(kms), sign(kms, ALIAS, MESSAGE, MessageType.RAW)))
                    .isTrue();
            assertThat(verifies(publicKey(kms), sign(kms, arn, digest, MessageType.DIGEST)))
                    .isTrue();
        }
    }

    @Test
    void theKeyIsTheSameAfterARestartAndOnlyItsOwnerReadsIt() throws Exception {
        PublicKey before;
        try (var cloud = new Cloud(data);
                var kms = cloud.kms(cloud.execution(Cloud.ROUTER_ROLE))) {
            before = publicKey(kms);
        }

        try (var cloud = new Cloud(data);
                var kms = cloud.kms(cloud.execution(Cloud.ROUTER_ROLE))) {
            assertThat(publicKey(kms)).isEqualTo(before);
        }
        try (var files = Files.list(data.resolve("kms"))) {
            assertThat(files.toList())
                    .singleElement()
                    .satisfies(file ->
                            assertThat(Files.getPosixFilePermissions(file))
                                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void aRoleWithoutTheRightCannotSign() {
        try (var cloud = new Cloud(data);
                var tool = cloud.kms(cloud.execution(Cloud.TOOL_ROLE));
                var router = cloud.kms(cloud.execution(Cloud.ROUTER_ROLE))) {
            assertThatThrownBy(() -> sign(tool, ALIAS, MESSAGE, MessageType.RAW))
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("AccessDeniedException"));
            assertThatThrownBy(() -> sign(router, "alias/private", MESSAGE, MessageType.RAW))
                    .hasMessageContaining("the resource's own policy does not allow it");
        }
    }

    @Test
    void whatIsNotThereOrNotKnownIsSaid() {
        try (var cloud = new Cloud(data);
                var kms = cloud.kms(cloud.iam.operator())) {
            assertThatThrownBy(() -> sign(kms, "alias/none", MESSAGE, MessageType.RAW))
                    .isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> sign(kms, ALIAS, new byte[4097], MessageType.RAW))
                    .hasMessageContaining("4096");
            assertThatThrownBy(() -> sign(kms, ALIAS, new byte[31], MessageType.DIGEST))
                    .hasMessageContaining("32 bytes");
            assertThatThrownBy(() -> kms.listKeys())
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("UnknownOperationException"));
            assertThat(
                            kms.describeKey(request -> request.keyId(ALIAS))
                                    .keyMetadata()
                                    .keySpecAsString())
                    .isEqualTo("RSA_2048");
        }
    }

    @Test
    void aDataKeyOpensInItsContextOnlyAndNotForWhoMayOnlyMakeOne() {
        try (var cloud = new Cloud(data);
                var router = cloud.kms(cloud.execution(Cloud.ROUTER_ROLE));
                var operator = cloud.kms(cloud.iam.operator())) {
            var made =
                    router.generateDataKey(request ->
                            request.keyId(PAYLOADS)
                                    .keySpec(DataKeySpec.AES_256)
                                    .encryptionContext(Map.of("tenant", "demo")));

            assertThat(made.plaintext().asByteArray()).hasSize(32);
            assertThat(decrypt(operator, made.ciphertextBlob(), "demo"))
                    .isEqualTo(made.plaintext());
            assertThatThrownBy(() -> decrypt(operator, made.ciphertextBlob(), "other"))
                    .isInstanceOf(InvalidCiphertextException.class);
            assertThatThrownBy(() -> decrypt(router, made.ciphertextBlob(), "demo"))
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e ->
                                    assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("AccessDeniedException"));
        }
    }

    @Test
    void aChangedOrForeignCiphertextIsRefusedAndASigningKeyMakesNoDataKeys() {
        try (var cloud = new Cloud(data);
                var kms = cloud.kms(cloud.iam.operator())) {
            var blob =
                    kms.generateDataKey(r -> r.keyId(PAYLOADS).keySpec(DataKeySpec.AES_256))
                            .ciphertextBlob()
                            .asByteArray();
            for (var at : new int[] {0, 1, 5, blob.length - 1}) {
                var changed = blob.clone();
                changed[at] ^= 1;
                assertThatThrownBy(() ->
                                kms.decrypt(r ->
                                        r.keyId(PAYLOADS)
                                                .ciphertextBlob(SdkBytes.fromByteArray(changed))))
                        .isInstanceOf(KmsException.class);
            }
            assertThat(
                            kms.decrypt(r -> r.ciphertextBlob(SdkBytes.fromByteArray(blob)))
                                    .plaintext()
                                    .asByteArray())
                    .hasSize(32);
            assertThatThrownBy(() ->
                            kms.generateDataKey(r -> r.keyId(ALIAS).keySpec(DataKeySpec.AES_256)))
                    .hasMessageContaining("neither encrypts nor decrypts");
        }
    }

    private static SdkBytes decrypt(KmsClient kms, SdkBytes blob, String tenant) {
        return kms.decrypt(request ->
                        request.keyId(PAYLOADS)
                                .ciphertextBlob(blob)
                                .encryptionContext(Map.of("tenant", tenant)))
                .plaintext();
    }
}
