package dev.sluicegate.router.invocation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.nimbusds.jose.util.Base64URL;
import dev.sluicegate.record.CanonicalJson;
import java.net.URI;
import java.time.Clock;
import software.amazon.awssdk.services.kms.KmsClient;

/** What STS reads to verify our tokens. Public by nature: it holds the public key only. */
public final class StsIssuerDocuments {
    private final SigningKey key;
    private final String issuer;
    private final URI jwksUri;

    /**
     * @param issuer exactly as in the trust policies of the data roles
     * @param jwksUri where {@link #jwks} is served
     */
    public StsIssuerDocuments(
            KmsClient kms, String keyId, String issuer, URI jwksUri, Clock clock) {
        this(new KmsSigningKey(kms, keyId, clock), issuer, jwksUri);
    }

    StsIssuerDocuments(SigningKey key, String issuer, URI jwksUri) {
        this.key = key;
        this.issuer = issuer;
        this.jwksUri = jwksUri;
    }

    /** The discovery document, JSON in UTF-8. Asks nobody. */
    public byte[] openidConfiguration() {
        var document =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("issuer", issuer)
                        .put("jwks_uri", jwksUri.toString());
        document.putArray("response_types_supported").add("id_token");
        document.putArray("subject_types_supported").add("public");
        document.putArray("id_token_signing_alg_values_supported").add("RS256");
        document.putArray("claims_supported")
                .add("iss")
                .add("aud")
                .add("sub")
                .add("iat")
                .add("exp")
                .add("jti");
        return CanonicalJson.bytes(document);
    }

    /**
     * The key set, JSON in UTF-8, from a cache of minutes.
     *
     * @throws InvocationUnavailableException if the key cannot be read
     */
    public byte[] jwks() {
        var publicKey = key.publicKey();
        var jwk =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("kty", "RSA")
                        .put("use", "sig")
                        .put("alg", "RS256")
                        .put("kid", StsTokens.thumbprint(publicKey))
                        .put("n", Base64URL.encode(publicKey.getModulus()).toString())
                        .put("e", Base64URL.encode(publicKey.getPublicExponent()).toString());
        var document = JsonNodeFactory.instance.objectNode();
        document.putArray("keys").add(jwk);
        return CanonicalJson.bytes(document);
    }
}
