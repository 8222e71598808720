package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProofOfPossessionTest {
    private static final String URL = "http://127.0.0.1:8080/mcp";

    private final TickingClock clock = new TickingClock();
    private final IssuerServer issuer = new IssuerServer(clock);
    private final AccessTokens tokens = new AccessTokens(List.of(issuer.config()), "dev", clock);
    private final ECKey key = IssuerServer.newKey("client");
    private final String token = issuer.token().claim("cnf", Proofs.bound(key)).compact();

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aBoundTokenWithItsProofSaysWhoIsCalling() {
        assertThat(present(proof().compact())).isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void eachRequestNeedsAProofOfItsOwn() {
        var proof = proof().compact();
        assertThat(present(proof)).isInstanceOf(Authentication.Verified.class);

        assertRefused(present(proof), Rejection.PROOF_REPLAYED);

        assertThat(present(proof().compact())).isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void aProofThatIsRepeatedAfterItWasForgottenIsTooOld() {
        var proof = proof().compact();
        assertThat(present(proof)).isInstanceOf(Authentication.Verified.class);

        clock.tick(ProofOfPossession.AGE);
        assertRefused(present(proof), Rejection.PROOF_REPLAYED);
        clock.tick(Duration.ofSeconds(1));
        assertRefused(present(proof), Rejection.PROOF_AGE);
    }

    @Test
    void aBoundTokenIsNeverABearerTokenNotEvenOneThatWasSeen() {
        assertThat(present(proof().compact())).isInstanceOf(Authentication.Verified.class);

        assertRefused(tokens.verify(token, null), Rejection.PROOF_MISSING);
        assertRefused(
                tokens.verify(presented(Presented.Scheme.BEARER, proof().compact())),
                Rejection.PROOF_MISSING);
    }

    @Test
    void aTokenThatIsNotBoundGainsNothingByAProof() {
        var bearer = issuer.token().compact();
        var proof = Proofs.of(key, "POST", URL, bearer, clock).compact();

        var answer =
                tokens.verify(
                        new Presented(
                                Presented.Scheme.DPOP, bearer, List.of(proof), "POST", URL, null));

        assertThat(answer)
                .isEqualTo(
                        new Authentication.Rejected(
                                Rejection.PROOF_UNEXPECTED, issuer.url(), false));
    }

    @Test
    void oneProofIsOne() {
        assertRefused(tokens.verify(presented(Presented.Scheme.DPOP)), Rejection.PROOF_MISSING);
        assertRefused(
                tokens.verify(
                        presented(Presented.Scheme.DPOP, proof().compact(), proof().compact())),
                Rejection.PROOF_MALFORMED);
    }

    @TestFactory
    Stream<DynamicTest> everyOtherProofIsRefused() {
        var now = clock.instant().getEpochSecond();
        var stranger = IssuerServer.newKey("stranger");
        return Stream.of(
                refused("another method", Rejection.PROOF_REQUEST, p -> p.claim("htm", "GET")),
                refused(
                        "method in another case",
                        Rejection.PROOF_REQUEST,
                        p -> p.claim("htm", "post")),
                refused(
                        "another path",
                        Rejection.PROOF_REQUEST,
                        p -> p.claim("htu", "http://127.0.0.1:8080/whoami")),
                refused(
                        "another host",
                        Rejection.PROOF_REQUEST,
                        p -> p.claim("htu", "https://evil.test/mcp")),
                refused(
                        "another port",
                        Rejection.PROOF_REQUEST,
                        p -> p.claim("htu", "http://127.0.0.1/mcp")),
                refused("no URL", Rejection.PROOF_REQUEST, p -> p.claim("htu", null)),
                refused("a URL that is none", Rejection.PROOF_REQUEST, p -> p.claim("htu", "::")),
                refused(
                        "another token",
                        Rejection.PROOF_TOKEN,
                        p -> p.claim("ath", Proofs.sha256("another"))),
                refused("no token", Rejection.PROOF_TOKEN, p -> p.claim("ath", null)),
                refused("too old", Rejection.PROOF_AGE, p -> p.claim("iat", now - 61)),
                refused("from the future", Rejection.PROOF_AGE, p -> p.claim("iat", now + 61)),
                refused("without a time", Rejection.PROOF_MALFORMED, p -> p.claim("iat", null)),
                refused(
                        "another key",
                        Rejection.PROOF_KEY,
                        p ->
                                p.header("jwk", stranger.toPublicJWK().toJSONObject())
                                        .signedBy(stranger)),
                refused(
                        "the right key and another's signature",
                        Rejection.PROOF_SIGNATURE,
                        p -> p.signedBy(stranger)),
                refused(
                        "an access token",
                        Rejection.PROOF_MALFORMED,
                        p -> p.header("typ", "at+jwt")),
                refused("no type", Rejection.PROOF_MALFORMED, p -> p.header("typ", null)),
                refused("algorithm none", Rejection.PROOF_MALFORMED, p -> p.header("alg", "none")),
                refused("a MAC", Rejection.PROOF_MALFORMED, p -> p.header("alg", "HS256")),
                refused(
                        "an algorithm that does not go with the key",
                        Rejection.PROOF_SIGNATURE,
                        p -> p.header("alg", "ES384")),
                refused(
                        "critical header",
                        Rejection.PROOF_MALFORMED,
                        p -> p.header("crit", List.of("x"))),
                refused("no key", Rejection.PROOF_MALFORMED, p -> p.header("jwk", null)),
                refused(
                        "a private key",
                        Rejection.PROOF_MALFORMED,
                        p -> p.header("jwk", key.toJSONObject())),
                refused("an RSA key", Rejection.PROOF_MALFORMED, p -> p.header("jwk", rsa())),
                refused("no id", Rejection.PROOF_MALFORMED, p -> p.claim("jti", null)),
                refused("an empty id", Rejection.PROOF_MALFORMED, p -> p.claim("jti", "")),
                refused(
                        "an endless id",
                        Rejection.PROOF_MALFORMED,
                        p -> p.claim("jti", "x".repeat(257))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:8080/mcp",
                "HTTP://127.0.0.1:8080/mcp",
                "http://127.0.0.1:8080/mcp?query=1",
                "http://127.0.0.1:8080/mcp#fragment"
            })
    void howAUrlIsWrittenDoesNotMatter(String url) {
        assertThat(present(proof().claim("htu", url).compact()))
                .isInstanceOf(Authentication.Verified.class);
    }

    @Test
    void withoutAMemoryOfProofsTheAnswerIsNo() {
        ProofReplays lost =
                (_, _) -> {
                    throw new ProofReplays.ReplaysUnavailableException("down");
                };
        var forgetful = new AccessTokens(List.of(issuer.config()), "dev", lost, clock);

        var answer = forgetful.verify(presented(Presented.Scheme.DPOP, proof().compact()));

        assertRefused(answer, Rejection.REPLAYS_UNAVAILABLE);
    }

    @Test
    void memoryThatIsFullRefusesInsteadOfForgetting() throws Exception {
        var replays = new MemoryProofReplays(clock);
        var until = clock.instant().plusSeconds(60);
        for (var i = 0; i < MemoryProofReplays.MAX_PROOFS; i++) {
            assertThat(replays.first("proof " + i, until)).isTrue();
        }

        assertThat(refuses(replays, until)).isTrue();
        assertThat(replays.first("proof 0", until)).isFalse();
        clock.tick(Duration.ofSeconds(60));
        assertThat(replays.first("one more", until.plusSeconds(60))).isTrue();
    }

    @Test
    void anIssuerMayHaveBoundTokensOnly() {
        var config =
                IssuerConfig.parse(
                        issuer.json().replace("\"tenant\"", "\"boundOnly\":true,\"tenant\""),
                        IssuerServer.RESOURCE);
        var strict = new AccessTokens(config, "dev", clock);

        assertThat(strict.verify(issuer.token().compact(), null))
                .isEqualTo(new Authentication.Rejected(Rejection.UNBOUND, issuer.url()));
        assertThat(strict.verify(presented(Presented.Scheme.DPOP, proof().compact())))
                .isInstanceOf(Authentication.Verified.class);
    }

    private static boolean refuses(ProofReplays replays, Instant until) {
        try {
            replays.first("one more", until);
            return false;
        } catch (ProofReplays.ReplaysUnavailableException e) {
            return true;
        }
    }

    private static Object rsa() {
        try {
            return new RSAKeyGenerator(2048).generate().toPublicJWK().toJSONObject();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private DynamicTest refused(String name, Rejection reason, UnaryOperator<TokenDraft> bent) {
        return DynamicTest.dynamicTest(
                name, () -> assertRefused(present(bent.apply(proof()).compact()), reason));
    }

    private void assertRefused(Authentication answer, Rejection reason) {
        assertThat(answer).isEqualTo(new Authentication.Rejected(reason, issuer.url(), true));
    }

    private TokenDraft proof() {
        return Proofs.of(key, "POST", URL, token, clock);
    }

    private Authentication present(String proof) {
        return tokens.verify(presented(Presented.Scheme.DPOP, proof));
    }

    private Presented presented(Presented.Scheme scheme, String... proofs) {
        return new Presented(scheme, token, List.of(proofs), "POST", URL, null);
    }
}
