package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.sluicegate.record.PrincipalId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AccessTokensTest {
    private final TickingClock clock = new TickingClock();
    private final IssuerServer issuer = new IssuerServer(clock);
    private final AccessTokens tokens = new AccessTokens(List.of(issuer.config()), "dev", clock);

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aValidTokenSaysWhoIsCalling() {
        var now = clock.instant();

        var identity = verified(issuer.token().compact());

        assertThat(identity.tenant()).isEqualTo("demo");
        assertThat(identity.principalId()).isEqualTo(PrincipalId.of(issuer.url(), "ada"));
        assertThat(identity.issuer()).isEqualTo(issuer.url());
        assertThat(identity.human()).isTrue();
        assertThat(identity.roles()).containsExactly("support");
        assertThat(identity.scopes())
                .containsExactlyInAnyOrder("tools:read", "tools:write", "tools:destructive");
        assertThat(identity.clientId()).isEqualTo("inspector");
        assertThat(identity.clientTrust()).isEqualTo("managed");
        assertThat(identity.env()).isEqualTo("dev");
        assertThat(identity.mfa()).isFalse();
        assertThat(identity.authTime()).isEqualTo(now.minusSeconds(30));
        assertThat(identity.sourceIp()).isEqualTo("192.0.2.7");
        assertThat(identity.tokenId()).matches("[0-9a-f]{32}");
        assertThat(identity.tokenExpires()).isEqualTo(now.plusSeconds(600));
    }

    @Test
    void factsThatTheTokenLacksAreAbsentOrTheWeakerOne() {
        var draft =
                issuer.token()
                        .claim("client_id", "somebody-else")
                        .claim("jti", null)
                        .claim("auth_time", null)
                        .claim("amr", null)
                        .claim("roles", null)
                        .claim("scope", null);

        var identity = verified(draft.compact());

        assertThat(identity.clientTrust()).isEqualTo("unknown");
        assertThat(identity.tokenId()).isNull();
        assertThat(identity.authTime()).isNull();
        assertThat(identity.mfa()).isFalse();
        assertThat(identity.roles()).isEmpty();
        assertThat(identity.scopes()).isEmpty();
    }

    @Test
    void aSecondFactorIsSeenInMethodsAndInContext() {
        assertThat(verified(issuer.token().claim("amr", List.of("pwd", "otp")).compact()).mfa())
                .isTrue();
        assertThat(
                        verified(
                                        issuer.token()
                                                .claim("acr", "https://refeds.org/profile/mfa")
                                                .compact())
                                .mfa())
                .isTrue();
        assertThat(verified(issuer.token().claim("acr", "0").claim("jti", "b").compact()).mfa())
                .isFalse();
    }

    @Test
    void aTokenWhoseSubjectIsItsClientIsAWorkload() {
        var identity = verified(issuer.token().claim("sub", "inspector").compact());

        assertThat(identity.human()).isFalse();
    }

    @TestFactory
    Stream<DynamicTest> everyOtherTokenIsRefused() {
        var now = clock.instant().getEpochSecond();
        var stranger = IssuerServer.newKey("k1");
        return Stream.of(
                refused("garbage", Rejection.MALFORMED, _ -> "garbage"),
                refused("three parts of garbage", Rejection.MALFORMED, _ -> "a.b.c"),
                refused("not base64", Rejection.MALFORMED, _ -> "a!.b.c"),
                refused(
                        "header is an array",
                        Rejection.MALFORMED,
                        t -> "W10." + t.compact().split("\\.", -1)[1] + ".AA"),
                refused(
                        "duplicate claim",
                        Rejection.MALFORMED,
                        AccessTokensTest::withDuplicateClaim),
                refused(
                        "too long",
                        Rejection.MALFORMED,
                        t -> t.claim("x", "y".repeat(8192)).compact()),
                refused("algorithm none", Rejection.ALGORITHM, TokenDraft::unsigned),
                refused(
                        "HS256 with the public key",
                        Rejection.ALGORITHM,
                        TokenDraft::withMacOfPublicKey),
                refused(
                        "algorithm in another case",
                        Rejection.ALGORITHM,
                        t -> t.header("alg", "es256").compact()),
                refused(
                        "algorithm that does not go with the key",
                        Rejection.SIGNATURE,
                        t -> t.header("alg", "RS256").compact()),
                refused("expired", Rejection.EXPIRED, t -> t.claim("exp", now - 60).compact()),
                refused(
                        "not yet valid",
                        Rejection.NOT_YET_VALID,
                        t -> t.claim("nbf", now + 61).compact()),
                refused(
                        "issued in the future",
                        Rejection.NOT_YET_VALID,
                        t -> t.claim("iat", now + 61).compact()),
                refused(
                        "for another resource",
                        Rejection.AUDIENCE,
                        t -> t.claim("aud", "http://127.0.0.1:8080/other").compact()),
                refused("for nobody", Rejection.AUDIENCE, t -> t.claim("aud", null).compact()),
                refused(
                        "audience is an object",
                        Rejection.AUDIENCE,
                        t -> t.claim("aud", Map.of("a", 1)).compact()),
                refusedOfNobody(
                        "another issuer",
                        Rejection.ISSUER,
                        t -> t.claim("iss", "https://evil.test").compact()),
                refusedOfNobody(
                        "issuer with a slash",
                        Rejection.ISSUER,
                        t -> t.claim("iss", issuer.url() + "/").compact()),
                refusedOfNobody("no issuer", Rejection.ISSUER, t -> t.claim("iss", null).compact()),
                refused("an ID token", Rejection.TYPE, t -> t.header("typ", "JWT").compact()),
                refused("no type", Rejection.TYPE, t -> t.header("typ", null).compact()),
                refused("unknown key", Rejection.UNKNOWN_KEY, t -> t.header("kid", "k9").compact()),
                refused("no key id", Rejection.UNKNOWN_KEY, t -> t.header("kid", null).compact()),
                refused(
                        "signed by a stranger",
                        Rejection.SIGNATURE,
                        t -> t.signedBy(stranger).compact()),
                refused(
                        "signature of zeros",
                        Rejection.SIGNATURE,
                        t -> withSignature(t, new byte[64])),
                refused("no signature", Rejection.SIGNATURE, t -> withSignature(t, new byte[0])),
                refused(
                        "critical header",
                        Rejection.CRITICAL_HEADER,
                        t -> t.header("crit", List.of("exp")).compact()),
                refused(
                        "embedded key",
                        Rejection.SIGNATURE,
                        t ->
                                t.header("jwk", stranger.toPublicJWK().toJSONObject())
                                        .signedBy(stranger)
                                        .compact()),
                refused(
                        "key at a URL of its own",
                        Rejection.SIGNATURE,
                        t ->
                                t.header("jku", issuer.url() + "/evil.json")
                                        .signedBy(stranger)
                                        .compact()),
                refused(
                        "certificate at a URL",
                        Rejection.SIGNATURE,
                        t ->
                                t.header("x5u", issuer.url() + "/evil.pem")
                                        .signedBy(stranger)
                                        .compact()),
                refused("no subject", Rejection.CLAIMS, t -> t.claim("sub", null).compact()),
                refused("blank subject", Rejection.CLAIMS, t -> t.claim("sub", " ").compact()),
                refused(
                        "client with a control character",
                        Rejection.CLAIMS,
                        t -> t.claim("client_id", "a\u0007").compact()),
                refused(
                        "role with half a pair",
                        Rejection.CLAIMS,
                        t -> t.claim("roles", List.of("\ud800")).compact()),
                refused("no client", Rejection.CLAIMS, t -> t.claim("client_id", null).compact()),
                refused("no expiry", Rejection.CLAIMS, t -> t.claim("exp", null).compact()),
                refused(
                        "expiry is a text",
                        Rejection.CLAIMS,
                        t -> t.claim("exp", "9999999999").compact()),
                refused(
                        "expiry beyond all time",
                        Rejection.CLAIMS,
                        t -> t.claim("exp", Long.MAX_VALUE / 1024).compact()),
                refused("no time of issue", Rejection.CLAIMS, t -> t.claim("iat", null).compact()),
                refused(
                        "bound to a key, without a proof",
                        Rejection.PROOF_MISSING,
                        t -> t.claim("cnf", Map.of("jkt", "x")).compact()),
                refused(
                        "bound to a certificate",
                        Rejection.SENDER_CONSTRAINED,
                        t -> t.claim("cnf", Map.of("x5t#S256", "x")).compact()),
                refused(
                        "bound to a key and to a certificate",
                        Rejection.SENDER_CONSTRAINED,
                        t -> t.claim("cnf", Map.of("jkt", "x", "x5t#S256", "x")).compact()),
                refused(
                        "bound to nothing",
                        Rejection.SENDER_CONSTRAINED,
                        t -> t.claim("cnf", Map.of()).compact()));
    }

    @Test
    void clocksMayDifferByAMinuteAndNoMore() {
        var now = clock.instant().getEpochSecond();

        assertThat(verify(issuer.token().claim("exp", now - 59).compact()))
                .isInstanceOf(Authentication.Verified.class);
        assertThat(verify(issuer.token().claim("nbf", now + 60).claim("iat", now + 60).compact()))
                .isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void everyBitOfTheSignatureCounts() {
        var token = issuer.token().compact();
        var dot = token.lastIndexOf('.');
        var signature = Base64.getUrlDecoder().decode(token.substring(dot + 1));
        for (var bit : List.of(0, 255, 256, 511)) {
            signature[bit / 8] ^= (byte) (1 << (bit % 8));
            var bent = token.substring(0, dot + 1) + base64(signature);
            signature[bit / 8] ^= (byte) (1 << (bit % 8));

            assertThat(verify(bent)).as("bit %d", bit).isEqualTo(no(Rejection.SIGNATURE));
        }
    }

    @Test
    void aTokenThatWasSeenIsRefusedOnceItHasExpired() {
        var token = issuer.token().compact();
        verified(token);

        clock.tick(Duration.ofSeconds(661));

        assertThat(verify(token)).isEqualTo(no(Rejection.EXPIRED));
    }

    @Test
    void aTokenThatWasSeenKeepsTheAddressOfEachRequest() {
        var token = issuer.token().compact();
        verified(token);

        var again = (Authentication.Verified) tokens.verify(token, "198.51.100.9");

        assertThat(again.identity().sourceIp()).isEqualTo("198.51.100.9");
    }

    @Test
    void keysAreFetchedOnceAndAgainAfterFiveMinutes() {
        verified(issuer.token().claim("jti", "a").compact());
        verified(issuer.token().claim("jti", "b").compact());
        assertThat(issuer.fetches()).isEqualTo(1);

        clock.tick(IssuerKeys.REFRESH);
        verified(issuer.token().claim("jti", "c").compact());

        assertThat(issuer.fetches()).isEqualTo(2);
    }

    @Test
    void anUnknownKeyIsLookedForOnceInThirtySeconds() {
        verified(issuer.token().compact());
        var next = IssuerServer.newKey("k2");
        clock.tick(Duration.ofSeconds(1));

        for (var i = 0; i < 5; i++) {
            assertThat(verify(issuer.token().header("kid", "nope" + i).compact()))
                    .isEqualTo(no(Rejection.UNKNOWN_KEY));
        }
        issuer.publish(issuer.key(), next);
        var early = verify(issuer.token().header("kid", "k2").signedBy(next).compact());
        clock.tick(IssuerKeys.EARLY);
        var later = verify(issuer.token().header("kid", "k2").signedBy(next).compact());

        assertThat(early).isEqualTo(no(Rejection.UNKNOWN_KEY));
        assertThat(later).isInstanceOf(Authentication.Verified.class);
        assertThat(issuer.fetches()).isEqualTo(3);
    }

    @Test
    void aNewKeyWorksAtOnceAfterARotation() {
        verified(issuer.token().compact());
        var next = IssuerServer.newKey("k2");
        issuer.publish(issuer.key(), next);
        clock.tick(Duration.ofSeconds(1));

        assertThat(verify(issuer.token().header("kid", "k2").signedBy(next).compact()))
                .isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void anotherKeyUnderAKnownIdIsRefusedUntilTheTimedRefresh() {
        var old = issuer.key();
        verified(issuer.token().compact());
        var swapped = IssuerServer.newKey("k1");
        issuer.publish(swapped, IssuerServer.newKey("k2"));
        clock.tick(Duration.ofSeconds(31));
        verify(issuer.token().header("kid", "k2").compact()); // causes the early fetch

        assertThat(verify(issuer.token().signedBy(swapped).compact()))
                .isEqualTo(no(Rejection.SIGNATURE));
        assertThat(verify(issuer.token().signedBy(old).compact()))
                .isInstanceOf(Authentication.Verified.class);

        clock.tick(IssuerKeys.REFRESH);

        assertThat(verify(issuer.token().signedBy(swapped).compact()))
                .isInstanceOf(Authentication.Verified.class);
        assertThat(verify(issuer.token().signedBy(old).compact()))
                .isEqualTo(no(Rejection.SIGNATURE));
    }

    @Test
    void aTokenThatWasSeenGoesWithItsKey() {
        var token = issuer.token().compact();
        verified(token);
        issuer.publish(IssuerServer.newKey("k2"));

        clock.tick(IssuerKeys.REFRESH);

        assertThat(verify(token)).isEqualTo(no(Rejection.UNKNOWN_KEY));
    }

    @Test
    void keysAreUsedForAWhileWhenTheIssuerIsDownThenTheAnswerIsNo() {
        verified(issuer.token().compact());
        issuer.answer("/jwks.json", new IssuerServer.Answer(500, "", Map.of(), 0));

        clock.tick(Duration.ofMinutes(14));
        assertThat(verify(issuer.token().compact())).isInstanceOf(Authentication.Verified.class);

        clock.tick(Duration.ofMinutes(1));
        assertThat(verify(issuer.token().compact())).isEqualTo(no(Rejection.KEYS_UNAVAILABLE));
    }

    @TestFactory
    Stream<DynamicTest> keysThatCannotBeHadAreANo() {
        var set = new JWKSet(issuer.key().toPublicJWK()).toString();
        return Map.of(
                        "not found",
                        new IssuerServer.Answer(404, set, Map.of(), 0),
                        "a redirect",
                        new IssuerServer.Answer(
                                302, "", Map.of("Location", issuer.url() + "/other"), 0),
                        "not JSON",
                        IssuerServer.Answer.ok("<html>"),
                        "not a key set",
                        IssuerServer.Answer.ok("{}"),
                        "one byte too many",
                        IssuerServer.Answer.ok(
                                set + " ".repeat(KeyFetch.MAX_BYTES + 1 - set.length())),
                        "too slow",
                        new IssuerServer.Answer(200, set, Map.of(), 3_500))
                .entrySet()
                .stream()
                .map(answer ->
                        DynamicTest.dynamicTest(
                                answer.getKey(),
                                () -> {
                                    issuer.answer("/other", IssuerServer.Answer.ok(set));
                                    issuer.answer("/jwks.json", answer.getValue());
                                    var fresh =
                                            new AccessTokens(
                                                    List.of(issuer.config()), "dev", clock);

                                    assertThat(fresh.verify(issuer.token().compact(), null))
                                            .isEqualTo(no(Rejection.KEYS_UNAVAILABLE));
                                }));
    }

    @Test
    void aKeySetOfExactlyTheLimitIsRead() {
        var set = new JWKSet(issuer.key().toPublicJWK()).toString();
        issuer.answer(
                "/jwks.json",
                IssuerServer.Answer.ok(set + " ".repeat(KeyFetch.MAX_BYTES - set.length())));

        assertThat(verify(issuer.token().compact())).isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void requestsThatWaitForKeysShareOneFetch() throws Exception {
        var set = new JWKSet(issuer.key().toPublicJWK()).toString();
        issuer.answer("/jwks.json", new IssuerServer.Answer(200, set, Map.of(), 200));
        List<Callable<Authentication>> calls = new ArrayList<>();
        for (var i = 0; i < 20; i++) {
            var token = issuer.token().claim("jti", "t" + i).compact();
            calls.add(() -> verify(token));
        }

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(calls)) {
                assertThat(answer.get()).isInstanceOf(Authentication.Verified.class);
            }
        }

        assertThat(issuer.fetches()).isEqualTo(1);
    }

    @Test
    void aShortRsaKeyIsNoKey() throws JOSEException {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("k1").generate();
        issuer.answer(
                "/jwks.json", IssuerServer.Answer.ok(new JWKSet(weak.toPublicJWK()).toString()));

        assertThat(verify(issuer.token().header("alg", "RS256").compact()))
                .isEqualTo(no(Rejection.UNKNOWN_KEY));
    }

    @Test
    void withoutAKeyUrlTheIssuersDocumentIsAsked() {
        var config = discovering();
        issuer.answer(
                "/.well-known/openid-configuration",
                IssuerServer.Answer.ok(
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"%s/jwks.json\"}"
                                .formatted(issuer.url(), issuer.url())));

        assertThat(new AccessTokens(config, "dev", clock).verify(issuer.token().compact(), null))
                .isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void aDocumentThatSpeaksForAnotherIssuerOrLeadsInsideIsRefused() {
        for (var document :
                List.of(
                        "{\"issuer\":\"https://other.test\",\"jwks_uri\":\"%s/jwks.json\"}"
                                .formatted(issuer.url()),
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"http://127.0.0.1:1/jwks.json\"}"
                                .formatted(issuer.url()),
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"https://127.0.0.1/jwks.json\"}"
                                .formatted(issuer.url()),
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"https://169.254.169.254/x\"}"
                                .formatted(issuer.url()),
                        "{\"issuer\":\"%s\",\"jwks_uri\":\"file:///etc/passwd\"}"
                                .formatted(issuer.url()),
                        "{\"issuer\":\"%s\"}".formatted(issuer.url()))) {
            issuer.answer("/.well-known/openid-configuration", IssuerServer.Answer.ok(document));

            assertThat(
                            new AccessTokens(discovering(), "dev", clock)
                                    .verify(issuer.token().compact(), null))
                    .as(document)
                    .isEqualTo(no(Rejection.KEYS_UNAVAILABLE));
        }
    }

    @Test
    void anIssuerWithoutATypeMustSayThatItIsAnAccessToken() {
        var config =
                IssuerConfig.parse(
                        issuer.json().replace("\"tenant\"", "\"typ\":[],\"tenant\""),
                        IssuerServer.RESOURCE);
        var cognito = new AccessTokens(config, "dev", clock);

        var access = issuer.token().header("typ", null).claim("token_use", "access");
        var id = issuer.token().header("typ", null).claim("token_use", "id");
        var typed = issuer.token().claim("token_use", "access");

        assertThat(cognito.verify(access.compact(), null))
                .isInstanceOf(Authentication.Verified.class);
        assertThat(cognito.verify(id.compact(), null)).isEqualTo(no(Rejection.TYPE));
        assertThat(cognito.verify(typed.compact(), null)).isEqualTo(no(Rejection.TYPE));
    }

    @Test
    void rolesMayStandDeeperInTheToken() {
        var config =
                IssuerConfig.parse(
                        issuer.json()
                                .replace(
                                        "\"tenant\"",
                                        "\"rolesClaim\":\"realm_access.roles\",\"tenant\""),
                        IssuerServer.RESOURCE);
        var draft = issuer.token().claim("realm_access", Map.of("roles", List.of("a", "b")));

        var answer = new AccessTokens(config, "dev", clock).verify(draft.compact(), null);

        assertThat(((Authentication.Verified) answer).identity().roles())
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aFractionOfASecondIsCutOff() {
        var now = clock.instant().getEpochSecond();

        var identity = verified(issuer.token().claim("exp", now + 10.9).compact());

        assertThat(identity.tokenExpires()).isEqualTo(Instant.ofEpochSecond(now + 10));
    }

    private List<IssuerConfig> discovering() {
        return IssuerConfig.parse(
                "[{\"issuer\":\"%s\",\"tenant\":\"demo\"}]".formatted(issuer.url()),
                IssuerServer.RESOURCE);
    }

    private DynamicTest refused(String what, Rejection why, Function<TokenDraft, String> bend) {
        return DynamicTest.dynamicTest(
                what,
                () -> {
                    var answer = verify(bend.apply(issuer.token()));

                    assertThat(((Authentication.Rejected) answer).reason()).isEqualTo(why);
                });
    }

    private DynamicTest refusedOfNobody(
            String what, Rejection why, Function<TokenDraft, String> bend) {
        return DynamicTest.dynamicTest(
                what,
                () ->
                        assertThat(verify(bend.apply(issuer.token())))
                                .isEqualTo(new Authentication.Rejected(why, null)));
    }

    private static String withDuplicateClaim(TokenDraft draft) {
        var parts = draft.compact().split("\\.", -1);
        var claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        var twice = claims.replaceFirst("\\{", "{\"sub\":\"mallory\",");
        return parts[0] + "." + base64(twice.getBytes(StandardCharsets.UTF_8)) + "." + parts[2];
    }

    private static String withSignature(TokenDraft draft, byte[] signature) {
        var token = draft.compact();
        return token.substring(0, token.lastIndexOf('.') + 1) + base64(signature);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private Authentication.Rejected no(Rejection why) {
        return new Authentication.Rejected(why, issuer.url());
    }

    private Authentication verify(String token) {
        return tokens.verify(token, "192.0.2.7");
    }

    private EffectiveIdentity verified(String token) {
        return ((Authentication.Verified) verify(token)).identity();
    }
}
