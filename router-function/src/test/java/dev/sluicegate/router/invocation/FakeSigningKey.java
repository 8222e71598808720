package dev.sluicegate.router.invocation;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A key on the heap that counts its signatures and fails when told to. */
final class FakeSigningKey implements SigningKey {
    private static final KeyPair PAIR = generate(); // once: making one takes a second

    final AtomicInteger signatures = new AtomicInteger();
    volatile boolean fails;
    volatile @Nullable CountDownLatch wait;
    private final KeyPair pair = PAIR;

    private static KeyPair generate() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public RSAPublicKey publicKey() {
        if (fails) {
            throw new InvocationUnavailableException("signing key cannot be read");
        }
        return (RSAPublicKey) pair.getPublic();
    }

    @Override
    public byte[] sign(byte[] message) {
        signatures.incrementAndGet();
        try {
            var latch = wait;
            if (latch != null && !latch.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody opened the latch");
            }
            if (fails) {
                throw new InvocationUnavailableException("token cannot be signed");
            }
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
