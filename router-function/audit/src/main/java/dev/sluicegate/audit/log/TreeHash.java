package dev.sluicegate.audit.log;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The two hashes a Merkle tree is made of.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6962#section-2.1">RFC 6962, section 2.1</a>
 */
public final class TreeHash {
    public static final int BYTES = 32;

    private static final byte LEAF = 0x00;
    private static final byte NODE = 0x01;

    private TreeHash() {}

    /** Root of the tree without leaves. */
    public static byte[] empty() {
        return sha256().digest();
    }

    public static byte[] leaf(byte[] entry) {
        return leaf(entry, 0, entry.length);
    }

    /** As {@link #leaf(byte[])}, of a part of {@code bytes}. */
    public static byte[] leaf(byte[] bytes, int from, int length) {
        var digest = sha256();
        digest.update(LEAF);
        digest.update(bytes, from, length);
        return digest.digest();
    }

    public static byte[] node(byte[] left, byte[] right) {
        var digest = sha256();
        digest.update(NODE);
        digest.update(left);
        digest.update(right);
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }
}
