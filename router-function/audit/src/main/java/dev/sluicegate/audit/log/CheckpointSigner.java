package dev.sluicegate.audit.log;

/** Holds the key of a log. The private part never leaves it. */
public interface CheckpointSigner {
    /** The public key: 32 bytes of RFC 8032. */
    byte[] publicKey();

    /** A plain Ed25519 signature over {@code message}: 64 bytes. */
    byte[] sign(byte[] message);
}
