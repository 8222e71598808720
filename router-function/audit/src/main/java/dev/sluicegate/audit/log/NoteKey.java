package dev.sluicegate.audit.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An Ed25519 key that verifies signed notes, and its name: {@code <name>+<key id>+<base64>} as text.
 *
 * @see <a href="https://c2sp.org/signed-note">signed-note</a>
 */
public final class NoteKey {
    /** Signature type of plain Ed25519. */
    private static final byte ED25519 = 0x01;

    private static final int KEY_BYTES = 32;
    static final int ID_BYTES = 4;

    /** DER of SubjectPublicKeyInfo for Ed25519, up to the key (RFC 8410). */
    private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] raw;
    private final PublicKey key;

    private NoteKey(String name, byte[] raw) {
        this.name = name;
        this.raw = raw;
        try {
            this.key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(concat(SPKI, raw)));
        } catch (InvalidKeySpecException e) {
            throw new IllegalArgumentException("not an Ed25519 key", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    /**
     * @param raw the 32 bytes of RFC 8032
     */
    public static NoteKey of(String name, byte[] raw) {
        if (raw.length != KEY_BYTES || name.isEmpty() || name.matches(".*[\\s+].*")) {
            throw new IllegalArgumentException("`" + name + "` is no key of a note");
        }
        return new NoteKey(name, raw.clone());
    }

    /**
     * @param spki DER as {@link PublicKey#getEncoded()} and KMS give it
     */
    public static NoteKey ofSpki(String name, byte[] spki) {
        if (spki.length != SPKI.length + KEY_BYTES
                || !Arrays.equals(Arrays.copyOf(spki, SPKI.length), SPKI)) {
            throw new IllegalArgumentException("not an Ed25519 key");
        }
        return of(name, Arrays.copyOfRange(spki, SPKI.length, spki.length));
    }

    public String name() {
        return name;
    }

    /** The same key under another name. */
    public NoteKey named(String other) {
        return of(other, raw);
    }

    /** The first four bytes of SHA-256 over name, line feed, type and key. */
    byte[] id() {
        return Arrays.copyOf(
                sha256(
                        concat(
                                (name + "\n").getBytes(StandardCharsets.UTF_8),
                                concat(new byte[] {ED25519}, raw))),
                ID_BYTES);
    }

    /** As people pass it around. */
    public String text() {
        return name
                + "+"
                + HexFormat.of().formatHex(id())
                + "+"
                + Base64.getEncoder().encodeToString(concat(new byte[] {ED25519}, raw));
    }

    boolean verifies(byte[] message, byte[] signature) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(message);
            return ed25519.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    private static byte[] concat(byte[] one, byte[] other) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(one);
        out.writeBytes(other);
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return text();
    }
}
