package dev.sluicegate.audit.verify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The key whoever verifies trusts, as {@code audit vkey} prints it: {@code <family>/<year>+<id>+<base64>}. A
 * stage has one key, so it is trusted for the logs of every year of the family.
 *
 * @see <a href="https://c2sp.org/signed-note">signed-note</a>
 */
public final class TrustedKey {
    private static final byte ED25519 = 1;
    private static final String SPKI = "302a300506032b6570032100";

    private final String family;
    private final byte[] typed;
    private final PublicKey key;

    private TrustedKey(String family, byte[] typed, PublicKey key) {
        this.family = family;
        this.typed = typed;
        this.key = key;
    }

    /**
     * @throws IllegalArgumentException if {@code text} is no such key
     */
    public static TrustedKey parse(String text) {
        var parts = text.strip().split("\\+", 3);
        try {
            var typed = parts.length == 3 ? Base64.getDecoder().decode(parts[2]) : new byte[0];
            if (typed.length != 33
                    || typed[0] != ED25519
                    || !parts[0].matches("[^\\s/]+(/[^\\s/]+)*/[0-9]{4}")
                    || !HexFormat.of().formatHex(id(parts[0], typed)).equals(parts[1])) {
                throw new IllegalArgumentException("not a key that verifies a log");
            }
            var spki = Arrays.copyOf(HexFormat.of().parseHex(SPKI), 44);
            System.arraycopy(typed, 1, spki, 12, 32);
            return new TrustedKey(
                    parts[0].substring(0, parts[0].lastIndexOf('/')),
                    typed,
                    KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a key that verifies a log", e);
        }
    }

    /** The log of a year, as its checkpoints call it. */
    String origin(int year) {
        return family + "/" + year;
    }

    String family() {
        return family;
    }

    boolean verifies(String signer, byte[] signature, String text) {
        if (signature.length != 68
                || !Arrays.equals(Arrays.copyOf(signature, 4), id(signer, typed))) {
            return false;
        }
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return ed25519.verify(signature, 4, 64);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    private static byte[] id(String name, byte[] typed) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest.digest(typed), 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
