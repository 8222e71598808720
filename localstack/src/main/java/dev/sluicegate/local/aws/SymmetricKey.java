package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A symmetric KMS key: data keys, and opening what it sealed. A ciphertext is {@code 1 || length of key id || key
 * id || nonce (12) || AES-256-GCM}, with the encryption context authenticated: the real one's form is not public,
 * and nothing may depend on it.
 */
final class SymmetricKey {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte VERSION = 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Template.Key key;
    private final byte[] bytes;

    private SymmetricKey(Template.Key key, byte[] bytes) {
        this.key = key;
        this.bytes = bytes;
    }

    static SymmetricKey load(Template.Key key, Path path) {
        if (!key.keySpec().equals("SYMMETRIC_DEFAULT")
                || !key.keyUsage().equals("ENCRYPT_DECRYPT")) {
            throw new LocalServiceException(
                    400, "InvalidKeyUsageException", "the key neither encrypts nor decrypts");
        }
        var file = new PrivateFile(path);
        byte[] stored = file.read().orElse(null);
        if (stored == null) {
            stored = random(KEY_BYTES);
            file.write(stored);
        }
        return new SymmetricKey(key, stored);
    }

    ObjectNode generateDataKey(JsonOperation operation) {
        String spec = operation.text("KeySpec");
        if (!"AES_256".equals(spec)) {
            throw new LocalServiceException(
                    400, "ValidationException", "the local KMS makes data keys of AES_256 only");
        }
        byte[] plain = random(KEY_BYTES);
        return JsonOperation.object()
                .put("KeyId", key.arn())
                .put("Plaintext", base64(plain))
                .put("CiphertextBlob", base64(seal(plain, context(operation))));
    }

    ObjectNode decrypt(JsonOperation operation) {
        byte[] plain = open(ciphertext(operation), context(operation));
        return JsonOperation.object()
                .put("KeyId", key.arn())
                .put("Plaintext", base64(plain))
                .put("EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    }

    /** In name order, as the real one binds it. */
    static SortedMap<String, String> context(JsonOperation operation) {
        var context = new TreeMap<String, String>();
        operation
                .input()
                .path("EncryptionContext")
                .properties()
                .forEach(entry -> context.put(entry.getKey(), entry.getValue().asText()));
        return context;
    }

    static String keyIdOf(JsonOperation operation) {
        var blob = ByteBuffer.wrap(ciphertext(operation));
        if (blob.remaining() < 2 || blob.get() != VERSION) {
            throw invalid();
        }
        var id = new byte[blob.get() & 0xff];
        if (blob.remaining() < id.length) {
            throw invalid();
        }
        blob.get(id);
        return new String(id, StandardCharsets.US_ASCII);
    }

    private byte[] seal(byte[] plain, Map<String, String> context) {
        byte[] id = key.id().getBytes(StandardCharsets.US_ASCII);
        byte[] nonce = random(NONCE_BYTES);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, plain, context);
        return ByteBuffer.allocate(2 + id.length + nonce.length + sealed.length)
                .put(VERSION)
                .put((byte) id.length)
                .put(id)
                .put(nonce)
                .put(sealed)
                .array();
    }

    private byte[] open(byte[] blob, Map<String, String> context) {
        byte[] id = key.id().getBytes(StandardCharsets.US_ASCII);
        var buffer = ByteBuffer.wrap(blob);
        if (blob.length < 2 + id.length + NONCE_BYTES
                || buffer.get() != VERSION
                || (buffer.get() & 0xff) != id.length) {
            throw invalid();
        }
        var named = new byte[id.length];
        buffer.get(named);
        if (!java.util.Arrays.equals(named, id)) {
            throw new LocalServiceException(
                    400, "IncorrectKeyException", "another key made this ciphertext");
        }
        var nonce = new byte[NONCE_BYTES];
        buffer.get(nonce);
        var sealed = new byte[buffer.remaining()];
        buffer.get(sealed);
        return crypt(Cipher.DECRYPT_MODE, nonce, sealed, context);
    }

    private byte[] crypt(int mode, byte[] nonce, byte[] text, Map<String, String> context) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(
                    JsonOperation.mapper()
                            .valueToTree(context)
                            .toString()
                            .getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(text);
        } catch (javax.crypto.AEADBadTagException _) {
            throw invalid();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }

    private static byte[] ciphertext(JsonOperation operation) {
        try {
            return Base64.getDecoder().decode(operation.need("CiphertextBlob"));
        } catch (IllegalArgumentException _) {
            throw new LocalServiceException(
                    400, "ValidationException", "CiphertextBlob is not base64");
        }
    }

    private static LocalServiceException invalid() {
        return new LocalServiceException(
                400, "InvalidCiphertextException", "not a ciphertext of this key and context");
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
