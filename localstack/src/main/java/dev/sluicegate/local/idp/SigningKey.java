package dev.sluicegate.local.idp;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;

/** The issuer's ES256 key; kept in the data folder so that tokens outlive a restart. */
final class SigningKey {
    private static final String FILE = "issuer-key.json";

    private final ECKey key;
    private final ECDSASigner signer;

    private SigningKey(ECKey key) throws JOSEException {
        this.key = key;
        this.signer = new ECDSASigner(key);
    }

    /** Reads the key of an earlier run or makes one; with no folder it lives as long as the process. */
    static SigningKey open(@Nullable Path folder) {
        try {
            if (folder != null && Files.exists(folder.resolve(FILE))) {
                return new SigningKey(ECKey.parse(Files.readString(folder.resolve(FILE))));
            }
            var made =
                    new ECKeyGenerator(Curve.P_256)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.ES256)
                            .keyIDFromThumbprint(true)
                            .generate();
            if (folder != null) {
                PrivateFile.write(folder.resolve(FILE), made.toJSONString());
            }
            return new SigningKey(made);
        } catch (IOException e) {
            throw new UncheckedIOException("issuer key in " + folder + " cannot be used", e);
        } catch (ParseException | JOSEException e) {
            throw new IllegalStateException("issuer key in " + folder + " cannot be used", e);
        }
    }

    /** The public half. */
    JWKSet published() {
        return new JWKSet(key.toPublicJWK());
    }

    String sign(JOSEObjectType type, JWTClaimsSet claims) {
        var jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .type(type)
                                .keyID(key.getKeyID())
                                .build(),
                        claims);
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("the issuer's key does not sign", e);
        }
        return jwt.serialize();
    }

    @Override
    public String toString() {
        return "SigningKey[" + key.getKeyID() + "]";
    }
}
