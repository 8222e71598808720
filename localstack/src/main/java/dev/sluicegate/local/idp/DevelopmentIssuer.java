package dev.sluicegate.local.idp;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationErrorResponse;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseMode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.PlainClientSecret;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.client.ClientInformation;
import com.nimbusds.oauth2.sdk.client.ClientInformationResponse;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationErrorResponse;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationRequest;
import com.nimbusds.oauth2.sdk.client.RegistrationError;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.SubjectType;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.demo.DemoUser;
import dev.sluicegate.router.policy.PolicyEditors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OpenID provider of the demo company on loopback: discovery (OpenID and RFC 8414), JWKS, authorization
 * code with PKCE and the {@code iss} of RFC 9207, resource indicators, dynamic registration, client
 * credentials. A login is a click on a name; everything after it is as strict as a real provider.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9068">RFC 9068, the access tokens it makes</a>
 */
public final class DevelopmentIssuer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DevelopmentIssuer.class);

    private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");
    private static final String DEFAULT_SCOPE = "tools:read";
    private static final int MAX_BODY_BYTES = 64 * 1024;

    /** Logins and codes that nobody finished; the oldest give way. */
    private static final int MAX_PENDING = 1000;

    private static final Duration LOGIN_TIME = Duration.ofMinutes(10);
    private static final Duration CODE_TIME = Duration.ofSeconds(60);

    private final Clock clock;
    private final String resource;
    private final SigningKey key;
    private final ClientRegistry clients;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final URI base;
    private final SecureRandom random = new SecureRandom();
    private final Pending<AuthorizationRequest> logins = new Pending<>();
    private final Pending<Login> codes = new Pending<>();

    private record Login(AuthorizationRequest asked, DemoUser user, boolean mfa, Instant at) {}

    private record Subject(String name, List<String> roles, List<String> amr, Instant authTime) {}

    /**
     * Binds and serves.
     *
     * @param port on 127.0.0.1, or 0 for any free one; the issuer's name holds it, and principals are
     *     named after the issuer, so keep it with the data
     * @param dataDir where key and registered clients are kept (0600), or null to keep nothing
     * @param resource audience of tokens that name none: the URL of the gateway's endpoint
     * @throws IOException if the port is taken
     */
    public DevelopmentIssuer(int port, @Nullable Path dataDir, Clock clock, String resource)
            throws IOException {
        this.clock = clock;
        this.resource = resource;
        this.key = SigningKey.open(dataDir);
        this.clients = new ClientRegistry(DemoCompany.clients().keySet(), dataDir);
        this.server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
                        0);
        this.base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** Value of {@code iss}, and where discovery is served. */
    public String issuer() {
        return base.toString();
    }

    /** Where the public keys are. */
    public String jwksUri() {
        return base + "/jwks.json";
    }

    /**
     * An access token as a login would give it.
     *
     * @throws UnknownUserException if the demo company has no such user, whatever roles are asked for
     */
    public String mint(TokenOrder order) {
        var user =
                DemoCompany.user(order.user())
                        .orElseThrow(() -> new UnknownUserException(order.user()));
        var roles = order.roles();
        var subject =
                new Subject(
                        user.name(),
                        roles == null ? user.roles() : roles,
                        factors(order.mfa()),
                        clock.instant());
        var audience = order.audience();
        return accessToken(
                subject,
                order.client(),
                order.scope(),
                order.ttl(),
                audience == null ? resource : audience);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private void serve(HttpExchange exchange) {
        try (exchange) {
            HTTPResponse answer;
            try {
                answer = route(exchange);
            } catch (RuntimeException e) {
                LOG.error("request to the issuer failed", e);
                answer = page(500, LoginPage.refused("the issuer failed, its log says why"), null);
            }
            send(exchange, answer);
        } catch (IOException e) {
            LOG.debug("client went away", e);
        }
    }

    private HTTPResponse route(HttpExchange exchange) throws IOException {
        // a name that resolves to loopback is still somebody else's page
        var host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null || !host.equals(base.getRawAuthority())) {
            return page(421, LoginPage.refused("this issuer is " + base), null);
        }
        var method = exchange.getRequestMethod();
        var path = exchange.getRequestURI().getPath();
        if ("OPTIONS".equals(method)) {
            return new HTTPResponse(204);
        }
        return switch (method + " " + path) {
            case "GET /.well-known/openid-configuration",
                    "GET /.well-known/oauth-authorization-server" ->
                    json(metadata().toJSONObject().toJSONString());
            case "GET /jwks.json" -> json(key.published().toString());
            case "GET /login.css" -> {
                var css = text(200, "text/css; charset=utf-8", LoginPage.STYLE);
                css.setHeader("Cache-Control", "max-age=300");
                yield css;
            }
            case "GET /authorize" -> authorize(exchange.getRequestURI().getRawQuery());
            case "POST /login" -> login(exchange);
            case "POST /token" -> token(exchange);
            case "POST /register" -> register(exchange);
            default -> page(404, LoginPage.refused("nothing is served here"), null);
        };
    }

    private OIDCProviderMetadata metadata() {
        var metadata =
                new OIDCProviderMetadata(
                        new Issuer(base), List.of(SubjectType.PUBLIC), URI.create(jwksUri()));
        metadata.setAuthorizationEndpointURI(base.resolve("/authorize"));
        metadata.setTokenEndpointURI(base.resolve("/token"));
        metadata.setRegistrationEndpointURI(base.resolve("/register"));
        metadata.setScopes(Scope.parse("openid " + TokenOrder.ALL_SCOPES));
        metadata.setResponseTypes(List.of(ResponseType.CODE));
        metadata.setResponseModes(List.of(ResponseMode.QUERY));
        metadata.setGrantTypes(List.of(GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS));
        metadata.setCodeChallengeMethods(List.of(CodeChallengeMethod.S256));
        metadata.setTokenEndpointAuthMethods(
                List.of(
                        ClientAuthenticationMethod.NONE,
                        ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                        ClientAuthenticationMethod.CLIENT_SECRET_POST));
        metadata.setIDTokenJWSAlgs(List.of(JWSAlgorithm.ES256));
        metadata.setSupportsAuthorizationResponseIssuerParam(true);
        return metadata;
    }

    private HTTPResponse authorize(@Nullable String query) {
        AuthorizationRequest asked;
        try {
            asked = AuthorizationRequest.parse(query == null ? "" : query);
        } catch (ParseException e) {
            return unanswerable("the authorization request is malformed");
        }
        var client = clients.name(asked.getClientID().getValue());
        if (client.isEmpty()) {
            return unanswerable("unknown client; it has to register again");
        }
        var redirect = asked.getRedirectionURI();
        if (redirect == null || !clients.mayRedirect(asked.getClientID().getValue(), redirect)) {
            // never to an address nobody registered, not even with an error
            return unanswerable("the client did not register this redirect address");
        }
        var wrong = wrongWith(asked);
        if (wrong != null) {
            return answer(redirect, asked.getState(), wrong);
        }
        var login = logins.put(asked, clock.instant().plus(LOGIN_TIME));
        return page(
                200,
                LoginPage.login(
                        login,
                        client.get(),
                        redirect,
                        scope(asked.getScope()),
                        DemoCompany.users()),
                redirect);
    }

    private @Nullable ErrorObject wrongWith(AuthorizationRequest asked) {
        if (!ResponseType.CODE.equals(asked.getResponseType())) {
            return OAuth2Error.UNSUPPORTED_RESPONSE_TYPE;
        }
        if (asked.getResponseMode() != null
                && !ResponseMode.QUERY.equals(asked.getResponseMode())) {
            return OAuth2Error.INVALID_REQUEST.setDescription("only response_mode=query is served");
        }
        if (asked.specifiesRequestObject()) {
            return OAuth2Error.REQUEST_NOT_SUPPORTED;
        }
        if (asked.getCodeChallenge() == null
                || !CodeChallengeMethod.S256.equals(asked.getCodeChallengeMethod())) {
            return OAuth2Error.INVALID_REQUEST.setDescription("PKCE with S256 is required");
        }
        return known(asked.getResources()) ? null : OAuth2Error.INVALID_TARGET;
    }

    private HTTPResponse login(HttpExchange exchange) throws IOException {
        var origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null && !origin.equals(base.toString()) && !origin.equals("null")) {
            return page(403, LoginPage.refused("this form belongs to another page"), null);
        }
        var form = URLUtils.parseParameters(body(exchange));
        var asked = logins.take(first(form, "login"), clock.instant());
        if (asked == null) {
            return unanswerable("this login has expired; start again from your client");
        }
        var user = DemoCompany.user(first(form, "user"));
        if (user.isEmpty()) {
            return answer(
                    asked.getRedirectionURI(),
                    asked.getState(),
                    OAuth2Error.ACCESS_DENIED.setDescription("unknown user"));
        }
        var login = new Login(asked, user.get(), "yes".equals(first(form, "mfa")), clock.instant());
        var code = codes.put(login, clock.instant().plus(CODE_TIME));
        return redirect(
                new AuthorizationSuccessResponse(
                                asked.getRedirectionURI(),
                                new AuthorizationCode(code),
                                null,
                                asked.getState(),
                                new Issuer(base),
                                ResponseMode.QUERY)
                        .toURI());
    }

    private HTTPResponse token(HttpExchange exchange) throws IOException {
        TokenRequest asked;
        try {
            asked = TokenRequest.parse(request(exchange, "/token"));
        } catch (ParseException e) {
            return refused(
                    Objects.requireNonNullElse(e.getErrorObject(), OAuth2Error.INVALID_REQUEST));
        }
        return switch (asked.getAuthorizationGrant()) {
            case AuthorizationCodeGrant grant -> redeem(asked, grant);
            case ClientCredentialsGrant grant -> clientCredentials(asked);
            default -> refused(OAuth2Error.UNSUPPORTED_GRANT_TYPE);
        };
    }

    private HTTPResponse redeem(TokenRequest asked, AuthorizationCodeGrant grant) {
        // taken before it is checked: a code that was tried once is spent
        var login = codes.take(grant.getAuthorizationCode().getValue(), clock.instant());
        if (login == null) {
            return refused(OAuth2Error.INVALID_GRANT);
        }
        var clientId = clientId(asked);
        if (clientId == null) {
            return refused(OAuth2Error.INVALID_CLIENT);
        }
        var from = login.asked();
        if (!from.getClientID().getValue().equals(clientId)
                || !from.getRedirectionURI().equals(grant.getRedirectionURI())
                || !verifies(from.getCodeChallenge(), grant)) {
            return refused(OAuth2Error.INVALID_GRANT);
        }
        var resources = asked.getResources() == null ? from.getResources() : asked.getResources();
        if (!known(resources)) {
            return refused(OAuth2Error.INVALID_TARGET);
        }
        var subject =
                new Subject(
                        login.user().name(),
                        login.user().roles(),
                        factors(login.mfa()),
                        login.at());
        var scope = scope(from.getScope());
        var access =
                accessToken(subject, clientId, scope, TokenOrder.DEFAULT_TTL, audience(resources));
        var answer = bearer(access, scope);
        if (!Scope.parse(scope).contains("openid")) {
            return new AccessTokenResponse(new Tokens(answer, null)).toHTTPResponse();
        }
        return new OIDCTokenResponse(new OIDCTokens(idToken(subject, from), answer, null))
                .toHTTPResponse();
    }

    private HTTPResponse clientCredentials(TokenRequest asked) {
        if (!(asked.getClientAuthentication() instanceof PlainClientSecret)) {
            return refused(OAuth2Error.INVALID_CLIENT);
        }
        var clientId = clientId(asked);
        if (clientId == null) {
            return refused(OAuth2Error.INVALID_CLIENT);
        }
        if (!known(asked.getResources())) {
            return refused(OAuth2Error.INVALID_TARGET);
        }
        var subject = new Subject(clientId, List.of(), List.of(), clock.instant());
        var scope = scope(asked.getScope());
        var access =
                accessToken(
                        subject,
                        clientId,
                        scope,
                        TokenOrder.DEFAULT_TTL,
                        audience(asked.getResources()));
        return new AccessTokenResponse(new Tokens(bearer(access, scope), null)).toHTTPResponse();
    }

    /** The client that asks, or null if it is unknown or did not prove who it is. */
    private @Nullable String clientId(TokenRequest asked) {
        if (asked.getClientAuthentication() instanceof PlainClientSecret proof) {
            var id = proof.getClientID().getValue();
            return clients.hasSecret(id, proof.getClientSecret().getValue()) ? id : null;
        }
        if (asked.getClientAuthentication() != null || asked.getClientID() == null) {
            return null;
        }
        var id = asked.getClientID().getValue();
        return clients.isPublic(id) ? id : null;
    }

    private HTTPResponse register(HttpExchange exchange) throws IOException {
        ClientRegistrationRequest asked;
        try {
            asked = ClientRegistrationRequest.parse(request(exchange, "/register"));
        } catch (ParseException e) {
            return new ClientRegistrationErrorResponse(
                            Objects.requireNonNullElse(
                                    e.getErrorObject(), RegistrationError.INVALID_CLIENT_METADATA))
                    .toHTTPResponse();
        }
        var metadata = asked.getClientMetadata();
        var machine =
                metadata.getGrantTypes() != null
                        && metadata.getGrantTypes().equals(Set.of(GrantType.CLIENT_CREDENTIALS));
        Set<URI> redirects =
                metadata.getRedirectionURIs() == null ? Set.of() : metadata.getRedirectionURIs();
        if (!(machine && redirects.isEmpty()) && !ClientRegistry.acceptable(redirects)) {
            return new ClientRegistrationErrorResponse(
                            RegistrationError.INVALID_REDIRECT_URI.setDescription(
                                    "redirects must be on loopback or over https"))
                    .toHTTPResponse();
        }
        metadata.applyDefaults();
        if (machine) {
            metadata.setTokenEndpointAuthMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        } else {
            metadata.setGrantTypes(Set.of(GrantType.AUTHORIZATION_CODE));
            metadata.setTokenEndpointAuthMethod(ClientAuthenticationMethod.NONE);
        }
        var id = (machine ? "machine-" : "client-") + unguessable();
        var secret = machine ? new Secret(unguessable()) : null;
        var name = metadata.getName() == null ? id : metadata.getName();
        clients.register(
                id,
                new ClientRegistry.Registered(
                        name,
                        redirects.stream().map(URI::toString).toList(),
                        secret == null ? null : secret.getValue()));
        return new ClientInformationResponse(
                        new ClientInformation(
                                new ClientID(id), Date.from(clock.instant()), metadata, secret),
                        true)
                .toHTTPResponse();
    }

    private String accessToken(
            Subject subject, String client, String scope, Duration ttl, String audience) {
        var now = clock.instant();
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .subject(subject.name())
                        .audience(audience)
                        .claim("client_id", client)
                        .claim("scope", scope)
                        .claim("roles", subject.roles())
                        .jwtID(unguessable())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(ttl)));
        if (!subject.amr().isEmpty()) {
            claims.claim("auth_time", subject.authTime().getEpochSecond())
                    .claim("amr", subject.amr());
        }
        return key.sign(ACCESS_TOKEN, claims.build());
    }

    private String idToken(Subject subject, AuthorizationRequest from) {
        var now = clock.instant();
        var nonce = from.getCustomParameter("nonce");
        return key.sign(
                JOSEObjectType.JWT,
                new JWTClaimsSet.Builder()
                        .issuer(issuer())
                        .subject(subject.name())
                        .audience(from.getClientID().getValue())
                        .claim("nonce", nonce == null ? null : nonce.getFirst())
                        .claim("auth_time", subject.authTime().getEpochSecond())
                        .claim("amr", subject.amr())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(TokenOrder.DEFAULT_TTL)))
                        .build());
    }

    private AccessToken bearer(String token, String scope) {
        return new BearerAccessToken(token, TokenOrder.DEFAULT_TTL.toSeconds(), Scope.parse(scope));
    }

    private static boolean verifies(CodeChallenge challenge, AuthorizationCodeGrant grant) {
        return grant.getCodeVerifier() != null
                && challenge.equals(
                        CodeChallenge.compute(CodeChallengeMethod.S256, grant.getCodeVerifier()));
    }

    /** Tokens are for our gateway; a resource we do not know gets none. */
    private boolean known(@Nullable List<URI> resources) {
        return resources == null
                || resources.stream()
                        .allMatch(asked ->
                                asked.toString().equals(resource)
                                        || asked.toString().equals(resource + "/"));
    }

    private String audience(@Nullable List<URI> resources) {
        return resources == null || resources.isEmpty()
                ? resource
                : resources.getFirst().toString();
    }

    private static String scope(@Nullable Scope asked) {
        if (asked == null) {
            return DEFAULT_SCOPE;
        }
        // who logs in through a page is an assistant's client; it changes no policy
        var given = new Scope(asked);
        given.remove(new Scope.Value(PolicyEditors.SCOPE));
        return given.isEmpty() ? DEFAULT_SCOPE : given.toString();
    }

    private static List<String> factors(boolean mfa) {
        return mfa ? List.of("pwd", "otp") : List.of("pwd");
    }

    private HTTPResponse unanswerable(String reason) {
        return page(400, LoginPage.refused(reason), null);
    }

    private HTTPResponse answer(URI redirect, @Nullable State state, ErrorObject error) {
        return redirect(
                new AuthorizationErrorResponse(
                                redirect, error, state, new Issuer(base), ResponseMode.QUERY)
                        .toURI());
    }

    private static HTTPResponse redirect(URI to) {
        var answer = new HTTPResponse(303);
        answer.setLocation(to);
        answer.setCacheControl("no-store");
        return answer;
    }

    private static HTTPResponse refused(ErrorObject error) {
        return new TokenErrorResponse(error).toHTTPResponse();
    }

    private static HTTPResponse json(String body) {
        return text(200, "application/json", body);
    }

    private static HTTPResponse page(int status, String html, @Nullable URI redirect) {
        var page = text(status, "text/html; charset=utf-8", html);
        // browsers apply form-action to the redirect that answers the form, too
        var formAction = redirect == null ? "'none'" : "'self' " + LoginPage.origin(redirect);
        page.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; form-action "
                        + formAction
                        + "; frame-ancestors 'none'; base-uri 'none'");
        page.setHeader("Referrer-Policy", "no-referrer");
        page.setCacheControl("no-store");
        return page;
    }

    private static HTTPResponse text(int status, String type, String body) {
        var answer = new HTTPResponse(status);
        answer.setHeader("Content-Type", type);
        answer.setHeader("X-Content-Type-Options", "nosniff");
        answer.setBody(body);
        return answer;
    }

    private static void send(HttpExchange exchange, HTTPResponse answer) throws IOException {
        var headers = exchange.getResponseHeaders();
        answer.getHeaderMap().forEach((name, values) -> headers.put(name, List.copyOf(values)));
        allowBrowserClients(exchange);
        var body =
                answer.getBody() == null
                        ? new byte[0]
                        : answer.getBody().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.getStatusCode(), body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Clients that are pages themselves run on loopback; the login form is never shared. */
    private static void allowBrowserClients(HttpExchange exchange) {
        var origin = exchange.getRequestHeaders().getFirst("Origin");
        var path = exchange.getRequestURI().getPath();
        if (origin == null || path.equals("/login") || path.equals("/authorize")) {
            return;
        }
        if (origin.matches("http://(127\\.0\\.0\\.1|localhost|\\[::1])(:[0-9]+)?")) {
            var headers = exchange.getResponseHeaders();
            headers.set("Access-Control-Allow-Origin", origin);
            headers.set("Access-Control-Allow-Methods", "GET, POST");
            headers.set(
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, MCP-Protocol-Version");
            headers.set("Vary", "Origin");
        }
    }

    private HTTPRequest request(HttpExchange exchange, String path)
            throws IOException, ParseException {
        var request = new HTTPRequest(HTTPRequest.Method.POST, base.resolve(path));
        var type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type == null) {
            throw new ParseException("no content type", OAuth2Error.INVALID_REQUEST);
        }
        request.setContentType(type);
        var authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            request.setAuthorization(authorization);
        }
        request.setBody(body(exchange));
        return request;
    }

    private static String body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        // cut off, it parses as nothing that is valid
        return bytes.length > MAX_BODY_BYTES ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String first(Map<String, List<String>> form, String name) {
        var values = form.get(name);
        return values == null || values.size() != 1 ? "" : values.getFirst();
    }

    private String unguessable() {
        var bytes = new byte[24];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Things that are asked for once, by an unguessable id, before they expire. */
    private final class Pending<T> {
        private final LinkedHashMap<String, Held<T>> held = new LinkedHashMap<>();

        private record Held<T>(T value, Instant until) {}

        synchronized String put(T value, Instant until) {
            var id = unguessable();
            held.put(id, new Held<>(value, until));
            if (held.size() > MAX_PENDING) {
                held.pollFirstEntry();
            }
            return id;
        }

        synchronized @Nullable T take(String id, Instant now) {
            var found = held.remove(id);
            return found == null || now.isAfter(found.until()) ? null : found.value();
        }
    }
}
