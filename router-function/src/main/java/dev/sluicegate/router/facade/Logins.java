package dev.sluicegate.router.facade;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.router.identity.Challenge;
import dev.sluicegate.router.identity.IssuerConfig;
import dev.sluicegate.router.identity.ProtectedResource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Logins through one identity provider. A login is three closed letters: the request while the person is
 * asked, the state while the provider is, and the code that the client redeems. The first two count only in
 * the browser that has the cookie of this login: a link that an attacker has prepared, with a consent that
 * an attacker has given, ends at this door and not with the attacker.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9700">RFC 9700</a>
 * @see <a href="https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices">MCP,
 *     confused deputy</a>
 */
final class Logins {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final Duration ASKING = Duration.ofMinutes(10);
    private static final Duration CODE = Duration.ofMinutes(2);
    private static final Duration REFRESH = Duration.ofDays(90);

    private static final int MAX_STATE = 1024;

    /** Base64url of a SHA-256. RFC 7636, section 4.2. */
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");

    /** RFC 7636, section 4.1. */
    private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

    private static final Pattern SCOPES =
            Pattern.compile(
                    "[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}( [\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}){0,19}");

    /** What a step-up asks for goes on to the provider. */
    private static final List<String> PASSED_ON =
            List.of("acr_values", "max_age", "prompt", "login_hint");

    private static final int MAX_PASSED_ON = 200;

    /** Words that a provider may have said to us and a client may hear from us. */
    private static final Set<String> ERRORS =
            Set.of(
                    "access_denied",
                    "invalid_grant",
                    "invalid_scope",
                    "invalid_target",
                    "login_required",
                    "interaction_required",
                    "consent_required",
                    "temporarily_unavailable",
                    "unmet_authentication_requirements");

    private final ProtectedResource resource;
    private final IssuerConfig config;
    private final IssuerConfig.Facade facade;
    private final AuthorizationFacade.Clients clients;
    private final Seal seal;
    private final String base;
    private final String cookie;
    private final SecureRandom random = new SecureRandom();

    Logins(
            ProtectedResource resource,
            IssuerConfig config,
            IssuerConfig.Facade facade,
            AuthorizationFacade.Clients clients,
            Seal seal) {
        this.resource = resource;
        this.config = config;
        this.facade = facade;
        this.clients = clients;
        this.seal = seal;
        this.base = resource.origin() + config.facadePath();
        // the prefix keeps a neighbouring host from setting it; it needs TLS
        this.cookie = (isSecure() ? "__Secure-" : "") + "login-" + facade.name();
    }

    String issuer() {
        return config.issuer();
    }

    private boolean isSecure() {
        return "https".equals(resource.uri().getScheme());
    }

    ObjectNode metadata() {
        var document = JSON.objectNode();
        document.put("issuer", base);
        document.put("authorization_endpoint", base + "/authorize");
        document.put("token_endpoint", base + "/token");
        document.put("registration_endpoint", base + "/register");
        var scopes = document.putArray("scopes_supported");
        Challenge.SCOPES.forEach(scopes::add);
        document.putArray("response_types_supported").add("code");
        document.putArray("response_modes_supported").add("query");
        document.putArray("grant_types_supported").add("authorization_code").add("refresh_token");
        document.putArray("token_endpoint_auth_methods_supported").add("none");
        document.putArray("code_challenge_methods_supported").add("S256");
        document.put("authorization_response_iss_parameter_supported", true);
        document.put("client_id_metadata_document_supported", true);
        return document;
    }

    FacadeAnswer register(FacadeRequest request) {
        return switch (clients.registrations().register(request.body())) {
            case Registrations.Registered.Client(var document) -> FacadeAnswer.of(201, document);
            case Registrations.Registered.Refused(var error, var why) ->
                    FacadeAnswer.of(
                                    400,
                                    JSON.objectNode()
                                            .put("error", error)
                                            .put("error_description", why))
                            .because("facade_registration");
        };
    }

    FacadeAnswer authorize(FacadeRequest request) {
        var asked = request.parameters();
        var client = clients.find(asked.get("client_id")).orElse(null);
        if (client == null || asked.repeated()) {
            return page(
                    "The program that sent you here is not known. It has to register again.",
                    "facade_client");
        }
        var redirect = asked.get("redirect_uri");
        if (!client.mayRedirect(redirect)) {
            // never to an address that was not registered, not even with an error
            return page(
                    "The program that sent you here wants the answer at an address that it did not"
                            + " register.",
                    "facade_redirect");
        }
        var wrong = wrongWith(asked);
        if (wrong != null) {
            return back(redirect, Map.of("error", wrong), asked.get("state"))
                    .because("facade_request");
        }
        var scopes = scopes(asked.get("scope"));
        var nonce = unguessable();
        var held = JSON.objectNode();
        held.put("client", client.id()).put("redirect", redirect).put("state", asked.get("state"));
        held.put("challenge", asked.get("code_challenge")).put("browser", sha256(nonce));
        var wanted = held.putArray("scopes");
        scopes.forEach(wanted::add);
        var passed = held.putObject("passed");
        for (var name : PASSED_ON) {
            var value = asked.get(name);
            if (!value.isEmpty() && value.length() <= MAX_PASSED_ON) {
                passed.put(name, value);
            }
        }
        var headers = new LinkedHashMap<>(pageHeaders(redirect));
        headers.put("Set-Cookie", cookie(nonce, ASKING.toSeconds()));
        var html =
                ConsentPage.ask(
                        config.facadePath() + "/consent",
                        seal.close("request", held, ASKING),
                        client,
                        redirect,
                        scopes);
        return new FacadeAnswer(200, headers, null, html, null);
    }

    private @Nullable String wrongWith(FacadeRequest.Parameters asked) {
        if (!asked.get("response_type").equals("code")) {
            return "unsupported_response_type";
        }
        if (!asked.get("code_challenge_method").equals("S256")
                || !CHALLENGE.matcher(asked.get("code_challenge")).matches()
                || asked.get("state").length() > MAX_STATE
                || !asked.get("request").isEmpty()
                || !asked.get("request_uri").isEmpty()) {
            return "invalid_request";
        }
        var mode = asked.get("response_mode");
        if (!mode.isEmpty() && !mode.equals("query")) {
            return "invalid_request";
        }
        if (!isOurs(asked.get("resource"))) {
            return "invalid_target";
        }
        var scope = asked.get("scope");
        return scope.isEmpty() || SCOPES.matcher(scope).matches() ? null : "invalid_scope";
    }

    /** What the person has answered; yes leads to the provider. */
    FacadeAnswer consent(FacadeRequest request) {
        var form = request.form();
        var held = seal.open("request", form.get("request")).orElse(null);
        if (held == null || !isSameBrowser(held, request)) {
            return page(
                    "This page is not from the login that you started, or it is too old. Start again.",
                    "facade_browser");
        }
        var redirect = held.path("redirect").asText();
        if (!form.get("answer").equals("yes")) {
            return back(redirect, Map.of("error", "access_denied"), held.path("state").asText());
        }
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("response_type", "code");
        parameters.put("client_id", facade.clientId());
        parameters.put("redirect_uri", base + "/callback");
        parameters.put("scope", theirs(held));
        parameters.put("state", seal.close("state", held, ASKING));
        parameters.put("code_challenge", held.path("challenge").asText());
        parameters.put("code_challenge_method", "S256");
        parameters.put("resource", resource.uri().toString());
        held.path("passed")
                .properties()
                .forEach(passed -> parameters.put(passed.getKey(), passed.getValue().asText()));
        return redirect(facade.authorizationEndpoint().toString(), parameters);
    }

    /** The provider sends the browser back here, and here only: it knows no other address. */
    FacadeAnswer callback(FacadeRequest request) {
        var given = request.parameters();
        var held = seal.open("state", given.get("state")).orElse(null);
        if (held == null || given.repeated() || !isSameBrowser(held, request)) {
            return page(
                    "This login was not started in this browser, or too long ago. Start again.",
                    "facade_browser");
        }
        var iss = given.get("iss");
        if (!iss.isEmpty() && !iss.equals(config.issuer())) {
            return page("The answer is from another identity provider.", "facade_mix_up");
        }
        var redirect = held.path("redirect").asText();
        var state = held.path("state").asText();
        var code = given.get("code");
        if (!given.get("error").isEmpty() || code.isEmpty()) {
            return withoutCookie(back(redirect, Map.of("error", word(given.get("error"))), state));
        }
        var letter = JSON.objectNode();
        letter.put("code", code).put("redirect", redirect);
        letter.put("client", held.path("client").asText());
        letter.put("challenge", held.path("challenge").asText());
        return withoutCookie(
                back(redirect, Map.of("code", seal.close("code", letter, CODE)), state));
    }

    FacadeAnswer token(FacadeRequest request) {
        var form = request.form();
        if (form.repeated() || !isOurs(form.get("resource"))) {
            return refused(form.repeated() ? "invalid_request" : "invalid_target");
        }
        return switch (form.get("grant_type")) {
            case "authorization_code" -> redeem(form);
            case "refresh_token" -> refresh(form);
            default -> refused("unsupported_grant_type");
        };
    }

    private FacadeAnswer redeem(FacadeRequest.Parameters form) {
        var letter = seal.open("code", form.get("code")).orElse(null);
        var verifier = form.get("code_verifier");
        if (letter == null
                || !letter.path("client").asText().equals(form.get("client_id"))
                || !letter.path("redirect").asText().equals(form.get("redirect_uri"))
                || !VERIFIER.matcher(verifier).matches()
                // the provider checks it as well; one that does not must not undo it
                || !sha256(verifier).equals(letter.path("challenge").asText())) {
            return refused("invalid_grant");
        }
        var forward = new LinkedHashMap<String, String>();
        forward.put("grant_type", "authorization_code");
        forward.put("client_id", facade.clientId());
        forward.put("code", letter.path("code").asText());
        forward.put("redirect_uri", base + "/callback");
        forward.put("code_verifier", verifier);
        forward.put("resource", resource.uri().toString());
        return forwarded(forward, form.get("client_id"));
    }

    private FacadeAnswer refresh(FacadeRequest.Parameters form) {
        var letter = seal.open("refresh", form.get("refresh_token")).orElse(null);
        if (letter == null || !letter.path("client").asText().equals(form.get("client_id"))) {
            return refused("invalid_grant");
        }
        var forward = new LinkedHashMap<String, String>();
        forward.put("grant_type", "refresh_token");
        forward.put("client_id", facade.clientId());
        forward.put("refresh_token", letter.path("token").asText());
        // one that the provider does not replace stays good, and the client keeps it. RFC 6749,
        // section 6
        return forwarded(forward, form.get("client_id"));
    }

    private FacadeAnswer forwarded(Map<String, String> form, String client) {
        var said = Upstream.token(facade.tokenEndpoint(), form).orElse(null);
        if (said == null) {
            return FacadeAnswer.of(503, JSON.objectNode().put("error", "temporarily_unavailable"))
                    .because("facade_upstream");
        }
        var access = said.body().path("access_token").textValue();
        if (said.status() != 200 || access == null) {
            return refused(word(said.body().path("error").asText()));
        }
        // what is not named here stays here: an ID token is for us, the provider's client
        var answer = JSON.objectNode().put("access_token", access).put("token_type", "Bearer");
        if (said.body().path("expires_in").isIntegralNumber()) {
            answer.set("expires_in", said.body().path("expires_in"));
        }
        var scope = said.body().path("scope").textValue();
        if (scope != null) {
            answer.put("scope", ours(scope));
        }
        var refresh = said.body().path("refresh_token").textValue();
        if (refresh != null) {
            var letter = JSON.objectNode().put("token", refresh).put("client", client);
            answer.put("refresh_token", seal.close("refresh", letter, REFRESH));
        }
        return FacadeAnswer.of(200, answer);
    }

    private boolean isSameBrowser(ObjectNode held, FacadeRequest request) {
        var nonce = request.cookie(cookie);
        return nonce != null
                && MessageDigest.isEqual(
                        sha256(nonce).getBytes(StandardCharsets.US_ASCII),
                        held.path("browser").asText().getBytes(StandardCharsets.US_ASCII));
    }

    private boolean isOurs(String asked) {
        return asked.isEmpty()
                || asked.equals(resource.uri().toString())
                || asked.equals(resource.uri() + "/");
    }

    private static List<String> scopes(String asked) {
        return asked.isEmpty()
                ? Challenge.SCOPES
                : Arrays.stream(asked.split(" ", -1)).distinct().toList();
    }

    /** As the provider calls them. What OpenID itself knows has no prefix. */
    private String theirs(ObjectNode held) {
        var all = new StringBuilder("openid");
        for (var scope : held.path("scopes")) {
            if (!Set.of("openid", "offline_access").contains(scope.asText())) {
                all.append(' ').append(config.names().scopePrefix()).append(scope.asText());
            }
        }
        return all.toString();
    }

    private String ours(String scope) {
        var prefix = config.names().scopePrefix();
        return String.join(
                " ",
                Arrays.stream(scope.split(" ", -1))
                        .filter(one -> !one.equals("openid") && one.startsWith(prefix))
                        .map(one -> one.substring(prefix.length()))
                        .toList());
    }

    private static String word(String error) {
        return ERRORS.contains(error) ? error : "server_error";
    }

    private static FacadeAnswer refused(String error) {
        return FacadeAnswer.of(400, JSON.objectNode().put("error", error)).because("facade_grant");
    }

    private FacadeAnswer back(String redirect, Map<String, String> answer, String state) {
        var parameters = new LinkedHashMap<>(answer);
        if (!state.isEmpty()) {
            parameters.put("state", state);
        }
        // RFC 9207: who answers, so that no client takes us for somebody else
        parameters.put("iss", base);
        return redirect(redirect, parameters);
    }

    private static FacadeAnswer redirect(String to, Map<String, String> parameters) {
        var location = to + (to.contains("?") ? "&" : "?") + Upstream.encoded(parameters);
        return new FacadeAnswer(303, Map.of("Location", location), null, null, null);
    }

    private FacadeAnswer withoutCookie(FacadeAnswer answer) {
        var headers = new LinkedHashMap<>(answer.headers());
        headers.put("Set-Cookie", cookie("", 0));
        return new FacadeAnswer(answer.status(), headers, null, null, answer.refused());
    }

    /** Lax, because the provider's redirect comes from another site and has to bring it along. */
    private String cookie(String value, long seconds) {
        return cookie
                + "="
                + value
                + "; Path="
                + config.facadePath()
                + "; Max-Age="
                + seconds
                + "; HttpOnly; SameSite=Lax"
                + (isSecure() ? "; Secure" : "");
    }

    private FacadeAnswer page(String why, String word) {
        return new FacadeAnswer(400, pageHeaders(null), null, ConsentPage.refuse(why), word);
    }

    private Map<String, String> pageHeaders(@Nullable String redirect) {
        // browsers apply form-action to all redirects that answer the form
        var endpoint = facade.authorizationEndpoint();
        var targets =
                redirect == null
                        ? "'none'"
                        : "'self' "
                                + endpoint.getScheme()
                                + "://"
                                + endpoint.getRawAuthority()
                                + " "
                                + RedirectUri.source(redirect);
        return Map.of(
                "Content-Security-Policy",
                "default-src 'none'; form-action "
                        + targets
                        + "; frame-ancestors 'none'; base-uri 'none'",
                "X-Frame-Options",
                "DENY",
                // with no-referrer a form would come from the origin `null`, which may be anybody's
                "Referrer-Policy",
                "same-origin");
    }

    private String unguessable() {
        var bytes = new byte[24];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every platform has SHA-256", e);
        }
    }
}
