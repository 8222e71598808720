package dev.sluicegate.router.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.contract.Product;
import dev.sluicegate.record.PrincipalId;
import dev.sluicegate.record.Ulid;
import dev.sluicegate.router.edge.Gateway.Shape;
import dev.sluicegate.router.identity.IssuerServer;
import dev.sluicegate.router.identity.Proofs;
import dev.sluicegate.router.mcp.Tools;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeTest {
    private final Gateway gateway = new Gateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @EnumSource
    void aCallGoesThroughInBothShapes(Shape shape) {
        var reply = gateway.modernCall(Tools.LOOKUP, "{\"customer_id\":\"C-1001\"}").send(shape);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
        assertThat(reply.result().path("structuredContent").path("done").asBoolean()).isTrue();
        assertThat(gateway.gate.enforced).hasSize(1);
        assertThat(gateway.gate.enforced.getFirst().identity().sourceIp()).isEqualTo("192.0.2.7");
    }

    @ParameterizedTest
    @EnumSource
    void everyResponseHasTheSecurityHeaders(Shape shape) {
        for (var call :
                List.of(
                        gateway.modern("tools/list", ""),
                        gateway.request().method("GET"),
                        gateway.request().method("GET").path("/healthz"),
                        gateway.request().path("/nowhere"),
                        gateway.request().header("Authorization", null))) {
            var reply = call.send(shape);

            assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.header("Content-Security-Policy")).contains("default-src 'none'");
        }
    }

    @Test
    void responsesAreInTheShapeOfTheirEvent() {
        var rest = gateway.request().method("GET").path("/healthz").send(Shape.REST).event();
        var http = gateway.request().method("GET").path("/healthz").send(Shape.HTTP).event();

        assertThat(rest.path("multiValueHeaders").path("Cache-Control").isArray()).isTrue();
        assertThat(rest.has("headers")).isFalse();
        assertThat(http.path("headers").path("Cache-Control").isTextual()).isTrue();
        assertThat(http.has("multiValueHeaders")).isFalse();
        assertThat(rest.path("isBase64Encoded").isBoolean()).isTrue();
        assertThat(http.path("isBase64Encoded").isBoolean()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aBodyMayComeInBase64(Shape shape) {
        var reply =
                gateway.modernCall(Tools.LOOKUP, "{\"customer_id\":\"C-1001\"}")
                        .inBase64()
                        .send(shape);

        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void theStageOfAnHttpApiIsNotPartOfThePath() throws Exception {
        var event =
                Gateway.JSON.readTree(
                        """
                        {"version":"2.0","rawPath":"/prod/healthz","headers":{"host":"localhost"},
                         "requestContext":{"stage":"prod","http":{"method":"GET"}}}\
                        """);

        assertThat(GatewayEvent.of(event).request(event).path()).isEqualTo("/healthz");
    }

    @Test
    void aCallerIsToldWhomTheGatewayTakesThemFor() {
        var reply = gateway.request().method("GET").path("/whoami").send();

        assertThat(reply.status()).isEqualTo(200);
        var told = reply.body();
        assertThat(told.path("principal").asText())
                .isEqualTo(PrincipalId.of(gateway.issuer.url(), "ada"));
        assertThat(told.path("tenant").asText()).isEqualTo("demo");
        assertThat(told.path("environment").asText()).isEqualTo("dev");
        assertThat(told.path("roles").toString()).isEqualTo("[\"support\"]");
        assertThat(told.path("client").path("id").asText()).isNotEmpty();
        assertThat(told.path("client").path("trust").asText()).isNotEmpty();
        assertThat(told.path("mfa").isBoolean()).isTrue();
        assertThat(told.path("authAgeSeconds").isMissingNode()).isFalse();
        assertThat(told.path("expires").asText()).endsWith("Z");
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @Test
    void nobodyIsToldAnythingWithoutAToken() {
        var reply =
                gateway.request()
                        .method("GET")
                        .path("/whoami")
                        .header("Authorization", null)
                        .send();

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer resource_metadata=");
        assertThat(reply.body().has("principal")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/mcp,405,POST",
        "DELETE,/mcp,405,POST",
        "OPTIONS,/mcp,405,POST",
        "PUT,/mcp,405,POST",
        "post,/mcp,405,POST",
        "POST,/healthz,405,GET",
        "POST,/whoami,405,GET",
        "POST,/.well-known/oauth-protected-resource,405,GET",
        "GET,/mcp/,404,",
        "GET,/,404,",
        "POST,/mcp/other,404,",
        "GET,/sts/nothing,404,",
        "GET,/sts,404,",
        "GET,/.well-known/oauth-protected-resource/other,404,",
        "GET,/.well-known/oauth-authorization-server,404,"
    })
    void otherRoutesAndMethodsAreRefused(String method, String path, int status, String allow) {
        var reply = gateway.request().method(method).path(path).send();

        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("Allow")).isEqualTo(allow);
        assertThat(gateway.gate.enforced).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/oauth-protected-resource",
                "/.well-known/oauth-protected-resource/mcp"
            })
    void metadataOfTheResourceIsPublicAtBothPlaces(String path) {
        var reply = gateway.request().method("GET").header("Authorization", null).path(path).send();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().path("resource").asText()).isEqualTo(IssuerServer.RESOURCE);
        assertThat(reply.body().path("authorization_servers").path(0).asText())
                .isEqualTo(gateway.issuer.url());
        assertThat(reply.body().path("scopes_supported").toString())
                .isEqualTo("[\"tools:read\",\"tools:write\",\"tools:destructive\"]");
        assertThat(reply.body().path("bearer_methods_supported").toString())
                .isEqualTo("[\"header\"]");
        assertThat(reply.body().path("dpop_signing_alg_values_supported").toString())
                .isEqualTo("[\"ES256\",\"ES384\",\"ES512\"]");
    }

    @Test
    void documentsOfTheTokenIssuerArePublic() {
        var reply =
                gateway.request()
                        .method("GET")
                        .header("Authorization", null)
                        .path("/sts/jwks.json")
                        .send();

        assertThat(reply.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost,200",
        "http://localhost:5173,200",
        "http://127.0.0.1:8080,200",
        "HTTP://LOCALHOST:5173,200",
        "https://console.example.com,200",
        "https://evil.test,403",
        "http://localhost.evil.test,403",
        "http://127.0.0.1.evil.test,403",
        "http://localhost@evil.test,403",
        "http://localhost:80x,403",
        "https://localhost:5173,403",
        "null,403"
    })
    void onlyKnownOriginsMayCall(String origin, int status) {
        try (var other =
                new Gateway(IssuerServer.RESOURCE, Set.of("https://console.example.com"))) {
            var reply = other.modern("tools/list", "").header("Origin", origin).send();

            assertThat(reply.status()).isEqualTo(status);
            assertThat(other.refusals)
                    .isEqualTo(status == 200 ? List.of() : List.of("origin null 192.0.2.7"));
        }
    }

    @Test
    void theResourcesOwnOriginMayCall() {
        try (var other = new Gateway("https://mcp.example.com/mcp", Set.of())) {
            var list = other.modern("tools/list", "");
            var own = list.header("Origin", "https://mcp.example.com").send();
            var foreign = list.header("Origin", "https://mcp.example.com:444").send();

            assertThat(own.status()).isEqualTo(200);
            assertThat(foreign.status()).isEqualTo(403);
            assertThat(own.header("Strict-Transport-Security")).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080,200",
        "127.0.0.1,200",
        "localhost:9999,200",
        "[::1]:8080,200",
        "evil.test,403",
        "evil.test:8080,403",
        "127.0.0.1.evil.test:8080,403",
        "127.0.0.1:8080@evil.test,403",
        "'127.0.0.1:8080, evil.test',403",
        "'',403"
    })
    void onLoopbackAForeignHostIsDnsRebinding(String host, int status) {
        var reply = gateway.modern("tools/list", "").header("Host", host).send();

        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void withoutAHostNothingIsServedOnLoopback() {
        assertThat(gateway.modern("tools/list", "").header("Host", null).send().status())
                .isEqualTo(403);
    }

    @Test
    void behindAPublicNameTheHostIsForTheFrontDoorToCheck() {
        try (var other = new Gateway("https://mcp.example.com/mcp", Set.of())) {
            var reply = other.request().method("GET").path("/healthz").header("Host", "x").send();

            assertThat(reply.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutATokenTheAnswerIsAChallenge(Shape shape) {
        var reply = gateway.modern("tools/list", "").header("Authorization", null).send(shape);

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate"))
                .isEqualTo(
                        "Bearer resource_metadata=\"http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp\","
                                + " scope=\"tools:read tools:write tools:destructive\"");
        assertThat(reply.error().path("data").path("challenge").asText())
                .isEqualTo(reply.header("WWW-Authenticate"));
        assertThat(Ulid.isValid(reply.error().path("data").path(Product.META_CALL_ID).asText()))
                .isTrue();
        assertThat(gateway.refusals).containsExactly("absent null 192.0.2.7");
    }

    @TestFactory
    Stream<DynamicTest> aTokenThatIsNotInOrderGetsAnInvalidTokenChallenge() {
        var now = gateway.clock.instant().getEpochSecond();
        var stranger = IssuerServer.newKey("k1");
        Map<String, Function<Gateway, String>> tokens =
                Map.ofEntries(
                        Map.entry("malformed", _ -> "garbage"),
                        Map.entry("algorithm", g -> g.issuer.token().unsigned() + "AA"),
                        Map.entry(
                                "expired", g -> g.issuer.token().claim("exp", now - 61).compact()),
                        Map.entry(
                                "not_yet_valid",
                                g -> g.issuer.token().claim("nbf", now + 90).compact()),
                        Map.entry("audience", g -> g.issuer.token().claim("aud", "x").compact()),
                        Map.entry("issuer", g -> g.issuer.token().claim("iss", "x").compact()),
                        Map.entry("type", g -> g.issuer.token().header("typ", "JWT").compact()),
                        Map.entry(
                                "unknown_key", g -> g.issuer.token().header("kid", "x").compact()),
                        Map.entry("signature", g -> g.issuer.token().signedBy(stranger).compact()),
                        Map.entry(
                                "critical_header",
                                g -> g.issuer.token().header("crit", List.of("b64")).compact()));
        return tokens.entrySet().stream()
                .map(token ->
                        DynamicTest.dynamicTest(
                                token.getKey(),
                                () -> {
                                    gateway.refusals.clear();
                                    var reply =
                                            gateway.modernCall(
                                                            Tools.LOOKUP,
                                                            "{\"customer_id\":\"C-1001\"}")
                                                    .token(token.getValue().apply(gateway))
                                                    .send();

                                    assertThat(reply.status()).isEqualTo(401);
                                    assertThat(reply.header("WWW-Authenticate"))
                                            .startsWith("Bearer error=\"invalid_token\", scope=\"");
                                    assertThat(gateway.refusals).hasSize(1);
                                    assertThat(gateway.refusals.getFirst())
                                            .startsWith(token.getKey() + " ");
                                    assertThat(gateway.gate.enforced).isEmpty();
                                    assertThat(gateway.gate.refused).isEmpty();
                                }));
    }

    @ParameterizedTest
    @EnumSource
    void aBoundTokenNeedsAFreshProofForEachRequest(Shape shape) {
        var key = IssuerServer.newKey("client");
        var token = gateway.issuer.token().claim("cnf", Proofs.bound(key)).compact();
        var proof =
                Proofs.of(key, "POST", "http://127.0.0.1:8080/mcp", token, gateway.clock).compact();

        var first = bound(token, proof).send(shape);
        var again = bound(token, proof).send(shape);
        var without = bound(token, null).send(shape);
        var asBearer = bound(token, proof).token(token).send(shape);

        assertThat(first.status()).isEqualTo(200);
        assertThat(again.status()).isEqualTo(401);
        assertThat(again.header("WWW-Authenticate"))
                .startsWith(
                        "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 ES384 ES512\", scope=");
        assertThat(again.error().path("data").path("challenge").asText())
                .isEqualTo(again.header("WWW-Authenticate"));
        assertThat(again.error().path("data").path("reason").asText()).isEqualTo("proof_replayed");
        assertThat(without.header("WWW-Authenticate")).startsWith("DPoP error=\"invalid_token\"");
        assertThat(asBearer.status()).isEqualTo(401);
        assertThat(asBearer.header("WWW-Authenticate")).startsWith("DPoP error=\"invalid_token\"");
        var from = " " + gateway.issuer.url() + " 192.0.2.7";
        assertThat(gateway.refusals)
                .containsExactly(
                        "proof_replayed" + from, "proof_missing" + from, "proof_missing" + from);
        assertThat(gateway.gate.enforced).hasSize(1);
    }

    private Gateway.Call bound(String token, @Nullable String proof) {
        return gateway.modernCall(Tools.LOOKUP, "{\"customer_id\":\"C-1001\"}")
                .header("Authorization", "DPoP " + token)
                .header("DPoP", proof);
    }

    @ParameterizedTest
    @EnumSource
    void aTokenInTheQueryIsABadRequestEvenBesideAGoodOne(Shape shape) {
        for (var name : List.of("access_token", "ACCESS_TOKEN")) {
            var reply = gateway.modern("tools/list", "").query(name + "=x").send(shape);

            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("WWW-Authenticate")).contains("error=\"invalid_request\"");
        }
    }

    @Test
    void aTokenInTheQueryIsSeenThroughEscapes() {
        assertThat(gateway.modern("tools/list", "").query("a=b&access%5Ftoken=x").send().status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer,400",
        "'Bearer ',400",
        "Bearer a b,400",
        "'Bearer a, Bearer b',400",
        "Basic dTpw,401",
        "Bearerx,401",
        "bearer garbage,401"
    })
    void anAuthorizationThatIsNotOneBearerTokenIsRefused(String value, int status) {
        var reply = gateway.modern("tools/list", "").header("Authorization", value).send();

        assertThat(reply.status()).isEqualTo(status);
    }

    @Test
    void withoutTheIssuersKeysNobodyIsLetIn() {
        gateway.issuer.answer("/jwks.json", new IssuerServer.Answer(500, "", Map.of(), 0));

        var reply = gateway.modern("tools/list", "").send();

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.code()).isEqualTo(-32603);
        assertThat(reply.header("Retry-After")).isEqualTo("5");
    }

    @Test
    void aBodyOfTheLimitIsReadAndOneByteMoreIsNot() {
        var body = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}";
        var filled = body + " ".repeat(Edge.MAX_BODY_BYTES - body.length());

        var exact = gateway.request().body(filled).send();
        var over = gateway.request().body(filled + " ").send();
        var overInBase64 = gateway.request().body(filled + " ").inBase64().send();

        assertThat(exact.status()).isEqualTo(202);
        assertThat(over.status()).isEqualTo(400);
        assertThat(over.code()).isEqualTo(-32602);
        assertThat(over.error().path("message").asText()).contains("1048576 bytes");
        assertThat(overInBase64.status()).isEqualTo(400);
        assertThat(gateway.gate.requests)
                .hasSize(2)
                .allMatch(refused -> refused.reason().equals("body_too_large"));
        assertThat(gateway.refusals).isEmpty();
    }

    @Test
    void brokenBase64IsNotJson() throws Exception {
        var event =
                Gateway.JSON.readTree(
                        """
                        {"httpMethod":"POST","path":"/mcp","isBase64Encoded":true,"body":"%%%%",
                         "headers":{"host":"localhost","Authorization":"Bearer TOKEN"}}\
                        """
                                .replace("TOKEN", gateway.issuer.token().compact()));

        var reply = gateway.handle(event);

        assertThat(reply.path("statusCode").asInt()).isEqualTo(400);
    }

    @Test
    void theUnexpectedIsACorrelationIdAndNothingElse() {
        gateway.catalogueIsBroken = true;

        var reply = gateway.modernCall(Tools.LOOKUP, "{\"customer_id\":\"C-1001\"}").send();

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.code()).isEqualTo(-32603);
        assertThat(Ulid.isValid(reply.error().path("data").path(Product.META_CALL_ID).asText()))
                .isTrue();
        assertThat(reply.text()).doesNotContain("C-1001").doesNotContain("Exception");
        assertThat(gateway.refusals).containsExactly("internal_error null null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "null", "\"x\"", "{\"version\":\"2.0\"}", "{\"headers\":[1]}"})
    void anEventThatIsNoneIsAnsweredAllTheSame(String event) throws Exception {
        var reply = gateway.handle(Gateway.JSON.readTree(event));

        assertThat(reply.path("statusCode").asInt()).isBetween(400, 499);
    }

    @Test
    void noDamagedBodyMakesItFailOrReachesTheGateUnread() {
        var random = new Random(20261123);
        var body =
                gateway.modernCall(Tools.LOOKUP, "{\"customer_id\":\"C-1001\",\"amount\":1.5}")
                        .text();
        for (var i = 0; i < 3_000; i++) {
            var bytes = body.toCharArray();
            for (var n = 0; n <= random.nextInt(3); n++) {
                bytes[random.nextInt(bytes.length)] =
                        (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000);
            }
            var damaged = new String(bytes);

            var reply = gateway.modernCall(Tools.LOOKUP, "{}").body(damaged).send();

            assertThat(reply.status()).as(damaged).isIn(200, 202, 400, 404);
        }
        assertThat(gateway.gate.enforced)
                .allSatisfy(call ->
                        assertThat(call.arguments().path("customer_id").asText())
                                .matches("C-[0-9]{4}"));
    }
}
