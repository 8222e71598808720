package dev.sluicegate.router.invocation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.enforcement.AuthorizedCall;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Web identity tokens for the data roles: who calls which tool from where, for which resource, signed by
 * KMS and verified by STS. One signature serves every call with the same claims while it is fresh.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html">session tags</a>
 */
public final class StsTokens {
    static final String TYP = "sts+v1";
    static final long TTL_SECONDS = 120;

    /** A token this close to its end is not sent: the tool presents it to STS a moment later. */
    static final long RESERVE_SECONDS = 30;

    private static final int MAX_CACHED = 10_000;
    private static final String TAGS = "https://aws.amazon.com/tags";
    private static final String SOURCE_IDENTITY = "https://aws.amazon.com/source_identity";

    private final SigningKey key;
    private final String issuer;
    private final Clock clock;
    private final Map<Map<String, String>, Token> fresh =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Map<String, String>, Token> eldest) {
                    return size() > MAX_CACHED;
                }
            };
    private final Map<Map<String, String>, CompletableFuture<Token>> flights =
            new ConcurrentHashMap<>();

    /**
     * @param keyId id or alias of the KMS key
     * @param issuer exactly as in the trust policies of the data roles
     */
    public StsTokens(KmsClient kms, String keyId, String issuer, Clock clock) {
        this(new KmsSigningKey(kms, keyId, clock), issuer, clock);
    }

    StsTokens(SigningKey key, String issuer, Clock clock) {
        this.key = key;
        this.issuer = issuer;
        this.clock = clock;
    }

    /**
     * A token that is good for 30 seconds or more.
     *
     * @throws InvocationUnavailableException if none can be signed
     */
    public String token(AuthorizedCall authorized) {
        var call = authorized.call();
        var identity = call.identity();
        Map<String, String> tags;
        try {
            tags =
                    SessionTags.of(
                            identity.tenant(),
                            identity.principalId(),
                            authorized.decision().basis().role(),
                            identity.roles(),
                            identity.env(),
                            call.tool().name(),
                            identity.clientId(),
                            authorized.bound());
        } catch (IllegalArgumentException e) {
            throw new InvocationUnavailableException("the call cannot be expressed as tags", e);
        }
        // every other claim follows from the tags, so they are the key
        var cached = fresh(tags);
        return cached == null ? single(tags) : cached;
    }

    private @Nullable String fresh(Map<String, String> tags) {
        synchronized (fresh) {
            var token = fresh.get(tags);
            var now = clock.instant().getEpochSecond();
            return token != null && now < token.exp() - RESERVE_SECONDS ? token.compact() : null;
        }
    }

    /** Many calls at once with the same claims wait for one signature. */
    private String single(Map<String, String> tags) {
        var ours = new CompletableFuture<Token>();
        var theirs = flights.putIfAbsent(tags, ours);
        if (theirs != null) {
            try {
                return theirs.join().compact();
            } catch (CompletionException e) {
                throw new InvocationUnavailableException("token cannot be signed", e);
            }
        }
        try {
            // another flight may have landed between the look into the cache and ours
            var cached = fresh(tags);
            if (cached != null) {
                ours.complete(new Token(cached, 0));
                return cached;
            }
            var token = sign(tags);
            synchronized (fresh) {
                fresh.put(tags, token);
            }
            ours.complete(token);
            return token.compact();
        } catch (RuntimeException | Error e) {
            ours.completeExceptionally(e); // or those who wait for it would wait for ever
            throw e;
        } finally {
            flights.remove(tags, ours);
        }
    }

    private Token sign(Map<String, String> tags) {
        var iat = clock.instant().getEpochSecond();
        var exp = iat + TTL_SECONDS;
        var json = JsonNodeFactory.instance;
        var header =
                json.objectNode()
                        .put("alg", "RS256")
                        .put("typ", TYP)
                        .put("kid", thumbprint(key.publicKey()));
        var principalTags = json.objectNode();
        var names = json.arrayNode();
        tags.forEach((name, value) -> {
            principalTags.putArray(name).add(value);
            names.add(name);
        });
        var claims =
                json.objectNode()
                        .put("iss", issuer)
                        .put("aud", tags.get("tool"))
                        .put(
                                "sub",
                                tags.get("tenant")
                                        + "/"
                                        + tags.get("user")
                                        + "/"
                                        + tags.get("tool"))
                        .put("iat", iat)
                        .put("exp", exp)
                        .put("jti", Ulid.next(clock))
                        .put(SOURCE_IDENTITY, tags.get("user"));
        claims.putObject(TAGS)
                .<ObjectNode>set("principal_tags", principalTags)
                .set("transitive_tag_keys", names);
        var input = encoded(header) + "." + encoded(claims);
        var signature = key.sign(input.getBytes(StandardCharsets.US_ASCII));
        return new Token(input + "." + base64url(signature), exp);
    }

    /** Key id of a public key. */
    static String thumbprint(RSAPublicKey key) {
        try {
            return new RSAKey.Builder(key).build().computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new InvocationUnavailableException("signing key has no thumbprint", e);
        }
    }

    private static String encoded(ObjectNode json) {
        return base64url(CanonicalJson.bytes(json));
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private record Token(String compact, long exp) {
        @Override
        public String toString() {
            return "Token[" + exp + "]"; // a bearer token
        }
    }
}
