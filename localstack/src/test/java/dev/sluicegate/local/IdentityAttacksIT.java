package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Attacks on who is calling, against the whole running system: each ends in its exact refusal and in a
 * record, and at the end no token that was sent is in any record, object or log.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IdentityAttacksIT {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String BODY =
            """
            {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"crm___get_customer",
             "arguments":{"customer_id":"C-1001"},"_meta":{
              "io.modelcontextprotocol/protocolVersion":"2026-07-28",
              "io.modelcontextprotocol/clientCapabilities":{}}}}
            """;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** All that must be found nowhere. */
    private static final List<String> SENT = new ArrayList<>();

    private static final ECKey KEY = key("k1");
    private static final ECKey STRANGER = key("k1");

    private static HttpServer issuers;
    private static String base;
    private static LocalStack stack;

    @BeforeAll
    static void up() throws IOException {
        issuers = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuers.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        base = "http://127.0.0.1:" + issuers.getAddress().getPort();
        serve("/good", jwks(KEY), 0);
        serve("/neighbour", jwks(STRANGER), 0);
        serve("/slow", jwks(KEY), 20_000);
        serve("/huge", jwks(KEY) + " ".repeat(70_000), 0);
        issuers.start();
        stack = Stacks.with(Stacks.freePort(), IdentityAttacksIT::hostile, Clock.systemUTC());
    }

    private static ArrayNode hostile(ArrayNode ours) {
        for (var name : List.of("good", "neighbour", "slow", "huge", "down")) {
            var issuer = ours.addObject();
            issuer.put("issuer", base + "/" + name);
            issuer.put("jwksUri", base + "/" + name + "/jwks.json");
            issuer.put("tenant", "demo");
            if (name.equals("good")) {
                var facade = issuer.putObject("facade");
                facade.put("name", "good").put("clientId", "app");
                facade.put("authorizationEndpoint", base + "/authorize");
                facade.put("tokenEndpoint", base + "/token");
            }
        }
        return ours;
    }

    private static void serve(String name, String keys, long delayMillis) {
        issuers.createContext(
                name,
                exchange -> {
                    try (exchange) {
                        Thread.sleep(delayMillis);
                        var bytes = keys.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
        issuers.stop(0);
    }

    @Test
    @Order(1)
    void aGoodTokenOfTheHostileIssuerIsNotWhatIsRefusedHere() throws Exception {
        var answer = bearer(token().compact());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    @Order(2)
    void everyTokenThatIsNotInOrderIsRefused() throws Exception {
        var now = Instant.now().getEpochSecond();
        refused("malformed", null, "not.a.token!");
        refused("malformed", null, "a.b.c");
        refused("algorithm", "good", token().header("alg", "none").unsigned());
        refused("algorithm", "good", token().header("alg", "HS256").withMacOf(KEY));
        refused("expired", "good", token().claim("exp", now - 120).compact());
        refused("not_yet_valid", "good", token().claim("nbf", now + 120).compact());
        refused(
                "audience",
                "good",
                token().claim("aud", "https://other.example.com/mcp").compact());
        refused("audience", "good", token().claim("aud", null).compact());
        refused("issuer", null, token().claim("iss", "https://evil.test").compact());
        refused("type", "good", token().header("typ", "JWT").compact());
        refused("type", "good", token().header("typ", "oauth-id-jag+jwt").compact());
        refused("unknown_key", "good", token().header("kid", "k9").compact());
        refused("signature", "good", token().signedBy(STRANGER));
        refused("critical_header", "good", token().header("crit", List.of("exp")).compact());
        refused("claims", "good", token().claim("sub", null).compact());
        refused("claims", "good", token().claim("client_id", "a\u0007").compact());
    }

    @Test
    @Order(2)
    void aKeyThatTheTokenBringsAlongIsNoKey() throws Exception {
        refused(
                "signature",
                "good",
                token().header("jwk", STRANGER.toPublicJWK().toJSONObject()).signedBy(STRANGER));
        refused(
                "signature",
                "good",
                token().header("jku", base + "/neighbour/jwks.json").signedBy(STRANGER));
        refused("signature", "good", token().header("x5u", base + "/x").signedBy(STRANGER));
    }

    @Test
    @Order(2)
    void theRightKeyIdWithTheWrongIssuerIsRefused() throws Exception {
        refused("signature", "neighbour", token().claim("iss", base + "/neighbour").compact());
    }

    @Test
    @Order(2)
    void keysThatCannotBeHadAreNoKeys() throws Exception {
        for (var name : List.of("down", "slow", "huge")) {
            // the slow one would answer with good keys, long after nobody waits any more
            var answer = bearer(token().claim("iss", base + "/" + name).compact());

            assertThat(answer.statusCode()).as(name).isEqualTo(503);
            assertThat(json(answer).path("error").path("message").asText())
                    .isEqualTo("identity cannot be verified right now, try again in 5 s");
            assertRecorded("keys_unavailable", name);
        }
    }

    @Test
    @Order(2)
    void anAttackersKeyForAKnownIdIsRefusedAndTheGoodOneGoesOnWorking() throws Exception {
        assertThat(bearer(token().compact()).statusCode()).isEqualTo(200);
        issuers.removeContext("/good");
        try {
            serve("/good", jwks(STRANGER), 0);

            refused("signature", "good", token().signedBy(STRANGER));
            refused("unknown_key", "good", token().header("kid", "k7").signedBy(STRANGER));
            refused("signature", "good", token().signedBy(STRANGER));

            assertThat(bearer(token().compact()).statusCode()).isEqualTo(200);
        } finally {
            issuers.removeContext("/good");
            serve("/good", jwks(KEY), 0);
        }
    }

    @Test
    @Order(2)
    void aProofIsForOneRequest() throws Exception {
        var client = key("client");
        var token = token().claim("cnf", Map.of("jkt", thumbprint(client))).compact();
        var mcp = stack.mcp().toString();
        var proof = proof(client, "POST", mcp, token);

        assertThat(dpop(token, proof).statusCode()).isEqualTo(200);
        proofRefused("proof_replayed", token, proof);
        proofRefused("proof_request", token, proof(client, "GET", mcp, token));
        proofRefused("proof_request", token, proof(client, "POST", mcp + "/other", token));
        proofRefused("proof_request", token, proof(client, "POST", "https://evil.test/mcp", token));
        proofRefused("proof_token", token, proof(client, "POST", mcp, "another"));
        proofRefused("proof_key", token, proof(key("other"), "POST", mcp, token));
        var stolen = bearer(token);
        assertThat(stolen.statusCode()).isEqualTo(401);
        assertThat(challenge(stolen)).startsWith("DPoP error=\"invalid_token\", algs=\"ES256 ");
        assertRecorded("proof_missing", "good");
        assertThat(item("proof#")).as("the used proof is kept for all routers").isTrue();
    }

    @Test
    @Order(2)
    void withoutAPlaceForUsedProofsNobodyWithABoundTokenIsLetIn() throws Exception {
        var client = key("client");
        var token = token().claim("cnf", Map.of("jkt", thumbprint(client))).compact();
        var proof = proof(client, "POST", stack.mcp().toString(), token);

        try (var lost = stack.lose("chains")) {
            assertThat(lost).isNotNull();
            assertThat(dpop(token, proof).statusCode()).isEqualTo(503);
        }

        assertRecorded("replays_unavailable", "good");
    }

    @Test
    @Order(2)
    void noRegistrationLeadsToAScriptOrSomebodyElsesMachine() throws Exception {
        for (var redirect :
                List.of("javascript:alert(1)", "http://evil.test/callback", "data:text/html,x")) {
            var answer =
                    HTTP.send(
                            HttpRequest.newBuilder(at("/oauth/good/register"))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"redirect_uris\":[\"" + redirect + "\"]}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(json(answer).path("error").asText()).isEqualTo("invalid_redirect_uri");
        }
        assertRecorded("facade_registration", "good");
    }

    @Test
    @Order(2)
    void noClientsDocumentIsFetchedFromInside() throws Exception {
        for (var id :
                List.of(
                        "https%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data",
                        "https%3A%2F%2F127.0.0.1%3A1%2Fclient.json")) {
            var answer =
                    HTTP.send(
                            HttpRequest.newBuilder(
                                            at(
                                                    "/oauth/good/authorize?response_type=code&client_id="
                                                            + id))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("Location")).isEmpty();
            assertThat(answer.body()).contains("is not known").doesNotContain("169.254");
        }
        assertRecorded("facade_client", "good");
    }

    /** Last: by now all of them have been sent. */
    @Test
    @Order(3)
    void noTokenIsInAnyRecordObjectOrLog() throws Exception {
        assertThat(SENT).hasSizeGreaterThan(25);
        assertThat(stack.awaitArchived(Duration.ofSeconds(60))).isTrue();
        var places = new ArrayList<>(everything());
        var log = Path.of(System.getProperty("stack.log", "target/stack.log"));
        if (Files.exists(log)) {
            places.add(Files.readString(log));
        }

        for (var secret : SENT) {
            // a signature is enough to know one by
            var part = secret.substring(secret.lastIndexOf('.') + 1);
            var known = part.length() < 20 ? secret : part;
            assertThat(places).noneMatch(place -> place.contains(known));
        }
    }

    private static List<String> everything() {
        var found = new ArrayList<String>();
        for (var table : List.of("audit", "audit-index", "chains", "approvals", "policy")) {
            stack.operatorClient()
                    .scanPaginator(scan -> scan.tableName(Product.resource("dev", table)))
                    .items()
                    .forEach(item -> found.add(item.toString()));
        }
        try (var s3 = stack.s3Client()) {
            for (var bucket : s3.listBuckets().buckets()) {
                s3.listObjectsV2Paginator(list -> list.bucket(bucket.name()))
                        .contents()
                        .forEach(object ->
                                found.add(
                                        s3.getObjectAsBytes(get ->
                                                        get.bucket(bucket.name()).key(object.key()))
                                                .asString(StandardCharsets.ISO_8859_1)));
            }
        }
        return found;
    }

    private static void refused(String reason, @Nullable String issuer, String token)
            throws Exception {
        var answer = bearer(token);

        assertThat(answer.statusCode())
                .as(reason)
                .isEqualTo(reason.equals("malformed") && token.contains("!") ? 400 : 401);
        if (answer.statusCode() == 401) {
            assertThat(challenge(answer))
                    .isEqualTo(
                            "Bearer error=\"invalid_token\", scope=\"tools:read tools:write"
                                    + " tools:destructive\", resource_metadata=\""
                                    + at("/.well-known/oauth-protected-resource/mcp")
                                    + "\"");
            var data = json(answer).path("error").path("data");
            assertThat(data.path("reason").asText()).isEqualTo(reason);
            assertThat(data.path("challenge").asText()).isEqualTo(challenge(answer));
            assertRecorded(reason, issuer);
        }
        assertThat(answer.body()).doesNotContain(token);
    }

    private static void proofRefused(String reason, String token, String proof) throws Exception {
        var answer = dpop(token, proof);

        assertThat(answer.statusCode()).as(reason).isEqualTo(401);
        assertThat(challenge(answer))
                .startsWith("DPoP error=\"invalid_dpop_proof\", algs=\"ES256 ");
        assertThat(json(answer).path("error").path("data").path("reason").asText())
                .isEqualTo(reason);
        assertRecorded(reason, "good");
    }

    /** The first of a kind in a minute is recorded by itself, with its issuer where that is one of ours. */
    private static void assertRecorded(String reason, @Nullable String issuer) {
        var wanted = reason + (issuer == null ? " " : " issuer " + base + "/" + issuer + " ");
        var records = new ArrayList<String>();
        stack.operatorClient()
                .scanPaginator(scan -> scan.tableName(Product.resource("dev", "audit")))
                .items()
                .forEach(item -> {
                    var record = item.get("r");
                    if (record != null) {
                        records.add(
                                McpClient.read(record.s()).path("refusal").path("why").asText("")
                                        + McpClient.read(record.s()).path("refusal"));
                    }
                });
        assertThat(records).as("records of `%s`", wanted).anyMatch(text -> text.contains(wanted));
    }

    private static boolean item(String prefix) {
        for (Map<String, AttributeValue> item :
                stack.operatorClient()
                        .scanPaginator(scan -> scan.tableName(Product.resource("dev", "chains")))
                        .items()) {
            var pk = item.get("pk");
            if (pk != null && pk.s().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String challenge(HttpResponse<String> answer) {
        return answer.headers().firstValue("WWW-Authenticate").orElse("");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return McpClient.read(answer.body());
    }

    private static URI at(String path) {
        return URI.create("http://127.0.0.1:" + stack.mcp().getPort() + path);
    }

    private static HttpResponse<String> bearer(String token) throws Exception {
        SENT.add(token);
        return send(Map.of("Authorization", "Bearer " + token));
    }

    private static HttpResponse<String> dpop(String token, String proof) throws Exception {
        SENT.add(token);
        SENT.add(proof);
        return send(Map.of("Authorization", "DPoP " + token, "DPoP", proof));
    }

    private static HttpResponse<String> send(Map<String, String> headers) throws Exception {
        var request =
                HttpRequest.newBuilder(stack.mcp())
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json, text/event-stream")
                        .header("MCP-Protocol-Version", "2026-07-28")
                        .header("Mcp-Method", "tools/call")
                        .header("Mcp-Name", "crm___get_customer")
                        .POST(HttpRequest.BodyPublishers.ofString(BODY));
        headers.forEach(request::header);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Draft token() {
        var now = Instant.now().getEpochSecond();
        return new Draft(KEY)
                .header("typ", "at+jwt")
                .claim("iss", base + "/good")
                .claim("sub", "ada")
                .claim("aud", stack.mcp().toString())
                .claim("client_id", "test")
                .claim("scope", "tools:read tools:write tools:destructive")
                .claim("roles", List.of("support"))
                .claim("jti", UUID.randomUUID().toString())
                .claim("iat", now)
                .claim("exp", now + 300);
    }

    private static String proof(ECKey key, String method, String url, String token)
            throws GeneralSecurityException {
        return new Draft(key)
                .header("kid", null)
                .header("typ", "dpop+jwt")
                .header("jwk", key.toPublicJWK().toJSONObject())
                .claim("jti", UUID.randomUUID().toString())
                .claim("htm", method)
                .claim("htu", url)
                .claim("iat", Instant.now().getEpochSecond())
                .claim(
                        "ath",
                        BASE64.encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(token.getBytes(StandardCharsets.US_ASCII))))
                .compact();
    }

    private static ECKey key(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String thumbprint(ECKey key) {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String jwks(ECKey key) {
        return new JWKSet(key).toPublicJWKSet().toString();
    }

    /** A token to be bent: any header, any claim, any signature. Null takes one away. */
    private static final class Draft {
        private final Map<String, Object> header = new LinkedHashMap<>();
        private final Map<String, Object> claims = new LinkedHashMap<>();
        private final ECKey key;

        Draft(ECKey key) {
            this.key = key;
            header("alg", "ES256").header("kid", key.getKeyID());
        }

        Draft header(String name, @Nullable Object value) {
            return put(header, name, value);
        }

        Draft claim(String name, @Nullable Object value) {
            return put(claims, name, value);
        }

        private Draft put(Map<String, Object> map, String name, @Nullable Object value) {
            if (value == null) {
                map.remove(name);
            } else {
                map.put(name, value);
            }
            return this;
        }

        String compact() {
            return signedBy(key);
        }

        String signedBy(ECKey other) {
            try {
                var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
                signature.initSign(other.toECPrivateKey());
                signature.update(input().getBytes(StandardCharsets.US_ASCII));
                return input() + "." + BASE64.encodeToString(signature.sign());
            } catch (GeneralSecurityException | JOSEException e) {
                throw new IllegalStateException(e);
            }
        }

        String unsigned() {
            return input() + ".";
        }

        String withMacOf(ECKey other) {
            try {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(other.toECPublicKey().getEncoded(), "HmacSHA256"));
                return input()
                        + "."
                        + BASE64.encodeToString(
                                mac.doFinal(input().getBytes(StandardCharsets.US_ASCII)));
            } catch (GeneralSecurityException | JOSEException e) {
                throw new IllegalStateException(e);
            }
        }

        private String input() {
            return part(header) + "." + part(claims);
        }

        private static String part(Map<String, Object> fields) {
            return BASE64.encodeToString(
                    McpClient.JSON.valueToTree(fields).toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
