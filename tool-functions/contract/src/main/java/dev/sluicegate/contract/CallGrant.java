package dev.sluicegate.contract;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The router vouches for one call: HMAC-SHA256 over the canonical claims, with a key that only the
 * router and this tool can read. Compact form: {@code base64url(claims) "." base64url(mac)}.
 *
 * @param typ always {@link #TYP}
 * @param kid version of the tool's key, so that two versions can overlap in a rotation
 * @param function ARN of the function alias that may run the call
 * @param argsSha {@code sha256:<hex>} of the canonical arguments
 * @param approvalId the approval this call consumed, or null
 * @param iat seconds since the epoch
 * @param exp seconds since the epoch, at most {@link #MAX_TTL_SECONDS} after {@code iat}
 * @param jti unique; a tool accepts it once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CallGrant(
        String typ,
        String kid,
        String callId,
        String tool,
        String function,
        String argsSha,
        String tenant,
        String principal,
        String role,
        List<String> roles,
        String env,
        String client,
        String policySet,
        long policyVersion,
        @Nullable String approvalId,
        long iat,
        long exp,
        String jti) {
    public static final String TYP = "call-grant+v1";
    public static final long MAX_TTL_SECONDS = 60;

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    public CallGrant {
        for (var claim :
                new @Nullable String[] {
                    typ, kid, callId, tool, function, argsSha, tenant, principal, role, env, client,
                    policySet, jti
                }) {
            requireNonNull(claim, "a grant with a claim missing");
        }
        roles = List.copyOf(roles);
        if (exp - iat > MAX_TTL_SECONDS || exp <= iat) {
            throw new IllegalArgumentException("grant lives " + (exp - iat) + " s, at most 60");
        }
    }

    /** Key bytes of a secret that holds text: SHA-256 of its UTF-8, 32 bytes. */
    public static byte[] key(String secretText) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secretText.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** The compact form, signed with {@code key} (32 bytes or more). */
    public String sign(byte[] key) {
        var claims = CanonicalJson.bytes(JSON.valueToTree(this));
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString(claims) + "." + encoder.encodeToString(mac(key, claims));
    }

    /**
     * Reads a compact grant without trusting it, to learn its {@code kid}.
     *
     * @throws GrantRefusedException if it is not a grant
     */
    public static CallGrant peek(String compact) {
        return parse(split(compact)[0]);
    }

    /**
     * Verifies the MAC in constant time and returns the claims. Expiry, tool, function, arguments and
     * replay are for the caller to check.
     *
     * @throws GrantRefusedException if the grant is malformed or was not made with {@code key}
     */
    public static CallGrant verify(String compact, byte[] key) {
        var parts = split(compact);
        if (!MessageDigest.isEqual(mac(key, parts[0]), parts[1])) {
            throw new GrantRefusedException("grant was not made with this tool's key");
        }
        var grant = parse(parts[0]);
        if (!TYP.equals(grant.typ)) {
            throw new GrantRefusedException("grant is of another type");
        }
        return grant;
    }

    private static CallGrant parse(byte[] claims) {
        try {
            return requireNonNull(JSON.readValue(claims, CallGrant.class));
        } catch (java.io.IOException | RuntimeException e) {
            throw new GrantRefusedException("grant is malformed");
        }
    }

    private static byte[][] split(String compact) {
        var dot = compact.indexOf('.');
        if (dot < 1 || compact.indexOf('.', dot + 1) >= 0) {
            throw new GrantRefusedException("grant is malformed");
        }
        return new byte[][] {decode(compact.substring(0, dot)), decode(compact.substring(dot + 1))};
    }

    /** Only the one spelling that {@link #sign} writes: no padding, no stray bits in the last digit. */
    private static byte[] decode(String part) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw new GrantRefusedException("grant is malformed");
        }
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) {
            throw new GrantRefusedException("grant is malformed");
        }
        return bytes;
    }

    private static byte[] mac(byte[] key, byte[] bytes) {
        if (key.length < 32) {
            throw new IllegalArgumentException("grant key has " + key.length + " bytes, needs 32");
        }
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
        }
    }
}
