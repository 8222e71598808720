package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the facade has to remember between two requests travels with them, closed: AES-256-GCM, for one
 * purpose, until it expires. Nobody can read, change, or make one, and one for a login is none for a code.
 */
final class Seal {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MAX_SEALED = 12 * 1024;
    private static final String UNTIL = "~until";

    private final SecretKeySpec key;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param key 32 bytes that only the gateway has
     */
    Seal(byte[] key, Clock clock) {
        if (key.length != 32) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        this.key = new SecretKeySpec(key, "AES");
        this.clock = clock;
    }

    String close(String purpose, ObjectNode content, Duration life) {
        var held = content.deepCopy();
        held.put(UNTIL, clock.instant().plus(life).getEpochSecond());
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var closed =
                    cipher(Cipher.ENCRYPT_MODE, nonce, purpose)
                            .doFinal(held.toString().getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            ByteBuffer.allocate(nonce.length + closed.length)
                                    .put(nonce)
                                    .put(closed)
                                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every platform has AES-GCM", e);
        }
    }

    /** Empty when it is not one of ours, is for another purpose, or has expired. */
    Optional<ObjectNode> open(String purpose, String sealed) {
        if (sealed.length() > MAX_SEALED) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(sealed);
            if (bytes.length <= NONCE_BYTES) {
                return Optional.empty();
            }
            var nonce = new byte[NONCE_BYTES];
            System.arraycopy(bytes, 0, nonce, 0, NONCE_BYTES);
            var opened =
                    cipher(Cipher.DECRYPT_MODE, nonce, purpose)
                            .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
            return StrictJson.read(opened) instanceof ObjectNode content
                            && clock.instant().getEpochSecond() < content.path(UNTIL).asLong()
                    ? Optional.of(content)
                    : Optional.empty();
        } catch (GeneralSecurityException
                | IllegalArgumentException
                | MalformedJsonException
                | NotCanonicalException e) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
