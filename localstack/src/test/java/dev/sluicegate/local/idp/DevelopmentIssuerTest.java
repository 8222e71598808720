package dev.sluicegate.local.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.sluicegate.local.MovableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentIssuerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RESOURCE = "http://127.0.0.1:8080/mcp";
    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789";

    @TempDir private Path folder = Path.of("");

    private final HttpClient http = HttpClient.newHttpClient();
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private DevelopmentIssuer issuer;

    @BeforeEach
    void start() throws IOException {
        issuer = new DevelopmentIssuer(0, folder, clock, RESOURCE);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void bothDiscoveryDocumentsSayTheSameAndPromisePkce() throws Exception {
        var openid = json(get("/.well-known/openid-configuration"));
        var oauth = json(get("/.well-known/oauth-authorization-server"));

        assertThat(openid).isEqualTo(oauth);
        assertThat(openid.path("issuer").asText()).isEqualTo(issuer.issuer());
        assertThat(openid.path("jwks_uri").asText()).isEqualTo(issuer.jwksUri());
        assertThat(openid.path("code_challenge_methods_supported").toString())
                .isEqualTo("[\"S256\"]");
        assertThat(openid.path("authorization_response_iss_parameter_supported").asBoolean())
                .isTrue();
        assertThat(openid.path("registration_endpoint").asText()).endsWith("/register");
    }

    @Test
    void aLoginWithPkceEndsInATokenForTheGateway() throws Exception {
        var code = login(parameters("inspector"), "ada", true);

        var answer = redeem(code, VERIFIER, REDIRECT, "inspector");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
        var token = verified(json(answer).path("access_token").asText());
        assertThat(token.getHeader().getType().getType()).isEqualTo("at+jwt");
        var claims = token.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(issuer.issuer());
        assertThat(claims.getSubject()).isEqualTo("ada");
        assertThat(claims.getAudience()).containsExactly(RESOURCE);
        assertThat(claims.getStringClaim("client_id")).isEqualTo("inspector");
        assertThat(claims.getStringClaim("scope")).isEqualTo("tools:read tools:write");
        assertThat(claims.getStringListClaim("roles")).containsExactly("support");
        assertThat(claims.getStringListClaim("amr")).containsExactly("pwd", "otp");
        assertThat(claims.getLongClaim("auth_time")).isEqualTo(clock.instant().getEpochSecond());
        assertThat(claims.getJWTID()).isNotBlank();
        assertThat(claims.getClaims()).doesNotContainKeys("name", "email");
    }

    @Test
    void aSecondLoginPageIsNotNeededToSeeWhoTheIssuerIs() throws Exception {
        var answer = answerOfLogin(parameters("inspector"), "ada");

        var query = query(answer);
        assertThat(query).containsEntry("iss", issuer.issuer()).containsEntry("state", "s-1");
    }

    @Test
    void aWrongVerifierGetsNoTokenAndSpendsTheCode() throws Exception {
        var code = login(parameters("inspector"), "ada", false);

        var wrong = redeem(code, VERIFIER + "x", REDIRECT, "inspector");
        var right = redeem(code, VERIFIER, REDIRECT, "inspector");

        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(json(wrong).path("error").asText()).isEqualTo("invalid_grant");
        assertThat(json(right).path("error").asText()).isEqualTo("invalid_grant");
    }

    @Test
    void aCodeIsGoodOnceAndForAMinute() throws Exception {
        var used = login(parameters("inspector"), "ada", false);
        var first = redeem(used, VERIFIER, REDIRECT, "inspector");
        var second = redeem(used, VERIFIER, REDIRECT, "inspector");
        var late = login(parameters("inspector"), "ada", false);
        clock.forward(Duration.ofSeconds(61));

        var third = redeem(late, VERIFIER, REDIRECT, "inspector");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(second.statusCode()).isEqualTo(400);
        assertThat(third.statusCode()).isEqualTo(400);
    }

    @Test
    void aCodeOfAnotherClientOrRedirectIsRefused() throws Exception {
        var one = login(parameters("inspector"), "ada", false);
        var two = login(parameters("inspector"), "ada", false);

        var otherClient = redeem(one, VERIFIER, REDIRECT, "cli");
        var otherRedirect = redeem(two, VERIFIER, REDIRECT + "/x", "inspector");

        assertThat(json(otherClient).path("error").asText()).isEqualTo("invalid_grant");
        assertThat(json(otherRedirect).path("error").asText()).isEqualTo("invalid_grant");
    }

    @Test
    void anUnknownRedirectIsNeverRedirectedTo() throws Exception {
        for (var redirect :
                List.of(
                        "https://evil.example/cb",
                        "http://192.0.2.7/cb",
                        "http://127.0.0.1.evil.example/cb",
                        "http://user@127.0.0.1/cb",
                        "javascript:alert(1)")) {
            var asked = parameters("inspector");
            asked.put("redirect_uri", redirect);

            var answer = get("/authorize?" + encode(asked));

            assertThat(answer.statusCode()).as(redirect).isEqualTo(400);
            assertThat(answer.headers().firstValue("Location")).isEmpty();
        }
    }

    @Test
    void anUnknownClientIsRefused() throws Exception {
        var answer = get("/authorize?" + encode(parameters("nobody")));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("unknown client");
    }

    @Test
    void withoutPkceOrWithPlainThereIsNoLogin() throws Exception {
        var none = parameters("inspector");
        none.remove("code_challenge");
        none.remove("code_challenge_method");
        var plain = parameters("inspector");
        plain.put("code_challenge_method", "plain");

        for (var asked : List.of(none, plain)) {
            var answer = get("/authorize?" + encode(asked));

            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(query(answer)).containsEntry("error", "invalid_request");
        }
    }

    @Test
    void aTokenForAnotherResourceIsNotMade() throws Exception {
        var asked = parameters("inspector");
        asked.put("resource", "https://elsewhere.example/mcp");

        var answer = get("/authorize?" + encode(asked));

        assertThat(query(answer)).containsEntry("error", "invalid_target");
    }

    @Test
    void anUnknownUserIsRefusedAtTheLoginAndWhenMinting() throws Exception {
        var answer = answerOfLogin(parameters("inspector"), "root");

        assertThat(query(answer)).containsEntry("error", "access_denied").doesNotContainKey("code");
        assertThatThrownBy(() -> issuer.mint(TokenOrder.of("root")))
                .isInstanceOf(UnknownUserException.class)
                .hasMessage("unknown user `root`");
    }

    @Test
    void aLoginPageIsGoodOnceForTenMinutesAndOnlyFromItself() throws Exception {
        var used = loginId(parameters("inspector"));
        submit(used, "ada", Map.of());
        var again = submit(used, "ada", Map.of());
        var expired = loginId(parameters("inspector"));
        var foreign = loginId(parameters("inspector"));

        var fromElsewhere = submit(foreign, "ada", Map.of("Origin", "https://evil.example"));
        clock.forward(Duration.ofMinutes(11));
        var late = submit(expired, "ada", Map.of());

        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(late.statusCode()).isEqualTo(400);
        assertThat(fromElsewhere.statusCode()).isEqualTo(403);
    }

    @Test
    void theLoginPageListsEverybodyUnderAStrictPolicy() throws Exception {
        var page = get("/authorize?" + encode(parameters("inspector")));

        assertThat(page.body()).contains("value=\"ada\"", "value=\"mallory\"", "no role", "MFA");
        assertThat(page.body()).doesNotContain("<script", "style=", "onclick");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .isEqualTo(
                        "default-src 'none'; style-src 'self'; form-action 'self'"
                                + " http://127.0.0.1:33418; frame-ancestors 'none'; base-uri 'none'");
        assertThat(get("/login.css").headers().firstValue("Content-Type").orElse(""))
                .startsWith("text/css");
    }

    @Test
    void aClientRegistersItselfAndLogsIn() throws Exception {
        var client =
                json(post(
                                "/register",
                                "application/json",
                                "{\"client_name\":\"<b>Editor</b>\",\"redirect_uris\":[\""
                                        + REDIRECT
                                        + "\"],\"token_endpoint_auth_method\":\"none\"}"))
                        .path("client_id")
                        .asText();
        var elsewhere = parameters(client);
        elsewhere.put("redirect_uri", "http://127.0.0.1:5000/other");
        var otherPort = parameters(client);
        otherPort.put("redirect_uri", "http://127.0.0.1:5000/callback");

        var page = get("/authorize?" + encode(parameters(client)));
        var code = login(otherPort, "ben", false);

        assertThat(page.body()).contains("&lt;b&gt;Editor&lt;/b&gt;").doesNotContain("<b>Editor");
        assertThat(get("/authorize?" + encode(elsewhere)).statusCode()).isEqualTo(400);
        var answer = redeem(code, VERIFIER, "http://127.0.0.1:5000/callback", client);
        assertThat(verified(json(answer).path("access_token").asText()).getJWTClaimsSet())
                .satisfies(claims -> assertThat(claims.getSubject()).isEqualTo("ben"));
    }

    @Test
    void onlyLoopbackAndTlsRedirectsCanBeRegistered() throws Exception {
        for (var redirect : List.of("http://example.com/cb", "ftp://127.0.0.1/cb", "custom://cb")) {
            var answer =
                    post(
                            "/register",
                            "application/json",
                            "{\"redirect_uris\":[\"" + redirect + "\"]}");

            assertThat(answer.statusCode()).as(redirect).isEqualTo(400);
            assertThat(json(answer).path("error").asText()).startsWith("invalid_");
        }
        assertThat(post("/register", "application/json", "{}").statusCode()).isEqualTo(400);
        assertThat(post("/register", "application/json", "nonsense").statusCode()).isEqualTo(400);
    }

    @Test
    void aMachineGetsATokenWithoutRolesForItsSecretAndNoneWithoutIt() throws Exception {
        var client =
                json(
                        post(
                                "/register",
                                "application/json",
                                "{\"grant_types\":[\"client_credentials\"]}"));
        var id = client.path("client_id").asText();
        var form = "grant_type=client_credentials&scope=tools%3Aread";

        var right = tokenAs(id, client.path("client_secret").asText(), form);
        var wrong = tokenAs(id, "guess", form);
        var nobody = post("/token", "application/x-www-form-urlencoded", form);

        var claims = verified(json(right).path("access_token").asText()).getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo(id);
        assertThat(claims.getStringListClaim("roles")).isEmpty();
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(nobody.statusCode()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void aMintedTokenSaysWhatWasOrdered() throws Exception {
        var token =
                verified(
                        issuer.mint(
                                new TokenOrder(
                                        "mallory",
                                        List.of("ops", "support"),
                                        "inspector",
                                        "tools:read",
                                        false,
                                        Duration.ofMinutes(5),
                                        "https://other.example/mcp")));

        var claims = token.getJWTClaimsSet();
        assertThat(claims.getStringListClaim("roles")).containsExactly("ops", "support");
        assertThat(claims.getAudience()).containsExactly("https://other.example/mcp");
        assertThat(claims.getExpirationTime().toInstant())
                .isEqualTo(clock.instant().plus(Duration.ofMinutes(5)));
        assertThat(claims.getStringListClaim("amr")).containsExactly("pwd");
        assertThat(verified(issuer.mint(TokenOrder.of("mallory"))).getJWTClaimsSet())
                .satisfies(own -> assertThat(own.getStringListClaim("roles")).isEmpty());
    }

    @Test
    void keyAndClientsOutliveARestartAndAreTheOwnersAlone() throws Exception {
        var client =
                json(post(
                                "/register",
                                "application/json",
                                "{\"redirect_uris\":[\"" + REDIRECT + "\"]}"))
                        .path("client_id")
                        .asText();
        var token = issuer.mint(TokenOrder.of("ada"));
        issuer.close();

        issuer = new DevelopmentIssuer(0, folder, clock, RESOURCE);

        assertThat(verified(token).getJWTClaimsSet().getSubject()).isEqualTo("ada");
        assertThat(get("/authorize?" + encode(parameters(client))).statusCode()).isEqualTo(200);
        for (var file : List.of("issuer-key.json", "issuer-clients.json")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void thePublishedKeyHasNoPrivateHalf() throws Exception {
        var keys = json(get("/jwks.json")).path("keys");

        assertThat(keys).hasSize(1);
        assertThat(keys.get(0).has("d")).isFalse();
    }

    @Test
    void aNameThatResolvesToLoopbackIsNotServed() throws Exception {
        try (var socket =
                new Socket(
                        InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                        URI.create(issuer.issuer()).getPort())) {
            socket.getOutputStream()
                    .write(
                            "GET /jwks.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));

            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void aTimeThatIsNotOneIsRefused() {
        assertThatThrownBy(() ->
                        new TokenOrder(
                                "ada", null, "cli", "tools:read", false, Duration.ZERO, null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, String> parameters(String client) throws Exception {
        var challenge =
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(VERIFIER.getBytes(StandardCharsets.US_ASCII)));
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("response_type", "code");
        parameters.put("client_id", client);
        parameters.put("redirect_uri", REDIRECT);
        parameters.put("scope", "tools:read tools:write");
        parameters.put("state", "s-1");
        parameters.put("code_challenge", challenge);
        parameters.put("code_challenge_method", "S256");
        parameters.put("resource", RESOURCE);
        return parameters;
    }

    private String loginId(Map<String, String> asked) throws Exception {
        var page = get("/authorize?" + encode(asked));
        var field = Pattern.compile("name=\"login\" value=\"([^\"]+)\"").matcher(page.body());
        assertThat(field.find()).as(page.body()).isTrue();
        return field.group(1);
    }

    private HttpResponse<String> submit(String login, String user, Map<String, String> headers)
            throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(issuer.issuer() + "/login"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        encode(Map.of("login", login, "user", user))));
        headers.forEach(request::header);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> answerOfLogin(Map<String, String> asked, String user)
            throws Exception {
        return submit(loginId(asked), user, Map.of());
    }

    private String login(Map<String, String> asked, String user, boolean mfa) throws Exception {
        var form = new HashMap<>(Map.of("login", loginId(asked), "user", user));
        if (mfa) {
            form.put("mfa", "yes");
        }
        var answer = post("/login", "application/x-www-form-urlencoded", encode(form));
        assertThat(answer.statusCode()).isEqualTo(303);
        var code = query(answer).get("code");
        assertThat(code).isNotNull();
        return String.valueOf(code);
    }

    private HttpResponse<String> redeem(
            String code, String verifier, String redirect, String client) throws Exception {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("code_verifier", verifier);
        form.put("redirect_uri", redirect);
        form.put("client_id", client);
        form.put("resource", RESOURCE);
        return post("/token", "application/x-www-form-urlencoded", encode(form));
    }

    private HttpResponse<String> tokenAs(String id, String secret, String form) throws Exception {
        var basic =
                Base64.getEncoder()
                        .encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
        return http.send(
                HttpRequest.newBuilder(URI.create(issuer.issuer() + "/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Authorization", "Basic " + basic)
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(issuer.issuer() + path)).build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String type, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(issuer.issuer() + path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private SignedJWT verified(String token) throws Exception {
        var keys = JWKSet.parse(get("/jwks.json").body());
        var jwt = SignedJWT.parse(token);
        var key = keys.getKeyByKeyId(jwt.getHeader().getKeyID());
        assertThat(jwt.verify(new ECDSAVerifier(key.toECKey()))).isTrue();
        return jwt;
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    private static Map<String, String> query(HttpResponse<String> answer) {
        var parameters = new HashMap<String, String>();
        var location = URI.create(answer.headers().firstValue("Location").orElse(""));
        assertThat(location.toString()).startsWith(REDIRECT.substring(0, 16));
        for (var pair : location.getRawQuery().split("&", -1)) {
            var at = pair.indexOf('=');
            parameters.put(
                    pair.substring(0, at),
                    URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static String encode(Map<String, String> parameters) {
        return String.join(
                "&",
                parameters.entrySet().stream()
                        .map(p ->
                                p.getKey()
                                        + "="
                                        + URLEncoder.encode(p.getValue(), StandardCharsets.UTF_8))
                        .toList());
    }
}
