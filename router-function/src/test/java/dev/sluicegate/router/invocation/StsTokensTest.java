package dev.sluicegate.router.invocation;

import static dev.sluicegate.router.enforcement.RecordedCalls.CLOCK;
import static dev.sluicegate.router.enforcement.RecordedCalls.NOW;
import static dev.sluicegate.router.enforcement.RecordedCalls.note;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import dev.sluicegate.router.enforcement.RecordedCalls;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StsTokensTest {
    private static final String ISSUER = "https://issuer.sluicegate.internal";

    private final FakeSigningKey key = new FakeSigningKey();
    private final StsTokens tokens = new StsTokens(key, ISSUER, CLOCK);

    @Test
    void aTokenSaysWhoCallsWhatAndVerifiesAgainstThePublishedKey() throws Exception {
        var jwt = SignedJWT.parse(token(note()));
        var documents =
                new StsIssuerDocuments(key, ISSUER, URI.create("http://127.0.0.1/sts/jwks.json"));
        var jwks = JWKSet.parse(new String(documents.jwks(), StandardCharsets.UTF_8));
        var jwk = jwks.getKeyByKeyId(jwt.getHeader().getKeyID());

        assertThat(jwt.verify(new RSASSAVerifier(jwk.toRSAKey()))).isTrue();
        assertThat(jwt.getHeader().getType().getType()).isEqualTo("sts+v1");
        assertThat(jwt.getHeader().getAlgorithm().getName()).isEqualTo("RS256");
        var claims = jwt.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getAudience()).containsExactly("crm___note");
        assertThat(claims.getSubject()).isEqualTo("demo/abcdefghijklmnopqrstuvwxyz/crm___note");
        assertThat(claims.getIssueTime()).isEqualTo(NOW);
        assertThat(claims.getExpirationTime()).isEqualTo(NOW.plusSeconds(120));
        assertThat(claims.getJWTID()).hasSize(26);
        assertThat(claims.getClaim("azp")).isNull();
        assertThat(claims.getClaim("https://aws.amazon.com/source_identity"))
                .isEqualTo("abcdefghijklmnopqrstuvwxyz");
        assertThat(claims.getJSONObjectClaim("https://aws.amazon.com/tags"))
                .isEqualTo(
                        Map.of(
                                "principal_tags",
                                Map.of(
                                        "client", List.of("inspector"),
                                        "customer", List.of("C-1001"),
                                        "env", List.of("dev"),
                                        "role", List.of("support"),
                                        "roles", List.of("billing:support"),
                                        "tenant", List.of("demo"),
                                        "tool", List.of("crm___note"),
                                        "user", List.of("abcdefghijklmnopqrstuvwxyz")),
                                "transitive_tag_keys",
                                List.of(
                                        "client",
                                        "customer",
                                        "env",
                                        "role",
                                        "roles",
                                        "tenant",
                                        "tool",
                                        "user")));
    }

    @Test
    void theKeyIdIsTheThumbprintOfTheKey() throws Exception {
        var kid = SignedJWT.parse(token(note())).getHeader().getKeyID();

        assertThat(kid)
                .isEqualTo(
                        new RSAKey.Builder(key.publicKey())
                                .keyIDFromThumbprint()
                                .build()
                                .getKeyID());
    }

    @Test
    void oneSignatureServesEveryCallWithTheSameClaims() {
        assertThat(token(note())).isEqualTo(token(note()));
        assertThat(key.signatures).hasValue(1);
    }

    @Test
    void aCallThatDiffersInAnySignedClaimGetsItsOwnToken() {
        var different = new HashSet<String>();
        for (var call :
                List.of(
                        note(),
                        note().by("zyxwvutsrqponmlkjihgfedcba"),
                        note().as("billing"),
                        note().as(null),
                        note().through("another"),
                        note().boundTo("C-1002"))) {
            different.add(token(call));
        }

        assertThat(different).hasSize(6);
        assertThat(key.signatures).hasValue(6);
    }

    @Test
    void aTokenIsUsedUntilThirtySecondsBeforeItsEnd() {
        var clock = new Moving();
        var moving = new StsTokens(key, ISSUER, clock);
        var first = moving.token(note().recorded().authorized());
        clock.now = NOW.plusSeconds(89);
        assertThat(moving.token(note().recorded().authorized())).isEqualTo(first);
        clock.now = NOW.plusSeconds(90);
        assertThat(moving.token(note().recorded().authorized())).isNotEqualTo(first);
    }

    @Test
    void callsAtOnceWaitForOneSignature() throws Exception {
        var latch = new CountDownLatch(1);
        key.wait = latch;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results =
                    Stream.generate(() -> (Callable<String>) () -> token(note()))
                            .limit(20)
                            .map(threads::submit)
                            .toList();
            Thread.sleep(Duration.ofMillis(100));
            latch.countDown();
            var seen = new HashSet<String>();
            for (Future<String> result : results) {
                seen.add(result.get());
            }

            assertThat(seen).hasSize(1);
            assertThat(key.signatures).hasValue(1);
        }
    }

    @Test
    void withoutASignatureThereIsNoTokenAndTheNextCallTriesAgain() {
        key.fails = true;
        assertThatThrownBy(() -> token(note())).isInstanceOf(InvocationUnavailableException.class);

        key.fails = false;

        assertThat(token(note())).isNotEmpty();
    }

    @Test
    void aResourceThatIsNoTagValueIsRefusedNotHashed() {
        assertThatThrownBy(() -> token(note().boundTo("C-1*")))
                .isInstanceOf(InvocationUnavailableException.class);
        assertThat(key.signatures).hasValue(0);
    }

    @Test
    void theIssuerNamesItsKeys() throws Exception {
        var documents =
                new StsIssuerDocuments(key, ISSUER, URI.create("http://127.0.0.1/sts/jwks.json"));

        var discovery = new ObjectMapper().readTree(documents.openidConfiguration());

        assertThat(discovery.path("issuer").asText()).isEqualTo(ISSUER);
        assertThat(discovery.path("jwks_uri").asText()).isEqualTo("http://127.0.0.1/sts/jwks.json");
        assertThat(discovery.at("/id_token_signing_alg_values_supported/0").asText())
                .isEqualTo("RS256");
        var jwks = JWKSet.parse(new String(documents.jwks(), StandardCharsets.UTF_8));
        assertThat(jwks.getKeys()).singleElement().matches(jwk -> !jwk.isPrivate());
        key.fails = true;
        assertThatThrownBy(documents::jwks).isInstanceOf(InvocationUnavailableException.class);
    }

    private String token(RecordedCalls call) {
        return tokens.token(call.recorded().authorized());
    }

    private static final class Moving extends Clock {
        private Instant now = NOW;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
