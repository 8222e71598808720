package dev.sluicegate.local;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluicegate.local.idp.TokenOrder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A token as the issuer makes it, to be forged in one thing. */
final class ForgedToken {
    private final Map<String, @Nullable Object> claims = new LinkedHashMap<>();
    private String type = "at+jwt";
    private String kid = BadInput.issuerKey().getKeyID();
    private ECKey key = BadInput.issuerKey();
    private @Nullable ECKey embedded;
    private @Nullable String keysAt;
    private boolean critical;

    ForgedToken() {
        claims.put("iss", BadInput.stack().issuer());
        claims.put("sub", "ada");
        claims.put("aud", BadInput.stack().mcp().toString());
        claims.put("client_id", "forger");
        claims.put("scope", TokenOrder.ALL_SCOPES);
        claims.put("roles", List.of("support"));
        claims.put("iat", now());
        claims.put("exp", now() + 600);
    }

    long now() {
        return BadInput.CLOCK.instant().getEpochSecond();
    }

    ForgedToken claim(String name, @Nullable Object value) {
        claims.put(name, value);
        return this;
    }

    ForgedToken type(String other) {
        type = other;
        return this;
    }

    ForgedToken kid(String other) {
        kid = other;
        return this;
    }

    ForgedToken by(ECKey other) {
        key = other;
        return this;
    }

    ForgedToken embeddingKey(ECKey other) {
        embedded = other;
        return this;
    }

    ForgedToken keysAt(String url) {
        keysAt = url;
        return this;
    }

    ForgedToken critical() {
        critical = true;
        return this;
    }

    String signed() {
        var header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType(type)).keyID(kid);
        if (embedded != null) {
            header.jwk(embedded.toPublicJWK());
        }
        if (keysAt != null) {
            header.jwkURL(URI.create(keysAt));
        }
        if (critical) {
            header.criticalParams(Set.of("exp")).customParam("exp", now() + 600);
        }
        var set = new JWTClaimsSet.Builder();
        claims.forEach((name, value) -> {
            if (value != null) {
                set.claim(name, value);
            }
        });
        var jwt = new SignedJWT(header.build(), set.build());
        try {
            jwt.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwt.serialize();
    }

    String unsigned() {
        var header = "{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}";
        return encoded(header) + "." + signed().split("\\.", -1)[1] + ".";
    }

    String macOfPublicKey() {
        var header = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}";
        var input = encoded(header) + "." + signed().split("\\.", -1)[1];
        try {
            var secret = BadInput.issuerKey().toPublicJWK().toJSONString();
            return input
                    + "."
                    + new MACSigner(secret)
                            .sign(
                                    new JWSHeader(JWSAlgorithm.HS256),
                                    input.getBytes(StandardCharsets.US_ASCII));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
