package dev.sluicegate.router.invocation;

import java.security.interfaces.RSAPublicKey;

/** The RSA key whose signature STS accepts. The private half never leaves where it is kept. */
interface SigningKey {
    /**
     * @throws InvocationUnavailableException if it cannot be read
     */
    RSAPublicKey publicKey();

    /**
     * RSASSA-PKCS1-v1_5 with SHA-256 over {@code message}.
     *
     * @throws InvocationUnavailableException if it cannot be made
     */
    byte[] sign(byte[] message);
}
