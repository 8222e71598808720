package dev.sluicegate.local.aws;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * STS: AssumeRoleWithWebIdentity that verifies the token and evaluates the role's trust policy for real, AssumeRole
 * and GetCallerIdentity. Everything else is an unknown operation.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">AssumeRoleWithWebIdentity</a>
 */
public final class StsService implements LocalService {
    static final int MAX_SESSION_POLICY_CHARS = 2048;
    static final int MIN_DURATION_SECONDS = 900;

    /** Role chaining ends after an hour, whatever the role says. */
    static final int MAX_CHAINED_SECONDS = 3600;

    private static final int DEFAULT_DURATION_SECONDS = 3600;
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

    private final Template template;
    private final Iam iam;
    private final WebIdentity webIdentity;
    private final AtomicBoolean refusing = new AtomicBoolean();
    private final Clock clock;

    /**
     * @param discovery maps an issuer URL to the base below which its {@code .well-known/openid-configuration} is
     *     served on this machine
     * @param clock decides when tokens and sessions end
     */
    public StsService(Template template, Iam iam, Function<String, URI> discovery, Clock clock) {
        this.template = template;
        this.iam = iam;
        this.webIdentity = new WebIdentity(template, new IssuerKeys(discovery), clock);
        this.clock = clock;
    }

    @Override
    public String service() {
        return "sts";
    }

    /** Whether a body is a request of the query protocol. */
    static boolean isQuery(LocalRequest request) {
        String type = request.header("content-type");
        return request.method().equals("POST")
                && type != null
                && type.startsWith("application/x-www-form-urlencoded");
    }

    /** AssumeRoleWithWebIdentity is the one call that has no credentials to sign with. */
    boolean takesUnsigned(LocalRequest request) {
        return isQuery(request)
                && form(request).getOrDefault("Action", "").equals("AssumeRoleWithWebIdentity");
    }

    LocalResponse handleUnsigned(LocalRequest request) {
        if (refusing.get()) {
            throw new LocalServiceException(
                    403, "AccessDenied", "web identity sessions are refused for a test");
        }
        return assumeRoleWithWebIdentity(form(request));
    }

    /** Refuses every web identity session until the result is closed, whatever the token. */
    public AutoCloseable refuseSessions() {
        refusing.set(true);
        return () -> refusing.set(false);
    }

    @Override
    public List<Authorization> authorizations(LocalRequest request) {
        var form = form(request);
        if (!form.getOrDefault("Action", "").equals("AssumeRole")) {
            // GetCallerIdentity is open to everybody, AssumeRoleWithWebIdentity asks the trust
            // policy
            return List.of();
        }
        String role = need(form, "RoleArn");
        var context = requestContext(form);
        var out = new ArrayList<Authorization>();
        out.add(new Authorization("sts:AssumeRole", role, context));
        if (!tags(form).isEmpty()) {
            out.add(new Authorization("sts:TagSession", role, context));
        }
        if (form.containsKey("SourceIdentity")) {
            out.add(new Authorization("sts:SetSourceIdentity", role, context));
        }
        return out;
    }

    private static Map<String, List<String>> requestContext(Map<String, String> form) {
        var context = new HashMap<String, List<String>>();
        var tags = tags(form);
        tags.forEach((key, value) -> context.put("aws:RequestTag/" + key, List.of(value)));
        context.put("aws:TagKeys", List.copyOf(tags.keySet()));
        context.put("sts:TransitiveTagKeys", List.copyOf(transitiveKeys(form)));
        context.put("sts:RoleSessionName", List.of(form.getOrDefault("RoleSessionName", "")));
        if (form.containsKey("SourceIdentity")) {
            context.put("sts:SourceIdentity", List.of(need(form, "SourceIdentity")));
        }
        if (form.containsKey("ExternalId")) {
            context.put("sts:ExternalId", List.of(need(form, "ExternalId")));
        }
        return context;
    }

    @Override
    public LocalResponse handle(LocalRequest request, LocalCaller caller) {
        var form = form(request);
        String action = form.getOrDefault("Action", "");
        return switch (action) {
            case "AssumeRoleWithWebIdentity" -> assumeRoleWithWebIdentity(form);
            case "AssumeRole" -> assumeRole(form, session(caller));
            case "GetCallerIdentity" -> callerIdentity(session(caller));
            default ->
                    throw new LocalServiceException(
                            400,
                            "UnknownOperationException",
                            "the local STS does not know `" + action + "`");
        };
    }

    private Session session(LocalCaller caller) {
        return iam.session(caller.accessKeyId())
                .orElseThrow(() ->
                        new LocalServiceException(
                                403, "InvalidClientTokenId", "the session is gone"));
    }

    private LocalResponse assumeRoleWithWebIdentity(Map<String, String> form) {
        String token = need(form, "WebIdentityToken");
        if (form.containsKey("ProviderId")) {
            throw validation("ProviderId is for OAuth 2.0 tokens, which are not supported");
        }
        String sessionName = sessionName(form);
        PolicyDocument sessionPolicy = sessionPolicy(form);
        var claims = webIdentity.verify(token);
        Template.Role role = role(form, "sts:AssumeRoleWithWebIdentity");
        Duration duration = duration(form, role.maxSessionSeconds());

        var asks = new ArrayList<String>(List.of("sts:AssumeRoleWithWebIdentity"));
        if (!claims.tags().isEmpty()) {
            asks.add("sts:TagSession");
        }
        if (claims.sourceIdentity() != null) {
            asks.add("sts:SetSourceIdentity");
        }
        for (String ask : asks) {
            var decision =
                    iam.decideTrust(
                            role,
                            "Federated:" + claims.provider().arn(),
                            ask,
                            context(claims, sessionName));
            if (!decision.allowed()) {
                throw notAuthorized(ask);
            }
        }
        var credentials =
                iam.issue(
                        role.arn(),
                        sessionName,
                        claims.tags(),
                        claims.transitiveTagKeys(),
                        claims.sourceIdentity(),
                        sessionPolicy,
                        claims.provider().arn(),
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(duration));
        var result = new StringBuilder();
        credentials(result, credentials);
        element(result, "SubjectFromWebIdentityToken", claims.subject());
        element(result, "Audience", claims.audience());
        element(result, "Provider", claims.provider().arn());
        assumed(result, role, sessionName, form, claims.sourceIdentity());
        return answer("AssumeRoleWithWebIdentity", result.toString());
    }

    private static RequestContext context(WebIdentity.Claims claims, String sessionName) {
        String prefix = claims.provider().conditionPrefix();
        var context =
                new RequestContext()
                        .put(prefix + ":aud", claims.audience())
                        .put(prefix + ":sub", claims.subject())
                        .put("sts:RoleSessionName", sessionName)
                        .put("aws:TagKeys", List.copyOf(claims.tags().keySet()))
                        .put("sts:TransitiveTagKeys", List.copyOf(claims.transitiveTagKeys()))
                        .put("aws:FederatedProvider", claims.provider().arn());
        claims.tags().forEach((key, value) -> context.put("aws:RequestTag/" + key, value));
        if (claims.sourceIdentity() != null) {
            context.put("sts:SourceIdentity", claims.sourceIdentity());
        }
        return context;
    }

    private LocalResponse assumeRole(Map<String, String> form, Session caller) {
        Template.Role role = role(form, "sts:AssumeRole");
        String sessionName = sessionName(form);
        boolean chained = caller.role() != null;
        Duration duration =
                duration(
                        form,
                        chained
                                ? Math.min(MAX_CHAINED_SECONDS, role.maxSessionSeconds())
                                : role.maxSessionSeconds());
        Map<String, String> asked = tags(form);
        var problem = WebIdentity.tagProblem(asked);
        if (problem != null) {
            throw validation(problem);
        }
        var tags = new HashMap<>(Iam.transitiveTags(caller));
        for (var tag : asked.entrySet()) {
            if (tags.putIfAbsent(tag.getKey(), tag.getValue()) != null) {
                throw new LocalServiceException(
                        400, "InvalidParameterValue", "a transitive tag cannot be set again");
            }
        }
        var transitive = new HashSet<>(transitiveKeys(form));
        if (!asked.keySet().containsAll(transitive)) {
            throw validation("a transitive tag key is not a tag");
        }
        transitive.addAll(Iam.transitiveTags(caller).keySet());
        String sourceIdentity = form.getOrDefault("SourceIdentity", caller.sourceIdentity());
        if (sourceIdentity != null && !WebIdentity.validName(sourceIdentity)) {
            throw validation("the source identity is malformed");
        }
        if (caller.sourceIdentity() != null && !caller.sourceIdentity().equals(sourceIdentity)) {
            throw notAuthorized("sts:SetSourceIdentity");
        }
        var credentials =
                iam.issue(
                        role.arn(),
                        sessionName,
                        tags,
                        transitive,
                        sourceIdentity,
                        sessionPolicy(form),
                        null,
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(duration));
        var result = new StringBuilder();
        credentials(result, credentials);
        assumed(result, role, sessionName, form, sourceIdentity);
        return answer("AssumeRole", result.toString());
    }

    private static LocalResponse callerIdentity(Session session) {
        var result = new StringBuilder();
        element(result, "Arn", session.principalArn());
        element(result, "UserId", session.userId());
        element(result, "Account", Template.ACCOUNT);
        return answer("GetCallerIdentity", result.toString());
    }

    /** An unknown role is answered like one that does not trust the caller. */
    private Template.Role role(Map<String, String> form, String action) {
        return template.role(need(form, "RoleArn")).orElseThrow(() -> notAuthorized(action));
    }

    private static String sessionName(Map<String, String> form) {
        String name = need(form, "RoleSessionName");
        if (!WebIdentity.validName(name)) {
            throw validation("RoleSessionName is not 2 to 64 characters of [A-Za-z0-9_+=,.@-]");
        }
        return name;
    }

    private static Duration duration(Map<String, String> form, int maximum) {
        String asked = form.get("DurationSeconds");
        if (asked == null) {
            return Duration.ofSeconds(Math.min(DEFAULT_DURATION_SECONDS, maximum));
        }
        int seconds;
        try {
            seconds = Integer.parseInt(asked);
        } catch (NumberFormatException _) {
            throw validation("DurationSeconds is not a number");
        }
        if (seconds < MIN_DURATION_SECONDS) {
            throw validation("DurationSeconds is under " + MIN_DURATION_SECONDS);
        }
        if (seconds > maximum) {
            throw validation(
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role");
        }
        return Duration.ofSeconds(seconds);
    }

    private static @Nullable PolicyDocument sessionPolicy(Map<String, String> form) {
        if (form.keySet().stream().anyMatch(name -> name.startsWith("PolicyArns."))) {
            throw validation("PolicyArns are not supported locally");
        }
        String policy = form.get("Policy");
        if (policy == null) {
            return null;
        }
        if (policy.length() > MAX_SESSION_POLICY_CHARS) {
            throw new LocalServiceException(
                    400,
                    "PackedPolicyTooLarge",
                    "the session policy is over " + MAX_SESSION_POLICY_CHARS + " characters");
        }
        try {
            return Iam.sessionPolicy(policy);
        } catch (IllegalArgumentException e) {
            throw new LocalServiceException(
                    400, "MalformedPolicyDocument", String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, String> tags(Map<String, String> form) {
        var tags = new LinkedHashMap<String, String>();
        for (int i = 1; form.containsKey("Tags.member." + i + ".Key"); i++) {
            tags.put(
                    need(form, "Tags.member." + i + ".Key"),
                    form.getOrDefault("Tags.member." + i + ".Value", ""));
        }
        return tags;
    }

    private static Set<String> transitiveKeys(Map<String, String> form) {
        var keys = new HashSet<String>();
        for (int i = 1; form.containsKey("TransitiveTagKeys.member." + i); i++) {
            keys.add(need(form, "TransitiveTagKeys.member." + i));
        }
        return keys;
    }

    private static Map<String, String> form(LocalRequest request) {
        var fields = new HashMap<String, String>();
        for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                continue;
            }
            try {
                String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
                String value =
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                if (fields.put(name, value) != null) {
                    throw validation("parameter " + name + " is given twice");
                }
            } catch (IllegalArgumentException _) {
                throw validation("the form is malformed");
            }
        }
        return fields;
    }

    private static String need(Map<String, String> form, String name) {
        String value = form.get(name);
        if (value == null || value.isEmpty()) {
            throw validation(name + " is missing");
        }
        return value;
    }

    private static LocalServiceException validation(String message) {
        return new LocalServiceException(400, "ValidationError", message);
    }

    private static LocalServiceException notAuthorized(String action) {
        return new LocalServiceException(
                403, "AccessDenied", "Not authorized to perform " + action);
    }

    private static void credentials(StringBuilder out, SessionCredentials credentials) {
        Instant until = credentials.expiration();
        String token = credentials.sessionToken();
        out.append("<Credentials>");
        element(out, "AccessKeyId", credentials.accessKeyId());
        element(out, "SecretAccessKey", credentials.secretAccessKey());
        element(out, "SessionToken", token == null ? "" : token);
        element(out, "Expiration", String.valueOf(until));
        out.append("</Credentials>");
    }

    private static void assumed(
            StringBuilder out,
            Template.Role role,
            String sessionName,
            Map<String, String> form,
            @Nullable String sourceIdentity) {
        out.append("<AssumedRoleUser>");
        element(out, "Arn", Iam.sessionArn(role, sessionName));
        element(out, "AssumedRoleId", role.id() + ":" + sessionName);
        out.append("</AssumedRoleUser>");
        int policy = form.getOrDefault("Policy", "").length();
        element(
                out,
                "PackedPolicySize",
                Integer.toString(
                        (100 * policy + MAX_SESSION_POLICY_CHARS - 1) / MAX_SESSION_POLICY_CHARS));
        if (sourceIdentity != null) {
            element(out, "SourceIdentity", sourceIdentity);
        }
    }

    private static void element(StringBuilder out, String name, String value) {
        out.append('<').append(name).append('>');
        out.append(AwsErrors.escape(value));
        out.append("</").append(name).append('>');
    }

    private static LocalResponse answer(String operation, String result) {
        String document =
                "<"
                        + operation
                        + "Response xmlns=\""
                        + NAMESPACE
                        + "\"><"
                        + operation
                        + "Result>"
                        + result
                        + "</"
                        + operation
                        + "Result><ResponseMetadata><RequestId>"
                        + UUID.randomUUID()
                        + "</RequestId></ResponseMetadata></"
                        + operation
                        + "Response>";
        return new LocalResponse(
                200, Map.of("content-type", "text/xml"), document.getBytes(StandardCharsets.UTF_8));
    }
}
