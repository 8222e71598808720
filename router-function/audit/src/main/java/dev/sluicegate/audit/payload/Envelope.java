package dev.sluicegate.audit.payload;

import dev.sluicegate.record.Ulid;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A sealed payload as it is stored, version 1:
 *
 * <pre>
 * 1 byte    0x01, the version
 * 26 bytes  id of the data key, ASCII
 * 12 bytes  nonce
 * n bytes   AES-256-GCM ciphertext
 * 16 bytes  tag
 * </pre>
 *
 * <p>Authenticated with it, and so not movable: version, tenant, id of the record that names it, kind, id of
 * the data key.
 *
 * @param keyId id of the data key
 * @param sealed nonce, ciphertext and tag
 */
record Envelope(String keyId, byte[] sealed) {
    private static final byte VERSION = 1;
    private static final int KEY_ID_BYTES = 26;
    private static final int HEADER_BYTES = 1 + KEY_ID_BYTES;

    static Envelope seal(
            String keyId,
            AeadKey key,
            String tenant,
            String recordId,
            PayloadKind kind,
            byte[] content) {
        return new Envelope(keyId, key.seal(content, context(keyId, tenant, recordId, kind)));
    }

    /** Empty if this is not what was sealed for that record as that kind. */
    Optional<byte[]> open(AeadKey key, String tenant, String recordId, PayloadKind kind) {
        return key.open(sealed, context(keyId, tenant, recordId, kind));
    }

    byte[] bytes() {
        var bytes = new byte[HEADER_BYTES + sealed.length];
        bytes[0] = VERSION;
        System.arraycopy(keyId.getBytes(StandardCharsets.US_ASCII), 0, bytes, 1, KEY_ID_BYTES);
        System.arraycopy(sealed, 0, bytes, HEADER_BYTES, sealed.length);
        return bytes;
    }

    /** Empty if these bytes are no envelope of a version that is known here. */
    static Optional<Envelope> read(byte[] bytes) {
        if (bytes.length < HEADER_BYTES + AeadKey.NONCE_BYTES + AeadKey.TAG_BYTES
                || bytes[0] != VERSION) {
            return Optional.empty();
        }
        var keyId = new String(bytes, 1, KEY_ID_BYTES, StandardCharsets.US_ASCII);
        return Ulid.isValid(keyId)
                ? Optional.of(
                        new Envelope(keyId, Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length)))
                : Optional.empty();
    }

    /** No part can hold a line break, so no two contexts are the same text. */
    private static String context(String keyId, String tenant, String recordId, PayloadKind kind) {
        return String.join("\n", "payload/" + VERSION, tenant, recordId, kind.word(), keyId);
    }

    @Override
    public String toString() {
        return "Envelope[" + keyId + "]";
    }
}
