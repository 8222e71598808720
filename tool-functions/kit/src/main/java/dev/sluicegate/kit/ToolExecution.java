package dev.sluicegate.kit;

import static dev.sluicegate.contract.ToolOutcome.Status.CLAIM_REFUSED;
import static dev.sluicegate.contract.ToolOutcome.Status.CREDENTIALS_REFUSED;
import static dev.sluicegate.contract.ToolOutcome.Status.FAILED;
import static dev.sluicegate.contract.ToolOutcome.Status.GRANT_REFUSED;
import static dev.sluicegate.contract.ToolOutcome.Status.OK;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.Effect;
import dev.sluicegate.contract.GrantRefusedException;
import dev.sluicegate.contract.InvocationRequest;
import dev.sluicegate.contract.Product;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import dev.sluicegate.record.Ulid;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * One invocation, in the only order there is: verify the grant, claim the execution, get the caller's
 * credentials, run the tool, check its result. Each step can only end in the next or in a refusal.
 */
final class ToolExecution {
    /** Two machines' clocks. */
    static final long LEEWAY_SECONDS = 5;

    /** A session this close to its end is not used: the call could outlive it. */
    static final Duration SESSION_RESERVE = Duration.ofSeconds(60);

    private static final int MAX_SESSIONS = 256;
    private static final Logger LOG = LoggerFactory.getLogger(ToolExecution.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern TRACEPARENT =
            Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z0-9.]{1,64}");

    private final ToolManifest manifest;
    private final Tool tool;
    private final GrantKeys keys;
    private final ExecutionClaims claims;
    private final RoleSessions sessions;
    private final ScopedClients clients;
    private final Clock clock;
    private final Map<String, String> tables = new TreeMap<>();
    private final @Nullable String dataRole;
    private final @Nullable String environmentName;
    private final Schema outputSchema;
    private final SeenGrants seen = new SeenGrants();
    private final Map<String, Scoped> cachedSessions =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Scoped> eldest) {
                    return size() > MAX_SESSIONS;
                }
            };

    ToolExecution(
            ToolManifest manifest,
            Tool tool,
            Map<String, String> environment,
            GrantKeys keys,
            ExecutionClaims claims,
            RoleSessions sessions,
            ScopedClients clients,
            Clock clock) {
        this.manifest = manifest;
        this.tool = tool;
        this.keys = keys;
        this.claims = claims;
        this.sessions = sessions;
        this.clients = clients;
        this.clock = clock;
        for (var table : SessionPolicy.tables(manifest)) {
            var name = environment.get(SessionPolicy.variable(table));
            if (name == null || name.isBlank()) {
                throw new IllegalArgumentException(
                        "environment without " + SessionPolicy.variable(table));
            }
            tables.put(table, name);
        }
        dataRole = environment.get("DATA_ROLE_ARN");
        if (!manifest.role().statements().isEmpty() && (dataRole == null || dataRole.isBlank())) {
            throw new IllegalArgumentException("environment without DATA_ROLE_ARN");
        }
        environmentName = environment.get("ENVIRONMENT");
        outputSchema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(manifest.outputSchema());
    }

    static ToolOutcome refused(ToolOutcome.Status status, String reason) {
        return new ToolOutcome(status, null, null, reason, null);
    }

    /**
     * @param invokedArn the function as Lambda says it was invoked
     * @param remainingMillis until Lambda ends the function
     */
    ToolOutcome run(byte[] bytes, String invokedArn, IntSupplier remainingMillis) {
        var now = clock.instant();
        var started = System.nanoTime();
        var callId = "unverified";
        ToolOutcome outcome;
        try {
            var function = FunctionArn.of(invokedArn);
            var request = parse(bytes);
            var grant = verify(request, function, now);
            callId = grant.callId();
            var token = token(request, grant);
            if (remaining(started, remainingMillis).toMillis() <= 0) {
                outcome = refused(FAILED, "no time is left for the call");
            } else {
                if (manifest.effect() != Effect.READ) {
                    claims.claim(grant, request.intentSha(), trace(request), invokedArn);
                }
                var scoped = token == null ? null : session(request, grant, token, function, now);
                outcome =
                        run(request, grant, scoped, now, () -> remaining(started, remainingMillis));
            }
        } catch (GrantRefusedException e) {
            outcome = refused(GRANT_REFUSED, messageOf(e));
        } catch (ClaimRefusedException e) {
            outcome = refused(CLAIM_REFUSED, messageOf(e));
        } catch (CredentialsRefusedException e) {
            outcome = refused(CREDENTIALS_REFUSED, messageOf(e));
        }
        LOG.atInfo()
                .addKeyValue("callId", callId)
                .addKeyValue("status", outcome.status())
                .log("{} {}", manifest.name(), outcome.status());
        return outcome;
    }

    private static InvocationRequest parse(byte[] bytes) {
        try {
            var json = StrictJson.read(bytes);
            if (!json.path("grant").isTextual()
                    || !json.path("arguments").isObject()
                    || !json.path("intentSha").isTextual()
                    || StrictJson.depth(json.path("arguments")) > StrictJson.MAX_DEPTH) {
                throw new GrantRefusedException("request is malformed");
            }
            return JSON.treeToValue(json, InvocationRequest.class);
        } catch (MalformedJsonException | NotCanonicalException | JsonProcessingException e) {
            throw new GrantRefusedException("request is malformed");
        }
    }

    private CallGrant verify(InvocationRequest request, FunctionArn function, Instant now) {
        var grant =
                CallGrant.verify(request.grant(), keys.key(CallGrant.peek(request.grant()).kid()));
        if (!grant.tool().equals(manifest.name())) {
            throw new GrantRefusedException("grant is for another tool");
        }
        if (!function.equals(functionOf(grant))) {
            throw new GrantRefusedException("grant is for another function");
        }
        if (environmentName != null && !environmentName.equals(grant.env())) {
            throw new GrantRefusedException("grant is for another environment");
        }
        if (!grant.argsSha().equals(argumentsSha(request.arguments()))) {
            throw new GrantRefusedException("grant is for other arguments");
        }
        if (!Ulid.isValid(grant.callId()) || grant.tenant().indexOf('#') >= 0) {
            throw new GrantRefusedException("grant is malformed");
        }
        var second = now.getEpochSecond();
        if (second + LEEWAY_SECONDS < grant.iat()) {
            throw new GrantRefusedException("grant is from the future");
        }
        if (second > grant.exp() + LEEWAY_SECONDS) {
            throw new GrantRefusedException("grant has expired");
        }
        // last, so that nothing but a good grant is remembered
        if (!seen.first(grant.jti(), grant.exp() + LEEWAY_SECONDS, second)) {
            throw new GrantRefusedException("grant was used before");
        }
        return grant;
    }

    private static FunctionArn functionOf(CallGrant grant) {
        try {
            return FunctionArn.of(grant.function());
        } catch (IllegalArgumentException e) {
            throw new GrantRefusedException("grant is for another function");
        }
    }

    private static String argumentsSha(ObjectNode arguments) {
        try {
            return CanonicalJson.sha256(arguments);
        } catch (NotCanonicalException e) {
            throw new GrantRefusedException("arguments are not canonical");
        }
    }

    /** The token, if it says in every tag what the grant and the arguments say; null if none is needed. */
    private @Nullable StsToken token(InvocationRequest request, CallGrant grant) {
        if (dataRole == null) {
            return null;
        }
        if (request.stsToken() == null) {
            throw new CredentialsRefusedException("token is missing");
        }
        var token = StsToken.read(request.stsToken());
        Map<String, String> expected;
        try {
            expected =
                    SessionTags.of(
                            grant.tenant(),
                            grant.principal(),
                            grant.role(),
                            grant.roles(),
                            grant.env(),
                            grant.tool(),
                            grant.client(),
                            manifest.bound(request.arguments()));
        } catch (IllegalArgumentException e) {
            throw new CredentialsRefusedException("the call cannot be expressed as session tags");
        }
        // INVARIANT: the tags of a session are those of the grant, which carries a MAC. Only so may
        // a
        // cached session be found by the tags of a token whose signature nobody has verified here.
        if (!token.tags().equals(expected)
                || !token.audience().equals(grant.tool())
                || !token.sourceIdentity().equals(grant.principal())) {
            throw new CredentialsRefusedException("token and grant disagree");
        }
        return token;
    }

    private Scoped session(
            InvocationRequest request,
            CallGrant grant,
            StsToken token,
            FunctionArn function,
            Instant now) {
        var role = dataRole;
        var jwt = request.stsToken();
        if (role == null || jwt == null) {
            throw new CredentialsRefusedException("token is missing");
        }
        var policy = SessionPolicy.of(manifest, tables, function);
        var key = role + "\n" + token.tags() + "\n" + policy;
        synchronized (cachedSessions) {
            var cached = cachedSessions.get(key);
            if (cached != null && now.isBefore(cached.expires().minus(SESSION_RESERVE))) {
                return cached;
            }
        }
        var session = sessions.assume(role, jwt, grant.callId(), policy);
        if (!session.sourceIdentity().equals(grant.principal())) {
            throw new CredentialsRefusedException("the session is not the caller's");
        }
        var scoped =
                new Scoped(
                        clients.dynamoDb(session.credentials()),
                        new ToolOutcome.Session(
                                role,
                                token.tags(),
                                session.sourceIdentity(),
                                session.credentials().accessKeyId()),
                        session.expires());
        synchronized (cachedSessions) {
            cachedSessions.put(key, scoped);
        }
        return scoped;
    }

    private ToolOutcome run(
            InvocationRequest request,
            CallGrant grant,
            @Nullable Scoped scoped,
            Instant now,
            Supplier<Duration> remaining) {
        var call =
                new ToolCall(
                        request.arguments(),
                        grant.callId(),
                        grant.tenant(),
                        grant.principal(),
                        now,
                        remaining,
                        () -> dynamoDb(scoped),
                        this::table);
        var session = scoped == null ? null : scoped.session();
        try {
            return switch (tool.run(call)) {
                case ToolResult.Done(var structured, var content) ->
                        checked(structured, content, call, session, grant);
                case ToolResult.Failed(var reason) ->
                        new ToolOutcome(FAILED, null, null, reason, session);
            };
        } catch (AwsServiceException e) {
            return failed("the tool's backend answered " + code(e), session, grant, e);
        } catch (SdkException e) {
            return failed("the tool's backend did not answer", session, grant, e);
        } catch (RuntimeException e) {
            return failed("the tool failed; it may have run", session, grant, e);
        }
    }

    private ToolOutcome checked(
            ObjectNode structured,
            @Nullable ArrayNode content,
            ToolCall call,
            ToolOutcome.@Nullable Session session,
            CallGrant grant) {
        var errors = outputSchema.validate(structured);
        if (!errors.isEmpty()) {
            LOG.atError()
                    .addKeyValue("callId", grant.callId())
                    .log(
                            "result breaks {} of the output schema",
                            errors.getFirst().getSchemaLocation());
            return new ToolOutcome(
                    FAILED, null, null, "the tool answered what its manifest excludes", session);
        }
        return new ToolOutcome(OK, content, structured, null, session, call.reported());
    }

    /** The class and place of an exception are for the log; its message may hold data, so it is not. */
    private static ToolOutcome failed(
            String reason,
            ToolOutcome.@Nullable Session session,
            CallGrant grant,
            RuntimeException cause) {
        var place =
                Arrays.stream(cause.getStackTrace())
                        .filter(frame -> frame.getClassName().startsWith(Product.ID))
                        .findFirst()
                        .map(StackTraceElement::toString)
                        .orElse("an unknown place");
        LOG.atError()
                .addKeyValue("callId", grant.callId())
                .log("{}: {} at {}", reason, cause.getClass().getName(), place);
        return new ToolOutcome(FAILED, null, null, reason, session);
    }

    private static String code(AwsServiceException e) {
        var details = e.awsErrorDetails();
        var code = details == null ? null : details.errorCode();
        return code != null && ERROR_CODE.matcher(code).matches() ? code : "an error";
    }

    private static DynamoDbClient dynamoDb(@Nullable Scoped scoped) {
        if (scoped == null) {
            throw new IllegalStateException("the tool has no data role");
        }
        return scoped.client();
    }

    private String table(String name) {
        var physical = tables.get(name);
        if (physical == null) {
            throw new IllegalArgumentException("the manifest names no table `" + name + "`");
        }
        return physical;
    }

    private Duration remaining(long started, IntSupplier remainingMillis) {
        var spent = (System.nanoTime() - started) / 1_000_000;
        var ours = manifest.limits().timeoutMs() - spent;
        return Duration.ofMillis(Math.min(ours, remainingMillis.getAsInt()));
    }

    private static @Nullable String trace(InvocationRequest request) {
        var header = request.traceparent();
        if (header == null) {
            return null;
        }
        var matcher = TRACEPARENT.matcher(header);
        return matcher.matches() ? matcher.group(1) : null;
    }

    private static String messageOf(RuntimeException e) {
        var message = e.getMessage();
        return message == null ? "refused" : message;
    }

    /** A session and the client that uses it. */
    private record Scoped(DynamoDbClient client, ToolOutcome.Session session, Instant expires) {}
}
