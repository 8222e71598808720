package dev.sluicegate.router.facade;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.router.identity.IssuerConfig;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.TickingClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The facade as clients, browsers and attackers meet it; the provider's token endpoint is a real server. */
class FacadeTest {
    private static final String GATE = "https://gate.example.com";
    private static final String BASE = GATE + "/oauth/pool";
    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "v".repeat(43);

    private final TickingClock clock = new TickingClock();
    private final List<FacadeRequest.Parameters> forwarded = new ArrayList<>();
    private String provided =
            "{\"access_token\":\"at\",\"id_token\":\"it\",\"refresh_token\":\"rt\",\"expires_in\":300,"
                    + "\"scope\":\"openid https://gate.example.com/mcp/tools:read other\"}";
    private int providedStatus = 200;
    private HttpServer provider;
    private AuthorizationFacade facade;

    @BeforeEach
    void start() throws IOException {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        provider.createContext(
                "/token",
                exchange -> {
                    var body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    forwarded.add(FacadeRequest.Parameters.of(body));
                    var bytes = provided.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(providedStatus, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        provider.start();
        var resource = ProtectedResource.of(GATE + "/mcp");
        var issuers =
                IssuerConfig.parse(
                        """
                        [{"issuer":"https://idp.example.com/pool","tenant":"demo","typ":[],
                          "scopePrefix":"https://gate.example.com/mcp/",
                          "facade":{"name":"pool","authorizationEndpoint":"https://login.example.com/authorize",
                            "tokenEndpoint":"http://127.0.0.1:%d/token","clientId":"app"}}]
                        """
                                .formatted(provider.getAddress().getPort()),
                        resource.uri().toString());
        facade =
                AuthorizationFacade.of(resource, issuers, KeyedDigest.ofSecret("test")::mac, clock);
    }

    @AfterEach
    void stop() {
        provider.stop(0);
    }

    @Test
    void metadataSaysWhatRealClientsLookFor() {
        var metadata = json(get("/.well-known/oauth-authorization-server/oauth/pool", "", null));

        assertThat(metadata.path("issuer").asText()).isEqualTo(BASE);
        assertThat(metadata.path("authorization_endpoint").asText()).isEqualTo(BASE + "/authorize");
        assertThat(metadata.path("code_challenge_methods_supported").toString())
                .isEqualTo("[\"S256\"]");
        assertThat(metadata.path("authorization_response_iss_parameter_supported").asBoolean())
                .isTrue();
        assertThat(metadata.path("client_id_metadata_document_supported").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/oauth/other/authorize",
                "/oauth/pool",
                "/oauth/pool/jwks",
                "/.well-known/oauth-authorization-server",
                "/.well-known/oauth-authorization-server/oauth/other"
            })
    void whatIsNotConfiguredIsNotThere(String path) {
        assertThat(facade.answer(new FacadeRequest("GET", path, "", null, null, ""))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "POST, authorize, GET",
        "GET, token, POST",
        "GET, register, POST",
        "PUT, consent, POST"
    })
    void eachEndpointHasItsMethod(String method, String endpoint, String allowed) {
        var answer = send(method, "/oauth/pool/" + endpoint, "", null, null, "");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).containsEntry("Allow", allowed);
    }

    @Test
    void theSameRegistrationIsTheSameClient() {
        var one =
                register(
                        "\"client_name\":\"editor\",\"redirect_uris\":[\"https://a.test/\",\""
                                + REDIRECT
                                + "\"]");
        var same =
                register(
                        "\"redirect_uris\":[\""
                                + REDIRECT
                                + "\",\"https://a.test/\"],\"client_name\":\"editor\",\"logo_uri\":\"https://x.test\"");
        var other =
                register(
                        "\"client_name\":\"other\",\"redirect_uris\":[\"https://a.test/\",\""
                                + REDIRECT
                                + "\"]");

        assertThat(one.status()).isEqualTo(201);
        assertThat(json(same)).isEqualTo(json(one));
        assertThat(json(other).path("client_id")).isNotEqualTo(json(one).path("client_id"));
        assertThat(json(one).path("token_endpoint_auth_method").asText()).isEqualTo("none");
        assertThat(json(one).has("client_secret")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "javascript://x/%0aalert(1)",
                "data:text/html,x",
                "http://evil.test/callback",
                "http://127.0.0.1.evil.test/",
                "http://localhost@evil.test/",
                "https://user@a.test/",
                "https://a.test/#fragment",
                "https:///nohost",
                "ftp://a.test/",
                "file:///etc/passwd",
                "com.evil.app:/callback",
                "//a.test/",
                "https://a.test/ x",
                ""
            })
    void anAddressThatIsNobodysIsNotRegistered(String redirect) {
        var answer = register("\"redirect_uris\":[\"" + redirect + "\"]");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("error").asText()).isEqualTo("invalid_redirect_uri");
        assertThat(answer.refused()).isEqualTo("facade_registration");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"redirect_uris\":[\"https://a.test/\"],\"token_endpoint_auth_method\":\"client_secret_basic\"",
                "\"redirect_uris\":[\"https://a.test/\"],\"grant_types\":[\"client_credentials\"]",
                "\"redirect_uris\":[\"https://a.test/\"],\"redirect_uris\":[\"https://b.test/\"]",
                "not json"
            })
    void onlyPublicClientsWithCodesRegister(String fields) {
        var answer = register(fields);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("error").asText()).isEqualTo("invalid_client_metadata");
    }

    @Test
    void aPersonIsAskedThenTheProviderThenTheClientHasItsTokens() throws Exception {
        var client = client();
        var page =
                authorize(client, Map.of("scope", "tools:read tools:write", "acr_values", "gold"));
        var cookie = cookie(page);

        assertThat(page.html()).contains("editor", "a program on this computer", "tools:write");
        assertThat(page.headers().get("Content-Security-Policy"))
                .isEqualTo(
                        "default-src 'none'; form-action 'self' https://login.example.com"
                                + " http://127.0.0.1:33418; frame-ancestors 'none'; base-uri 'none'");
        assertThat(page.headers().get("Set-Cookie"))
                .contains("__Secure-login-pool=", "; HttpOnly; SameSite=Lax; Secure");
        var toProvider = location(consent(page, cookie, "yes"));
        assertThat(toProvider.toString()).startsWith("https://login.example.com/authorize?");
        assertThat(query(toProvider).values())
                .containsEntry("client_id", "app")
                .containsEntry("redirect_uri", BASE + "/callback")
                .containsEntry("code_challenge", challenge())
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("resource", GATE + "/mcp")
                .containsEntry("acr_values", "gold")
                .containsEntry(
                        "scope",
                        "openid https://gate.example.com/mcp/tools:read"
                                + " https://gate.example.com/mcp/tools:write");

        var back = query(location(callback(toProvider, "code=c-1", cookie)));
        assertThat(back.get("state")).isEqualTo("s-1");
        assertThat(back.get("iss")).isEqualTo(BASE);
        assertThat(back.get("code")).isNotEqualTo("c-1");

        var tokens = json(redeem(client, back.get("code"), REDIRECT, VERIFIER));
        assertThat(tokens.path("access_token").asText()).isEqualTo("at");
        assertThat(tokens.path("scope").asText()).isEqualTo("tools:read");
        assertThat(tokens.has("id_token")).isFalse();
        assertThat(tokens.path("refresh_token").asText()).isNotEqualTo("rt");
        assertThat(forwarded.getFirst().values())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "grant_type",
                                "authorization_code",
                                "client_id",
                                "app",
                                "code",
                                "c-1",
                                "redirect_uri",
                                BASE + "/callback",
                                "code_verifier",
                                VERIFIER,
                                "resource",
                                GATE + "/mcp"));

        var refreshed = refresh(client, tokens.path("refresh_token").asText());
        assertThat(json(refreshed).path("access_token").asText()).isEqualTo("at");
        assertThat(forwarded.getLast().get("refresh_token")).isEqualTo("rt");
        var stolen =
                refresh(
                        register("\"redirect_uris\":[\"https://a.test/\"]"),
                        tokens.path("refresh_token").asText());
        assertThat(json(stolen).path("error").asText()).isEqualTo("invalid_grant");
    }

    private FacadeAnswer refresh(FacadeAnswer client, String token) {
        return refresh(json(client).path("client_id").asText(), token);
    }

    private FacadeAnswer refresh(String client, String token) {
        return post(
                "token",
                Map.of("grant_type", "refresh_token", "client_id", client, "refresh_token", token),
                null);
    }

    @Test
    void whoCancelsIsAnsweredWithoutTheProvider() {
        var page = authorize(client(), Map.of());

        var back = query(location(consent(page, cookie(page), "no")));

        assertThat(back.get("error")).isEqualTo("access_denied");
        assertThat(back.get("state")).isEqualTo("s-1");
        assertThat(back.get("iss")).isEqualTo(BASE);
    }

    /** The confused deputy: the provider would log the victim in without a word. */
    @Test
    void aConsentThatAnAttackerGaveIsNoneInTheVictimsBrowser() {
        var page = authorize(client(), Map.of());
        var prepared = location(consent(page, cookie(page), "yes"));
        var victim = cookie(authorize(client(), Map.of()));

        for (var browser : new @Nullable String[] {null, victim, "__Secure-login-pool="}) {
            var answer = callback(prepared, "code=victims", browser);

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.headers()).doesNotContainKey("Location");
            assertThat(answer.refused()).isEqualTo("facade_browser");
        }
    }

    @Test
    void aConsentThatAPageSendsByItselfIsNone() {
        var page = authorize(client(), Map.of());

        for (var browser : new @Nullable String[] {null, cookie(authorize(client(), Map.of()))}) {
            assertThat(consent(page, browser, "yes").refused()).isEqualTo("facade_browser");
        }
    }

    @Test
    void aLetterIsGoodForItsPurposeAndItsTime() {
        var page = authorize(client(), Map.of());
        var cookie = cookie(page);
        var state = query(location(consent(page, cookie, "yes"))).get("state");

        var asRequest = post("consent", Map.of("request", state, "answer", "yes"), cookie);
        clock.tick(Duration.ofMinutes(10));
        var late = get("/oauth/pool/callback", "code=c&state=" + state, cookie);

        assertThat(asRequest.refused()).isEqualTo("facade_browser");
        assertThat(late.refused()).isEqualTo("facade_browser");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:33418/other",
                "http://127.0.0.1:33418/callback/",
                "http://127.0.0.1:33418/callback?x=1",
                "http://localhost:33418/callback",
                "https://127.0.0.1:33418/callback",
                "https://evil.test/callback",
                "http://127.0.0.1:33418/callback#x",
                ""
            })
    void nothingGoesToAnAddressThatWasNotRegistered(String redirect) {
        var answer = authorize(client(), Map.of("redirect_uri", redirect));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers()).doesNotContainKey("Location");
        assertThat(answer.refused()).isEqualTo("facade_redirect");
    }

    @Test
    void aProgramOnThisMachineListensWhereItCan() {
        assertThat(
                        authorize(client(), Map.of("redirect_uri", "http://127.0.0.1:1/callback"))
                                .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "code_challenge, '', invalid_request",
        "code_challenge, short, invalid_request",
        "code_challenge_method, plain, invalid_request",
        "code_challenge_method, '', invalid_request",
        "response_type, token, unsupported_response_type",
        "response_mode, fragment, invalid_request",
        "request_uri, https://a.test/, invalid_request",
        "resource, https://other.example.com/mcp, invalid_target",
        "scope, 'a\"b', invalid_scope"
    })
    void aRequestThatIsNotInOrderIsToldSo(String name, String value, String error) {
        var answer = authorize(client(), Map.of(name, value));

        var back = query(location(answer));
        assertThat(back.get("error")).isEqualTo(error);
        assertThat(back.get("iss")).isEqualTo(BASE);
        assertThat(answer.refused()).isEqualTo("facade_request");
    }

    @Test
    void aClientIdIsNotForTheMaking() {
        var id = client();
        var forged = id.substring(0, 4) + (id.charAt(4) == 'A' ? 'B' : 'A') + id.substring(5);

        for (var unknown : List.of(forged, id + "A", id.substring(0, id.indexOf('.')), "x", "")) {
            var answer = authorize(unknown, Map.of());

            assertThat(answer.status()).as(unknown).isEqualTo(400);
            assertThat(answer.refused()).isEqualTo("facade_client");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://169.254.169.254/latest/meta-data/",
                "https://127.0.0.1/client.json",
                "https://[::1]/client.json",
                "https://10.0.0.7/client.json",
                "https://user@a.test/client.json",
                "https://a.test/",
                "https://a.test",
                "https://a.test/x/../client.json",
                "https://a.test/client.json#x",
                "http://a.test/client.json"
            })
    void aClientsDocumentIsFetchedFromThePublicInternetOnly(String id) {
        var answer = authorize(id, Map.of());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.refused()).isEqualTo("facade_client");
    }

    @Test
    void aCodeIsForOneClientOneAddressAndOneSecret() {
        var client = client();
        var other =
                json(register("\"redirect_uris\":[\"" + REDIRECT + "\"]"))
                        .path("client_id")
                        .asText();

        assertRefused(redeem(other, code(client), REDIRECT, VERIFIER));
        assertRefused(redeem(client, code(client), "http://127.0.0.1:1/callback", VERIFIER));
        assertRefused(redeem(client, code(client), REDIRECT, "w".repeat(43)));
        assertRefused(redeem(client, code(client), REDIRECT, ""));
        assertRefused(redeem(client, "c-1", REDIRECT, VERIFIER));
        var late = code(client);
        clock.tick(Duration.ofMinutes(2));
        assertRefused(redeem(client, late, REDIRECT, VERIFIER));

        assertThat(forwarded).isEmpty();
    }

    @Test
    void whatTheProviderRefusesIsRefusedInOneOfTheKnownWords() {
        var client = client();
        providedStatus = 400;
        provided = "{\"error\":\"invalid_grant\",\"error_description\":\"code c-1 was used\"}";
        assertThat(redeem(client, code(client), REDIRECT, VERIFIER).json())
                .hasToString("{\"error\":\"invalid_grant\"}");

        provided = "{\"error\":\"<script>\"}";
        assertThat(redeem(client, code(client), REDIRECT, VERIFIER).json())
                .hasToString("{\"error\":\"server_error\"}");

        provided = "not json";
        assertThat(redeem(client, code(client), REDIRECT, VERIFIER).status()).isEqualTo(503);
    }

    @Test
    void anAnswerOfAnotherProviderIsAMixUp() {
        var page = authorize(client(), Map.of());
        var cookie = cookie(page);
        var toProvider = location(consent(page, cookie, "yes"));

        var mixed = callback(toProvider, "code=c&iss=https://evil.test", cookie);
        var ours = callback(toProvider, "code=c&iss=https://idp.example.com/pool", cookie);

        assertThat(mixed.refused()).isEqualTo("facade_mix_up");
        assertThat(ours.status()).isEqualTo(303);
    }

    @Test
    void aParameterThatComesTwiceIsRefused() {
        var answer = get("/oauth/pool/authorize", query(client(), Map.of()) + "&state=2", null);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.headers()).doesNotContainKey("Location");
    }

    @Test
    void aNameIsTextOnThePage() {
        var id =
                json(register(
                                "\"client_name\":\"<b>\\u202eevil\\\" x='\",\"redirect_uris\":[\""
                                        + REDIRECT
                                        + "\"]"))
                        .path("client_id")
                        .asText();

        assertThat(authorize(id, Map.of()).html())
                .contains("<strong>&lt;b&gt;evil&quot; x=&#39;</strong>")
                .contains("nobody has checked it");
    }

    private void assertRefused(FacadeAnswer answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(json(answer).path("error").asText()).isEqualTo("invalid_grant");
        assertThat(answer.refused()).isEqualTo("facade_grant");
    }

    private String client() {
        return json(register("\"client_name\":\"editor\",\"redirect_uris\":[\"" + REDIRECT + "\"]"))
                .path("client_id")
                .asText();
    }

    private String code(String client) {
        var page = authorize(client, Map.of());
        var toProvider = location(consent(page, cookie(page), "yes"));
        return query(location(callback(toProvider, "code=c-1", cookie(page)))).get("code");
    }

    private FacadeAnswer register(String fields) {
        return send(
                "POST", "/oauth/pool/register", "", null, "application/json", "{" + fields + "}");
    }

    private FacadeAnswer authorize(String client, Map<String, String> other) {
        return get("/oauth/pool/authorize", query(client, other), null);
    }

    private static String query(String client, Map<String, String> other) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("response_type", "code");
        parameters.put("client_id", client);
        parameters.put("redirect_uri", REDIRECT);
        parameters.put("state", "s-1");
        parameters.put("code_challenge", challenge());
        parameters.put("code_challenge_method", "S256");
        parameters.put("resource", GATE + "/mcp");
        parameters.putAll(other);
        return Upstream.encoded(parameters);
    }

    private FacadeAnswer consent(FacadeAnswer page, @Nullable String cookie, String answer) {
        var sealed =
                Pattern.compile("name=\"request\" value=\"([^\"]+)\"")
                        .matcher(String.valueOf(page.html()));
        assertThat(sealed.find()).isTrue();
        return post("consent", Map.of("request", sealed.group(1), "answer", answer), cookie);
    }

    private FacadeAnswer callback(URI toProvider, String answer, @Nullable String cookie) {
        var state = URLEncoder.encode(query(toProvider).get("state"), StandardCharsets.UTF_8);
        return get("/oauth/pool/callback", answer + "&state=" + state, cookie);
    }

    private FacadeAnswer redeem(String client, String code, String redirect, String verifier) {
        return post(
                "token",
                Map.of(
                        "grant_type", "authorization_code",
                        "client_id", client,
                        "code", code,
                        "redirect_uri", redirect,
                        "code_verifier", verifier),
                null);
    }

    private FacadeAnswer post(String endpoint, Map<String, String> form, @Nullable String cookie) {
        return send(
                "POST",
                "/oauth/pool/" + endpoint,
                "",
                cookie,
                "application/x-www-form-urlencoded",
                Upstream.encoded(form));
    }

    private FacadeAnswer get(String path, String query, @Nullable String cookie) {
        return send("GET", path, query, cookie, null, "");
    }

    private FacadeAnswer send(
            String method,
            String path,
            String query,
            @Nullable String cookie,
            @Nullable String type,
            String body) {
        return facade.answer(new FacadeRequest(method, path, query, cookie, type, body))
                .orElseThrow();
    }

    private static URI location(FacadeAnswer answer) {
        assertThat(answer.status()).isEqualTo(303);
        return URI.create(Objects.requireNonNull(answer.headers().get("Location")));
    }

    private static FacadeRequest.Parameters query(URI uri) {
        return FacadeRequest.Parameters.of(uri.getRawQuery());
    }

    private static String cookie(FacadeAnswer page) {
        return Objects.requireNonNull(page.headers().get("Set-Cookie")).split(";", 2)[0];
    }

    private static JsonNode json(FacadeAnswer answer) {
        return Objects.requireNonNull(answer.json());
    }

    private static String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(VERIFIER.getBytes(StandardCharsets.US_ASCII)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
