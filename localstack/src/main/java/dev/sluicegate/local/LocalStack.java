package dev.sluicegate.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.cli.CallTrace;
import dev.sluicegate.cli.PolicyDesk;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.aws.AwsFront;
import dev.sluicegate.local.aws.ExecutionCredentials;
import dev.sluicegate.local.aws.Iam;
import dev.sluicegate.local.aws.KmsService;
import dev.sluicegate.local.aws.SecretsService;
import dev.sluicegate.local.aws.SessionCredentials;
import dev.sluicegate.local.aws.StsService;
import dev.sluicegate.local.aws.Template;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.dynamodb.DynamoDbService;
import dev.sluicegate.local.dynamodb.Fault;
import dev.sluicegate.local.dynamodb.StreamPump;
import dev.sluicegate.local.dynamodb.TableSpec;
import dev.sluicegate.local.edge.EdgeSettings;
import dev.sluicegate.local.edge.HttpEdge;
import dev.sluicegate.local.fixtures.Fixtures;
import dev.sluicegate.local.idp.DevelopmentIssuer;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.local.lambda.LambdaService;
import dev.sluicegate.local.lambda.LocalFunction;
import dev.sluicegate.local.lambda.LocalFunctions;
import dev.sluicegate.local.lambda.Timetable;
import dev.sluicegate.local.s3.S3Service;
import dev.sluicegate.router.identity.AccessTokens;
import dev.sluicegate.router.identity.IssuerConfig;
import dev.sluicegate.router.policy.PolicyEditors;
import dev.sluicegate.router.policy.PolicyPublisher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * The whole system in this process: the synthesized template's tables, bucket, roles and functions, behind
 * local services, with the demo company's people, data and policies in it.
 */
public final class LocalStack implements RunningStack {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
    private static final String STAGE = "dev";

    private final Deque<AutoCloseable> parts;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Clock clock;
    private final Template template;
    private final Iam iam;
    private final DynamoDbService dynamoDb;
    private final LambdaService lambda;
    private final Map<String, LocalFunction> functions = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> environments = new LinkedHashMap<>();
    private final Map<String, AtomicLong> entered = new ConcurrentHashMap<>();
    private final List<AutoCloseable> endings = new ArrayList<>();
    private final StsService sts;
    private final AwsFront front;
    private final DevelopmentIssuer issuer;
    private final DynamoDbClient operator;
    private final StreamPump pump;
    private final Publishing publishing;
    private final StoredPolicies storedPolicies;
    private final Auditing auditing;
    private final URI mcp;

    /**
     * Starts everything and returns when the first call can be served.
     *
     * @throws StackFactory.StackFailedException if a part does not start; the others are stopped again
     */
    public static LocalStack start(StackFactory.Options options, StackFactory.Progress progress) {
        // for a load that one principal makes alone; the name is that of the function's variable
        return start(options, progress, System.getenv("RATE_LIMITS"));
    }

    /**
     * @param rateLimits as the router's variable {@code RATE_LIMITS}, or null for the standard ones
     */
    static LocalStack start(
            StackFactory.Options options,
            StackFactory.Progress progress,
            @Nullable String rateLimits) {
        return start(options, progress, rateLimits, demo -> demo);
    }

    /**
     * @param issuers the router's issuers, made from the array that has the development issuer
     */
    static LocalStack start(
            StackFactory.Options options,
            StackFactory.Progress progress,
            @Nullable String rateLimits,
            UnaryOperator<ArrayNode> issuers) {
        var parts = new ArrayDeque<AutoCloseable>();
        try {
            return new LocalStack(options, progress, rateLimits, issuers, parts);
        } catch (RuntimeException | IOException e) {
            closeAll(parts);
            throw new StackFactory.StackFailedException(
                    "the stack does not start: " + e.getMessage(), e);
        }
    }

    private LocalStack(
            StackFactory.Options options,
            StackFactory.Progress progress,
            @Nullable String rateLimits,
            UnaryOperator<ArrayNode> issuers,
            Deque<AutoCloseable> parts)
            throws IOException {
        this.parts = parts;
        this.clock = options.clock();
        progress.stage("template");
        template =
                Template.load(
                        assembly(options.home()),
                        Map.of("Environment", options.environment()),
                        options.fixtures()
                                ? Map.of(
                                        "fixtures",
                                        Fixtures.template(STAGE, Template.REGION, Template.ACCOUNT))
                                : Map.of());
        iam = new Iam(template, clock);

        progress.stage("tables");
        HttpEdge.tuneServer(); // before the first server of the process
        var data = options.data();
        dynamoDb =
                add(
                        options.ephemeral()
                                ? DynamoDbService.inMemory(Template.REGION, Template.ACCOUNT)
                                : DynamoDbService.in(
                                        folder(data, "dynamodb"),
                                        Template.REGION,
                                        Template.ACCOUNT));
        lambda = new LambdaService(Template.REGION, Template.ACCOUNT);
        var port = options.port() == 0 ? freePort() : options.port();
        var origin = "http://127.0.0.1:" + port;
        mcp = URI.create(origin + "/mcp");
        var discovery = URI.create(origin + "/sts");
        sts = new StsService(template, iam, _ -> discovery, clock);
        front =
                add(
                        new AwsFront(
                                0,
                                iam,
                                List.of(
                                        dynamoDb,
                                        lambda,
                                        s3(data),
                                        sts,
                                        new KmsService(template, folder(data, "kms"), clock),
                                        new SecretsService(
                                                template, data.resolve("secrets.json"), clock)),
                                Clock.systemUTC())); // the SDKs sign with the system's time
        front.start();
        // every SDK client in this process talks to the front; production code sees nothing else
        System.setProperty("aws.endpointUrl", front.endpoint().toString());
        System.setProperty("aws.region", Template.REGION);
        operator = add(dynamoDbClient(provider(iam.operator())));
        dynamoDb.createTables(
                template.tables().stream()
                        .map(table ->
                                new TableSpec(
                                        table.name(),
                                        table.streamEnabled(),
                                        table.ttlAttribute(),
                                        table.deletionProtection()))
                        .toList());

        progress.stage("issuer");
        issuer =
                add(
                        new DevelopmentIssuer(
                                options.issuerPort(),
                                options.ephemeral() ? null : folder(data, "issuer"),
                                clock,
                                mcp.toString()));

        progress.stage("functions");
        var settings = settings(options, rateLimits, issuers);
        for (var function : template.functions()) {
            var made = function(function, settings);
            functions.put(made.name(), made);
            lambda.register(made);
        }
        DemoCompany.seed(operator, STAGE, DemoCompany.TENANT);

        progress.stage("policies");
        var journal =
                new Journal(
                        operator,
                        Product.resource(STAGE, "audit"),
                        Product.resource(STAGE, "publisher"),
                        clock);
        var trusted = IssuerConfig.parse(String.valueOf(settings.get("ISSUERS")), mcp.toString());
        storedPolicies = new StoredPolicies(operator, Product.resource(STAGE, "policy"));
        publishing =
                new Publishing(
                        new PolicyPublisher(
                                operator,
                                Product.resource(STAGE, "policy"),
                                journal,
                                DemoCompany.TENANT,
                                options.environment(),
                                clock),
                        new PolicyEditors(
                                new AccessTokens(trusted, options.environment(), clock),
                                trusted.stream().anyMatch(one -> one.names().person() != null),
                                clock),
                        template,
                        options.fixtures(),
                        issuer.issuer());
        publishing.install(
                options.policies().orElse(options.home().resolve("policies").resolve("baseline")));

        auditing =
                new Auditing(
                        iam, add(http()), STAGE, issuer.issuer(), options.environment(), clock);

        progress.stage("archive");
        pump =
                add(
                        StreamPump.start(
                                dynamoDb,
                                Product.resource(STAGE, "audit"),
                                archiver(),
                                options.ephemeral() ? null : data.resolve("stream.json")));
        add(
                Timetable.start(
                        template.schedules().stream()
                                .map(each ->
                                        new Timetable.Entry(
                                                byArn(each.functionArn()), each.every()))
                                .toList()));

        progress.stage("gate");
        endings.forEach(
                this::add); // behind the front door: what they still record is the last of it
        add(HttpEdge.start(named("router"), EdgeSettings.on(port), clock));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.addFirst(part);
        return part;
    }

    private static Path assembly(Path home) {
        var assembly = home.resolve("infra-cdk").resolve("target").resolve("cdk.out");
        if (!Files.isDirectory(assembly)) {
            throw new IllegalStateException(
                    "the templates are not synthesized: no folder infra-cdk/target/cdk.out");
        }
        return assembly;
    }

    private static Path folder(Path data, String name) throws IOException {
        return Files.createDirectories(data.resolve(name));
    }

    private S3Service s3(Path data) throws IOException {
        var s3 = new S3Service(folder(data, "s3"), Template.REGION, clock);
        for (var bucket : template.buckets()) {
            var lock = bucket.lockDefault();
            if (lock == null) {
                s3.createBucket(bucket.name());
            } else {
                s3.createLockedBucket(bucket.name(), lock.mode(), lock.days());
            }
        }
        return s3;
    }

    /** What the template cannot know, because it is this machine's. */
    private Map<String, String> settings(
            StackFactory.Options options,
            @Nullable String rateLimits,
            UnaryOperator<ArrayNode> issuers) {
        var ours = JsonNodeFactory.instance.arrayNode();
        var demo = ours.addObject();
        demo.put("issuer", issuer.issuer());
        demo.put("jwksUri", issuer.jwksUri());
        demo.put("tenant", DemoCompany.TENANT);
        demo.put("rolesClaim", "roles");
        var clients = demo.putObject("clients");
        DemoCompany.clients().forEach(clients::put);
        var settings = new LinkedHashMap<String, String>();
        settings.put("PUBLIC_URL", mcp.toString());
        settings.put("ISSUERS", issuers.apply(ours).toString());
        settings.put("ENVIRONMENT", options.environment());
        if (rateLimits != null) {
            settings.put("RATE_LIMITS", rateLimits);
        }
        return settings;
    }

    private LocalFunction function(Template.Function function, Map<String, String> settings) {
        var environment = new LinkedHashMap<>(function.environment());
        settings.forEach(environment::replace);
        environment.put("AWS_LAMBDA_FUNCTION_NAME", function.name());
        environments.put(function.name(), Map.copyOf(environment));
        var handler =
                LocalFunctions.instantiate(
                        function.handlerClass(),
                        environment,
                        new ExecutionCredentials(iam, function, clock),
                        clock);
        if (handler instanceof AutoCloseable ending) {
            endings.add(ending);
        }
        var count = entered.computeIfAbsent(function.name(), _ -> new AtomicLong());
        return LocalFunction.of(
                function.name(),
                function.arn(),
                (input, output, context) -> {
                    count.incrementAndGet();
                    handler.handleRequest(input, output, context);
                },
                Duration.ofSeconds(function.timeoutSeconds()));
    }

    /**
     * One more router on the same tables, as Lambda starts one when requests come at once, behind a front
     * door of its own; the caller closes it.
     */
    HttpEdge anotherRouter(EdgeSettings door) {
        var function = routerInTemplate();
        var handler =
                LocalFunctions.instantiate(
                        function.handlerClass(),
                        routerEnvironment(),
                        new ExecutionCredentials(iam, function, clock),
                        clock);
        return HttpEdge.start(
                LocalFunction.of(
                        function.name(),
                        function.arn(),
                        handler,
                        Duration.ofSeconds(function.timeoutSeconds())),
                door,
                clock);
    }

    private Template.Function routerInTemplate() {
        var name = Product.resource(STAGE, "router");
        return template.functions().stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private LocalFunction archiver() {
        return byArn(template.eventSourceMappings().getFirst().functionArn());
    }

    private LocalFunction byArn(String arn) {
        return functions.values().stream()
                .filter(f -> f.arn().equals(arn))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no function " + arn));
    }

    private LocalFunction named(String what) {
        var function = functions.get(Product.resource(STAGE, what));
        if (function == null) {
            throw new IllegalStateException("no function " + Product.resource(STAGE, what));
        }
        return function;
    }

    private static AwsCredentialsProvider provider(SessionCredentials credentials) {
        return StaticCredentialsProvider.create(credentials.asAwsCredentials());
    }

    private static DynamoDbClient dynamoDbClient(AwsCredentialsProvider credentials) {
        return DynamoDbClient.builder().credentialsProvider(credentials).httpClient(http()).build();
    }

    private static SdkHttpClient http() {
        return AwsCrtHttpClient.builder().build();
    }

    @Override
    public URI mcp() {
        return mcp;
    }

    @Override
    public String issuer() {
        return issuer.issuer();
    }

    @Override
    public URI awsEndpoint() {
        return front.endpoint();
    }

    @Override
    public OperatorKey operatorKey() {
        return new OperatorKey(iam.operator().accessKeyId(), iam.operator().secretAccessKey());
    }

    @Override
    public String token(TokenOrder order) {
        return issuer.mint(order);
    }

    @Override
    public Optional<ObjectNode> trace(String callId) {
        return new CallTrace(operator, STAGE, DemoCompany.TENANT).of(callId);
    }

    @Override
    public Optional<String> lastCall() {
        return new CallTrace(operator, STAGE, DemoCompany.TENANT).last();
    }

    @Override
    public PolicyDesk policies() {
        return publishing;
    }

    /** As {@code policy publish} does it for the policy admin. */
    ObjectNode publish(Path policies) {
        return publishing.publish(
                token(TokenOrder.forPolicy(DemoCompany.POLICY_ADMIN)), policies, false, false);
    }

    @Override
    public ObjectNode policySet(@Nullable String set) {
        return storedPolicies
                .set(set)
                .put("now", clock.instant().toString())
                .put("zone", routerEnvironment().getOrDefault("ZONE", "UTC"))
                .put("environment", routerEnvironment().getOrDefault("ENVIRONMENT", "dev"));
    }

    @Override
    public ObjectNode decisions(Reading reading) {
        var archived = awaitArchived(reading);
        var page = auditing.read(reading).put("archived", archived);
        var behind = archived ? Duration.ZERO : pump.behind();
        return page.put(
                "behindSeconds", behind == null ? null : behind.plusMillis(999).toSeconds());
    }

    private boolean awaitArchived(Reading reading) {
        try {
            return pump.awaitCaughtUp(reading.patience());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until everything written so far is archived; false if it was not within {@code patience}. */
    boolean awaitArchived(Duration patience) throws InterruptedException {
        return pump.awaitCaughtUp(patience);
    }

    /** How often the function of a tool was entered. */
    long entered(String tool) {
        var count = entered.get(functionName(tool));
        return count == null ? 0 : count.get();
    }

    private static String functionName(String tool) {
        return Product.resource(STAGE, "tool-" + tool.replace("___", "-").replace('_', '-'));
    }

    /** The router, past the edge. */
    LocalFunction router() {
        return named("router");
    }

    /** Another instance of a function, with the function's own rights, at another time. */
    RequestStreamHandler instance(String what, Clock at) {
        var name = Product.resource(STAGE, what);
        var function =
                template.functions().stream()
                        .filter(f -> f.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return LocalFunctions.instantiate(
                function.handlerClass(),
                environments.getOrDefault(name, Map.of()),
                new ExecutionCredentials(iam, function, clock),
                at);
    }

    /** The environment variables the router was started with. */
    Map<String, String> routerEnvironment() {
        return environments.getOrDefault(Product.resource(STAGE, "router"), Map.of());
    }

    /** Makes every use of a table fail, as if it did not exist, until the result is closed. */
    AutoCloseable lose(String table) {
        dynamoDb.fail(Product.resource(STAGE, table), Fault.GONE);
        return dynamoDb::heal;
    }

    /** Makes writes of one kind of record fail until the result is closed. */
    AutoCloseable loseRecords(String sortKey) {
        dynamoDb.fail(
                call -> call.writes() && call.sortKeys().contains(sortKey), Fault.INTERNAL_ERROR);
        return dynamoDb::heal;
    }

    /** Makes STS refuse every session that is not cached until the result is closed. */
    AutoCloseable refuseSessions() {
        return sts.refuseSessions();
    }

    /** The template, to see what was synthesized. */
    Template template() {
        return template;
    }

    /** What a role may do is asked with its own credentials. */
    DynamoDbClient asExecutionRole(String tool) {
        var name = functionName(tool);
        var function =
                template.functions().stream()
                        .filter(f -> f.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        return dynamoDbClient(
                provider(
                        iam.executionCredentials(function.roleArn(), name, Duration.ofMinutes(5))));
    }

    /** The operator's view of the buckets. */
    S3Client s3Client() {
        return S3Client.builder()
                .credentialsProvider(provider(iam.operator()))
                .httpClient(http())
                .build();
    }

    /** The router's view of the keys: nobody else may seal what decisions were made from. */
    KmsClient routerKms() {
        return KmsClient.builder()
                .credentialsProvider(new ExecutionCredentials(iam, routerInTemplate(), clock))
                .httpClient(http())
                .build();
    }

    /** The operator's view of the keys. */
    KmsClient operatorKms() {
        return KmsClient.builder()
                .credentialsProvider(provider(iam.operator()))
                .httpClient(http())
                .build();
    }

    /** The operator's view of the secrets. */
    SecretsManagerClient operatorSecrets() {
        return SecretsManagerClient.builder()
                .credentialsProvider(provider(iam.operator()))
                .httpClient(http())
                .build();
    }

    /** The operator's view of the tables. */
    DynamoDbClient operatorClient() {
        return operator;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closeAll(parts);
        }
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        for (var part : new ArrayList<>(parts)) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("a part of the stack did not stop cleanly", e);
            }
        }
        parts.clear();
    }
}
