package dev.sluicegate.router.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A token to be bent: any header, any claim, any signature. */
public final class TokenDraft {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final Map<String, Object> header = new LinkedHashMap<>();
    private final Map<String, Object> claims = new LinkedHashMap<>();
    private ECKey key;

    TokenDraft(ECKey key) {
        this.key = key;
        header("alg", "ES256").header("typ", "at+jwt").header("kid", key.getKeyID());
    }

    /** Null takes the parameter away. */
    public TokenDraft header(String name, @Nullable Object value) {
        return put(header, name, value);
    }

    /** Null takes the claim away. */
    public TokenDraft claim(String name, @Nullable Object value) {
        return put(claims, name, value);
    }

    /** Signs with another key and keeps the header. */
    public TokenDraft signedBy(ECKey other) {
        this.key = other;
        return this;
    }

    public String compact() {
        var input = input();
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(key.toECPrivateKey());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Header says HS256, and the key is what everybody can read. */
    public String withMacOfPublicKey() {
        header("alg", "HS256");
        var input = input();
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.toECPublicKey().getEncoded(), "HmacSHA256"));
            var signature = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + BASE64.encodeToString(signature);
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public String unsigned() {
        header("alg", "none");
        return input() + ".";
    }

    private String input() {
        try {
            return BASE64.encodeToString(JSON.writeValueAsBytes(header))
                    + "."
                    + BASE64.encodeToString(JSON.writeValueAsBytes(claims));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private TokenDraft put(Map<String, Object> map, String name, @Nullable Object value) {
        if (value == null) {
            map.remove(name);
        } else {
            map.put(name, value);
        }
        return this;
    }
}
