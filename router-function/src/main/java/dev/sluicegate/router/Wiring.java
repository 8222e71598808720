package dev.sluicegate.router;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.audit.payload.PayloadBucket;
import dev.sluicegate.audit.payload.PayloadSealer;
import dev.sluicegate.contract.Product;
import dev.sluicegate.policy.Gateway;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.router.approval.ApprovalRequests;
import dev.sluicegate.router.chain.ChainStore;
import dev.sluicegate.router.chain.RateLimits;
import dev.sluicegate.router.edge.Edge;
import dev.sluicegate.router.edge.IssuerDocuments;
import dev.sluicegate.router.enforcement.DecisionInput;
import dev.sluicegate.router.enforcement.EnforcementPoint;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.enforcement.ToolInvoker;
import dev.sluicegate.router.facade.AuthorizationFacade;
import dev.sluicegate.router.identity.AccessTokens;
import dev.sluicegate.router.identity.DynamoDbProofReplays;
import dev.sluicegate.router.identity.IssuerConfig;
import dev.sluicegate.router.identity.ProtectedResource;
import dev.sluicegate.router.identity.ProtectedResourceMetadata;
import dev.sluicegate.router.identity.StepUpContexts;
import dev.sluicegate.router.invocation.CallGrants;
import dev.sluicegate.router.invocation.LambdaToolInvoker;
import dev.sluicegate.router.invocation.StsIssuerDocuments;
import dev.sluicegate.router.invocation.StsTokens;
import dev.sluicegate.router.mcp.CallGate;
import dev.sluicegate.router.mcp.McpEndpoint;
import dev.sluicegate.router.policy.DecisionService;
import dev.sluicegate.router.policy.NarrowedPolicies;
import dev.sluicegate.router.policy.PublishedPolicies;
import dev.sluicegate.router.screening.ContactData;
import dev.sluicegate.router.screening.Detectors;
import dev.sluicegate.router.screening.Screening;
import dev.sluicegate.router.trail.AggregatedRefusals;
import dev.sluicegate.router.trail.DynamoDbAuditTrail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * The composition root. Clients are built with the function, before a snapshot; the rest is put together
 * on the first call, because it needs the digest secret, which must not be in a snapshot.
 */
final class Wiring {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** A call waits this long for one answer of AWS, all retries included. */
    private static final Duration API_CALL = Duration.ofSeconds(4);

    private static final Duration API_ATTEMPT = Duration.ofSeconds(2);

    /** Two quick retries; DynamoDB's own default of nine keeps a caller waiting for a no. */
    private static final int MAX_ATTEMPTS = 3;

    /** Tools run longer than our own calls; the manifest bounds them. */
    private static final int CONNECTIONS = 128;

    /** A decision service stands next to us, or its word comes too late for the caller. */
    private static final Duration DECISION_TIMEOUT = Duration.ofMillis(500);

    private final Map<String, String> environment;
    private final Clock clock;
    private final DynamoDbClient dynamoDb;
    private final KmsClient kms;
    private final S3Client s3;
    private final SecretsManagerClient secrets;
    private final Supplier<ToolInvoker> tools;
    private final Detectors detectors;
    private @Nullable Edge edge;
    private @Nullable AggregatedRefusals refusals;
    private @Nullable DynamoDbAuditTrail trail;

    Wiring(Map<String, String> environment, AwsCredentialsProvider credentials, Clock clock) {
        this.environment = environment;
        this.clock = clock;
        this.detectors = detectors(environment);
        var http = AwsCrtHttpClient.builder().maxConcurrency(CONNECTIONS).build();
        var bounded =
                ClientOverrideConfiguration.builder()
                        .apiCallTimeout(API_CALL)
                        .apiCallAttemptTimeout(API_ATTEMPT)
                        .retryStrategy(
                                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                        .maxAttempts(MAX_ATTEMPTS)
                                        .build())
                        .build();
        this.dynamoDb =
                DynamoDbClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(bounded)
                        .build();
        this.kms =
                KmsClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(bounded)
                        .build();
        this.s3 =
                S3Client.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(bounded)
                        .forcePathStyle(true) // a local endpoint has no name per bucket
                        .build();
        this.secrets =
                SecretsManagerClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(bounded)
                        .build();
        this.tools =
                () ->
                        new LambdaToolInvoker(
                                credentials,
                                http,
                                new CallGrants(secrets, clock),
                                new StsTokens(
                                        kms,
                                        required("STS_KEY_ID"),
                                        required("STS_ISSUER"),
                                        clock));
    }

    /** On clients and tools of somebody else, such as an application that embeds the router. */
    Wiring(
            Map<String, String> environment,
            DynamoDbClient dynamoDb,
            KmsClient kms,
            S3Client s3,
            SecretsManagerClient secrets,
            ToolInvoker tools,
            Clock clock) {
        this.environment = environment;
        this.clock = clock;
        this.detectors = detectors(environment);
        this.dynamoDb = dynamoDb;
        this.kms = kms;
        this.s3 = s3;
        this.secrets = secrets;
        this.tools = () -> tools;
    }

    /** Made before a snapshot: compiling them costs time and they hold nothing of anybody. */
    private static Detectors detectors(Map<String, String> environment) {
        return Detectors.with(
                ContactData.of(environment.getOrDefault("CONTACT_DATA", ContactData.PASS.word())));
    }

    /** The whole router; a failure to read the secret is tried again on the next call. */
    synchronized Edge edge() {
        if (edge == null) {
            edge = compose();
        }
        return edge;
    }

    /** Records refusals that were only counted, once their minute is over. Never throws. */
    void settle() {
        AggregatedRefusals ofNobody;
        DynamoDbAuditTrail ofSomebody;
        synchronized (this) {
            ofNobody = refusals;
            ofSomebody = trail;
        }
        if (ofNobody != null && ofSomebody != null) {
            ofNobody.settle();
            ofSomebody.settle();
        }
    }

    /** Records all refusals that were only counted. Never throws. */
    synchronized void close() {
        if (refusals != null && trail != null) {
            refusals.close();
            trail.close();
        }
    }

    private Edge compose() {
        var resource = ProtectedResource.of(required("PUBLIC_URL"));
        var issuers = IssuerConfig.parse(required("ISSUERS"), resource.uri().toString());
        var digest =
                KeyedDigest.ofSecret(
                        secrets.getSecretValue(r -> r.secretId(required("DIGEST_SECRET_ID")))
                                .secretString());
        var policies =
                new PublishedPolicies(
                        dynamoDb, required("POLICY_TABLE"), Gateway.PLAIN, freshness());
        var decisions = decisions(policies);
        var journal = new Journal(dynamoDb, required("AUDIT_TABLE"), writerName(), clock);
        var zone = ZoneId.of(environment.getOrDefault("ZONE", "UTC"));
        var chains = new ChainStore(dynamoDb, required("CHAINS_TABLE"), clock, zone, rateLimits());
        var trail = new DynamoDbAuditTrail(journal, chains, payloads(), digest, clock);
        var enforcement =
                new EnforcementPoint(
                        new Screening(digest, detectors),
                        chains::read,
                        decisions,
                        new ApprovalRequests(dynamoDb, required("APPROVALS_TABLE"), clock),
                        trail,
                        tools.get(),
                        new DecisionInput(clock, zone));
        var refusals = new AggregatedRefusals(journal, clock);
        this.refusals = refusals;
        this.trail = trail;
        return new Edge(
                resource,
                Set.of(),
                new AccessTokens(
                        issuers,
                        required("ENVIRONMENT"),
                        new DynamoDbProofReplays(dynamoDb, required("CHAINS_TABLE")),
                        clock),
                refusals,
                new ProtectedResourceMetadata(resource, issuers),
                issuerDocuments(resource),
                AuthorizationFacade.of(resource, issuers, digest::mac, clock),
                new McpEndpoint(
                        resource,
                        policies,
                        policies,
                        new Gate(enforcement),
                        StepUpContexts.of(issuers),
                        digest::mac,
                        clock),
                clock);
    }

    private PayloadSealer payloads() {
        return new PayloadSealer(
                kms,
                required("PAYLOAD_KEY_ID"),
                required("AUDIT_KEYS_TABLE"),
                new PayloadBucket(
                        s3,
                        required("AUDIT_BUCKET"),
                        ObjectLockMode.fromValue(required("LOCK_MODE")),
                        Duration.ofDays(Long.parseLong(required("RETENTION_DAYS"))),
                        clock),
                clock);
    }

    private IssuerDocuments issuerDocuments(ProtectedResource resource) {
        var documents =
                new StsIssuerDocuments(
                        kms,
                        required("STS_KEY_ID"),
                        required("STS_ISSUER"),
                        URI.create(resource.origin() + "/sts/jwks.json"),
                        clock);
        return path -> {
            var bytes =
                    switch (path) {
                        case "/.well-known/openid-configuration" -> documents.openidConfiguration();
                        case "/jwks.json" -> documents.jwks();
                        default -> null;
                    };
            try {
                return bytes == null ? Optional.empty() : Optional.of(JSON.readTree(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    private RateLimits rateLimits() {
        var configured = environment.get("RATE_LIMITS");
        return configured == null || configured.isBlank()
                ? RateLimits.DEFAULT
                : RateLimits.parse(configured);
    }

    private PublishedPolicies.Freshness freshness() {
        var standard = PublishedPolicies.Freshness.DEFAULT;
        return new PublishedPolicies.Freshness(
                millis("POLICY_REVALIDATE_MS", standard.revalidate()),
                millis("POLICY_MAX_AGE_MS", standard.maxAge()));
    }

    /** The policies, and a decision service that has to agree where one is configured. */
    private PolicyDecisionPoint decisions(PublishedPolicies policies) {
        var url = environment.get("DECISION_URL");
        return url == null || url.isBlank()
                ? policies
                : new NarrowedPolicies(
                        policies,
                        new DecisionService(
                                URI.create(url.strip()),
                                millis("DECISION_TIMEOUT_MS", DECISION_TIMEOUT)));
    }

    private Duration millis(String name, Duration otherwise) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            return Duration.ofMillis(Long.parseLong(value.strip()));
        } catch (NumberFormatException e) {
            throw new IllegalStateException("environment variable " + name + " is no number", e);
        }
    }

    private String writerName() {
        return environment.getOrDefault(
                "AWS_LAMBDA_FUNCTION_NAME", Product.resource(required("STAGE"), "router"));
    }

    private String required(String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("environment variable " + name + " is not set");
        }
        return value;
    }

    private record Gate(EnforcementPoint enforcement) implements CallGate {
        @Override
        public Outcome enforce(InboundCall call) {
            return enforcement.enforce(call);
        }

        @Override
        public Outcome refuse(InboundCall call, String stage, RefusalCode code, String message) {
            return enforcement.refuse(call, stage, code, message);
        }

        @Override
        public void refuse(RefusedRequest request) {
            enforcement.refuse(request);
        }
    }
}
