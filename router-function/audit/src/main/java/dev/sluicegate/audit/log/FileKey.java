package dev.sluicegate.audit.log;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** A log's key in a file, for a log on one machine: PKCS #8, readable by its owner only. */
public final class FileKey implements CheckpointSigner {
    /** DER of PKCS #8 for an Ed25519 seed, up to the seed (RFC 8410). */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private final PrivateKey key;
    private final byte[] publicKey;

    private FileKey(PrivateKey key) throws GeneralSecurityException {
        this.key = key;
        this.publicKey = publicOf(key);
    }

    /** The key in {@code file}; a new one if there is no such file. */
    public static FileKey in(Path file) throws IOException {
        try {
            try {
                return of(Files.readAllBytes(file));
            } catch (NoSuchFileException e) {
                var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                try {
                    Files.createFile(
                            file,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
                    Files.write(file, pair.getPrivate().getEncoded(), StandardOpenOption.WRITE);
                } catch (FileAlreadyExistsException made) {
                    return of(Files.readAllBytes(file));
                }
                return new FileKey(pair.getPrivate());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("`" + file + "` holds no Ed25519 key", e);
        }
    }

    /** A key from its seed: 32 bytes. */
    public static FileKey ofSeed(byte[] seed) {
        try {
            var encoded = Arrays.copyOf(PKCS8, PKCS8.length + seed.length);
            System.arraycopy(seed, 0, encoded, PKCS8.length, seed.length);
            return of(encoded);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a seed of Ed25519", e);
        }
    }

    private static FileKey of(byte[] encoded) throws GeneralSecurityException {
        return new FileKey(
                KeyFactory.getInstance("Ed25519")
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded)));
    }

    /** The JDK makes public keys in pairs only: a pair whose randomness is the seed has the right one. */
    private static byte[] publicOf(PrivateKey key) throws GeneralSecurityException {
        var seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
        var generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
        var spki = generator.generateKeyPair().getPublic().getEncoded();
        return Arrays.copyOfRange(spki, spki.length - TreeHash.BYTES, spki.length);
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(message);
            return ed25519.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Ed25519 is part of every JDK", e);
        }
    }

    @Override
    public String toString() {
        return "FileKey[…]";
    }

    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] bytes;

        Fixed(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }
}
