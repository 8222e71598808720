package dev.sluicegate.record;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 with one key: a digest that cannot be guessed from a short list of values, as a plain hash
 * of small arguments could.
 */
public final class KeyedDigest {
    private static final String PREFIX = "hmac-sha256:";

    private final SecretKeySpec key;

    private KeyedDigest(byte[] key) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /** The key is SHA-256 of the secret's UTF-8 bytes, so that any generated secret will do. */
    public static KeyedDigest ofSecret(String secret) {
        return new KeyedDigest(keyBytes(secret));
    }

    /** SHA-256 of the secret's UTF-8 bytes: how every text secret of ours becomes a key. */
    public static byte[] keyBytes(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** {@code hmac-sha256:<hex>} of {@code bytes}. */
    public String of(byte[] bytes) {
        return PREFIX + HexFormat.of().formatHex(mac(bytes));
    }

    public String of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The first 8 hex digits: enough to see that two findings are the same secret. */
    public String fingerprint(String text) {
        return HexFormat.of().formatHex(mac(text.getBytes(StandardCharsets.UTF_8)), 0, 4);
    }

    /** The 32 bytes themselves, for signatures of our own. */
    public byte[] mac(byte[] bytes) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
        }
    }

    @Override
    public String toString() {
        return "KeyedDigest[…]";
    }
}
