package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a synthesized CDK app would make in an account: the one source of truth of the local stack's tables,
 * bucket, functions, roles, keys and secrets. Everything is resolved when it is loaded.
 */
public final class Template {
    /** Account of the local stack. */
    public static final String ACCOUNT = "000000000000";

    public static final String REGION = "eu-central-1";

    /** IAM's default of the longest session of a role, in seconds. */
    private static final int DEFAULT_MAX_SESSION_SECONDS = 3600;

    /**
     * One resource with resolved properties, for what the typed views do not show.
     *
     * @param name physical name
     */
    public record Resource(
            String stack, String logicalId, String type, String name, JsonNode properties) {}

    /**
     * @param ttlAttribute null when items do not expire
     * @param resourcePolicy empty when the table has none
     */
    public record Table(
            String name,
            String arn,
            boolean streamEnabled,
            @Nullable String streamViewType,
            @Nullable String ttlAttribute,
            boolean deletionProtection,
            List<KeyAttribute> keySchema,
            PolicyDocument resourcePolicy) {
        public Table {
            keySchema = List.copyOf(keySchema);
        }
    }

    /**
     * @param attributeType {@code S}, {@code N} or {@code B}
     * @param keyType {@code HASH} or {@code RANGE}
     */
    public record KeyAttribute(String name, String attributeType, String keyType) {}

    /** Default retention of a bucket: {@code COMPLIANCE} or {@code GOVERNANCE}, and for how long. */
    public record LockDefault(String mode, int days) {}

    /**
     * @param lockDefault null when objects are only locked where a request says so
     */
    public record Bucket(
            String name,
            String arn,
            boolean versioned,
            boolean objectLock,
            @Nullable LockDefault lockDefault,
            PolicyDocument policy) {}

    /**
     * A Java function.
     *
     * @param arn unqualified
     * @param aliases names of its aliases
     */
    public record Function(
            String name,
            String arn,
            String handlerClass,
            Map<String, String> environment,
            String roleArn,
            int timeoutSeconds,
            int memoryMegabytes,
            List<String> aliases) {
        public Function {
            environment = Map.copyOf(environment);
            aliases = List.copyOf(aliases);
        }
    }

    /**
     * @param id unique id, {@code AROA…}
     * @param policies inline, attached and standalone policies
     * @param boundary null when the role has none
     */
    public record Role(
            String name,
            String arn,
            String id,
            int maxSessionSeconds,
            PolicyDocument trust,
            List<PolicyDocument> policies,
            @Nullable PolicyDocument boundary) {
        public Role {
            policies = List.copyOf(policies);
        }
    }

    /**
     * @param generate how CloudFormation would generate the text; null when {@code text} is given
     * @param text literal text of the template, or null
     */
    public record Secret(
            String name,
            String arn,
            @Nullable Generate generate,
            @Nullable String text,
            PolicyDocument policy) {
        public boolean generated() {
            return generate != null;
        }

        /** Without the literal text. */
        @Override
        public String toString() {
            return "Secret[" + name + "]";
        }
    }

    /**
     * @param template JSON object the generated text is put into under {@code key}, or null
     */
    public record Generate(
            int length,
            boolean excludePunctuation,
            String excludeCharacters,
            @Nullable String template,
            @Nullable String key) {}

    /**
     * @param aliases with their {@code alias/} prefix
     */
    public record Key(
            String id,
            String arn,
            List<String> aliases,
            String keySpec,
            String keyUsage,
            PolicyDocument policy) {
        public Key {
            aliases = List.copyOf(aliases);
        }
    }

    /**
     * @param url exactly as tokens name it in {@code iss}
     */
    public record OidcProvider(String arn, String url, List<String> clientIds) {
        public OidcProvider {
            clientIds = List.copyOf(clientIds);
        }

        /** The URL without its scheme: the prefix of condition keys. */
        public String conditionPrefix() {
            return url.replaceFirst("^https?://", "");
        }
    }

    /**
     * @param functionArn unqualified
     * @param tableArn table of the stream, or the ARN of whatever else is the source
     */
    public record EventSourceMapping(
            String functionArn,
            String tableArn,
            int batchSize,
            int windowSeconds,
            String startingPosition,
            boolean bisectBatch,
            boolean reportBatchItemFailures,
            int maximumRetryAttempts) {}

    /**
     * A rule that invokes a function again and again.
     *
     * @param functionArn unqualified
     */
    public record Schedule(String functionArn, Duration every) {}

    private static final Pattern RATE = Pattern.compile("rate\\((\\d+) (minute|hour|day)s?\\)");

    private final List<Resource> resources = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Bucket> buckets = new ArrayList<>();
    private final List<Function> functions = new ArrayList<>();
    private final List<Role> roles = new ArrayList<>();
    private final List<Secret> secrets = new ArrayList<>();
    private final List<Key> keys = new ArrayList<>();
    private final List<OidcProvider> providers = new ArrayList<>();
    private final List<EventSourceMapping> mappings = new ArrayList<>();
    private final List<Schedule> schedules = new ArrayList<>();
    private final Map<String, Role> rolesByArn = new HashMap<>();

    private Template(List<Intrinsics.Stack> stacks, Map<String, String> overrides) {
        var intrinsics = new Intrinsics(stacks, overrides);
        for (Intrinsics.Stack stack : stacks) {
            for (var field : PolicyDocument.fields(stack.json().path("Resources"))) {
                JsonNode resource = field.getValue();
                String type = resource.path("Type").asText();
                if (!understood(type)
                        || (resource.has("Condition")
                                && !intrinsics.condition(
                                        resource.get("Condition").asText(), stack))) {
                    continue;
                }
                resources.add(
                        new Resource(
                                stack.name(),
                                field.getKey(),
                                type,
                                intrinsics.physicalName(field.getKey(), resource, stack, 0),
                                intrinsics.resolve(resource.path("Properties"), stack)));
            }
        }
        for (Resource resource : resources) {
            try {
                view(resource);
            } catch (IllegalArgumentException e) {
                throw new TemplateException(
                        resource.logicalId()
                                + " in stack "
                                + resource.stack()
                                + ": "
                                + e.getMessage(),
                        e);
            }
        }
        roles.forEach(role -> rolesByArn.put(role.arn(), role));
    }

    private static boolean understood(String type) {
        return switch (type) {
            case "AWS::DynamoDB::Table",
                    "AWS::DynamoDB::GlobalTable",
                    "AWS::S3::Bucket",
                    "AWS::S3::BucketPolicy",
                    "AWS::Lambda::Function",
                    "AWS::Lambda::Alias",
                    "AWS::Lambda::EventSourceMapping",
                    "AWS::Events::Rule",
                    "AWS::IAM::Role",
                    "AWS::IAM::Policy",
                    "AWS::IAM::RolePolicy",
                    "AWS::IAM::ManagedPolicy",
                    "AWS::IAM::OIDCProvider",
                    "Custom::AWSCDKOpenIdConnectProvider",
                    "AWS::SecretsManager::Secret",
                    "AWS::SecretsManager::ResourcePolicy",
                    "AWS::KMS::Key",
                    "AWS::KMS::Alias" ->
                    true;
            default -> false;
        };
    }

    /**
     * Reads every {@code *.template.json} under a cloud assembly, nested assemblies included.
     *
     * @param overrides values of CloudFormation parameters, by name
     * @throws TemplateException if there is none, or one cannot be understood
     */
    public static Template load(Path cdkOut, Map<String, String> overrides) {
        return load(cdkOut, overrides, Map.of());
    }

    /**
     * As the other, with stacks that no assembly holds.
     *
     * @param more template by stack name
     */
    public static Template load(
            Path cdkOut, Map<String, String> overrides, Map<String, JsonNode> more) {
        var mapper = new ObjectMapper();
        var stacks = new ArrayList<Intrinsics.Stack>();
        try (var files = Files.walk(cdkOut, 3)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".template.json"))
                            .sorted()
                            .toList()) {
                String name = file.getFileName().toString().replace(".template.json", "");
                stacks.add(new Intrinsics.Stack(name, mapper.readTree(Files.readAllBytes(file))));
            }
        } catch (IOException e) {
            throw new TemplateException("cannot read the cloud assembly in " + cdkOut, e);
        }
        if (stacks.isEmpty()) {
            throw new TemplateException("no *.template.json in " + cdkOut);
        }
        more.forEach((name, template) -> stacks.add(new Intrinsics.Stack(name, template)));
        return new Template(stacks, overrides);
    }

    private void view(Resource resource) {
        switch (resource.type()) {
            case "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable" ->
                    tables.add(table(resource));
            case "AWS::S3::Bucket" -> buckets.add(bucket(resource));
            case "AWS::Lambda::Function" -> {
                // helper functions of the CDK run on other runtimes and have no part here
                if (resource.properties().path("Runtime").asText().startsWith("java")) {
                    functions.add(function(resource));
                }
            }
            case "AWS::Lambda::EventSourceMapping" -> mappings.add(mapping(resource));
            case "AWS::Events::Rule" -> schedules.addAll(schedules(resource));
            case "AWS::IAM::Role" -> roles.add(role(resource));
            case "AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider" ->
                    providers.add(provider(resource));
            case "AWS::SecretsManager::Secret" -> secrets.add(secret(resource));
            case "AWS::KMS::Key" -> keys.add(key(resource));
            default -> {}
        }
    }

    private static Table table(Resource resource) {
        JsonNode properties = resource.properties();
        var types = new HashMap<String, String>();
        for (JsonNode attribute : properties.path("AttributeDefinitions")) {
            types.put(
                    attribute.path("AttributeName").asText(),
                    attribute.path("AttributeType").asText());
        }
        var schema = new ArrayList<KeyAttribute>();
        for (JsonNode key : properties.path("KeySchema")) {
            String name = key.path("AttributeName").asText();
            schema.add(
                    new KeyAttribute(
                            name, types.getOrDefault(name, "S"), key.path("KeyType").asText()));
        }
        JsonNode replica = properties.path("Replicas").path(0);
        JsonNode own = properties.has("ResourcePolicy") ? properties : replica;
        JsonNode policy = own.path("ResourcePolicy").path("PolicyDocument");
        JsonNode ttl = properties.path("TimeToLiveSpecification");
        boolean protects =
                properties.path("DeletionProtectionEnabled").asBoolean()
                        || replica.path("DeletionProtectionEnabled").asBoolean();
        JsonNode stream = properties.path("StreamSpecification").path("StreamViewType");
        return new Table(
                resource.name(),
                arn("dynamodb", "table/" + resource.name()),
                !stream.isMissingNode(),
                stream.isMissingNode() ? null : stream.asText(),
                ttl.path("Enabled").asBoolean() ? ttl.path("AttributeName").asText() : null,
                protects,
                schema,
                document("table " + resource.name(), policy));
    }

    private Bucket bucket(Resource resource) {
        JsonNode properties = resource.properties();
        JsonNode retention =
                properties.path("ObjectLockConfiguration").path("Rule").path("DefaultRetention");
        LockDefault lock = null;
        if (retention.isObject()) {
            int days =
                    retention.has("Years")
                            ? 365 * retention.get("Years").asInt()
                            : retention.path("Days").asInt();
            lock = new LockDefault(retention.path("Mode").asText(), days);
        }
        var statements = new ArrayList<PolicyStatement>();
        for (Resource policy : resources("AWS::S3::BucketPolicy")) {
            if (policy.properties().path("Bucket").asText().equals(resource.name())) {
                statements.addAll(
                        document(
                                        "bucket " + resource.name(),
                                        policy.properties().path("PolicyDocument"))
                                .statements());
            }
        }
        return new Bucket(
                resource.name(),
                "arn:aws:s3:::" + resource.name(),
                properties
                        .path("VersioningConfiguration")
                        .path("Status")
                        .asText()
                        .equals("Enabled"),
                properties.path("ObjectLockEnabled").asBoolean(),
                lock,
                new PolicyDocument("bucket " + resource.name(), statements));
    }

    private Function function(Resource resource) {
        JsonNode properties = resource.properties();
        var environment = new LinkedHashMap<String, String>();
        for (var variable :
                PolicyDocument.fields(properties.path("Environment").path("Variables"))) {
            environment.put(variable.getKey(), variable.getValue().asText());
        }
        String arn = Intrinsics.functionArn(resource.name());
        var aliases = new ArrayList<String>();
        for (Resource alias : resources("AWS::Lambda::Alias")) {
            if (Intrinsics.functionArn(alias.properties().path("FunctionName").asText())
                    .equals(arn)) {
                aliases.add(alias.properties().path("Name").asText());
            }
        }
        return new Function(
                resource.name(),
                arn,
                properties.path("Handler").asText().replaceFirst("::.*$", ""),
                environment,
                properties.path("Role").asText(),
                properties.path("Timeout").asInt(3),
                properties.path("MemorySize").asInt(128),
                aliases);
    }

    private static EventSourceMapping mapping(Resource resource) {
        JsonNode properties = resource.properties();
        boolean reports = false;
        for (JsonNode type : properties.path("FunctionResponseTypes")) {
            reports |= type.asText().equals("ReportBatchItemFailures");
        }
        return new EventSourceMapping(
                Intrinsics.functionArn(properties.path("FunctionName").asText()),
                properties.path("EventSourceArn").asText().replaceFirst("/stream/.*$", ""),
                properties.path("BatchSize").asInt(100),
                properties.path("MaximumBatchingWindowInSeconds").asInt(0),
                properties.path("StartingPosition").asText("TRIM_HORIZON"),
                properties.path("BisectBatchOnFunctionError").asBoolean(),
                reports,
                properties.path("MaximumRetryAttempts").asInt(-1));
    }

    private static List<Schedule> schedules(Resource resource) {
        var rate = RATE.matcher(resource.properties().path("ScheduleExpression").asText());
        if (!rate.matches()) {
            return List.of(); // no rule of ours
        }
        var every =
                Duration.of(
                        Long.parseLong(rate.group(1)),
                        ChronoUnit.valueOf(rate.group(2).toUpperCase(Locale.ROOT) + "S"));
        var schedules = new ArrayList<Schedule>();
        for (JsonNode target : resource.properties().path("Targets")) {
            schedules.add(new Schedule(Intrinsics.functionArn(target.path("Arn").asText()), every));
        }
        return schedules;
    }

    private Role role(Resource resource) {
        JsonNode properties = resource.properties();
        String arn = Intrinsics.roleArn(resourceJson(resource), resource.name());
        var policies = new ArrayList<PolicyDocument>();
        for (JsonNode inline : properties.path("Policies")) {
            policies.add(
                    PolicyDocument.of(
                            inline.path("PolicyName").asText(), inline.path("PolicyDocument")));
        }
        for (String attached : PolicyDocument.texts(properties.path("ManagedPolicyArns"))) {
            policies.add(managed(attached));
        }
        for (String type : List.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")) {
            for (Resource policy : resources(type)) {
                if (PolicyDocument.texts(policy.properties().path("Roles"))
                        .contains(resource.name())) {
                    policies.add(
                            PolicyDocument.of(
                                    policy.name(), policy.properties().path("PolicyDocument")));
                }
            }
        }
        for (Resource policy : resources("AWS::IAM::RolePolicy")) {
            if (policy.properties().path("RoleName").asText().equals(resource.name())) {
                policies.add(
                        PolicyDocument.of(
                                policy.properties().path("PolicyName").asText(),
                                policy.properties().path("PolicyDocument")));
            }
        }
        JsonNode boundary = properties.path("PermissionsBoundary");
        return new Role(
                resource.name(),
                arn,
                Intrinsics.roleId(resource.name()),
                properties.path("MaxSessionDuration").asInt(DEFAULT_MAX_SESSION_SECONDS),
                PolicyDocument.of(
                        "trust of " + resource.name(), properties.path("AssumeRolePolicyDocument")),
                policies,
                boundary.isMissingNode() ? null : managed(boundary.asText()));
    }

    private static JsonNode resourceJson(Resource resource) {
        return new ObjectMapper().createObjectNode().set("Properties", resource.properties());
    }

    /** A managed policy of the assembly, or what we know of AWS's own; one we do not know allows nothing. */
    private PolicyDocument managed(String arn) {
        for (Resource policy : resources("AWS::IAM::ManagedPolicy")) {
            if (arn.equals("arn:aws:iam::" + ACCOUNT + ":policy/" + policy.name())) {
                return PolicyDocument.of(policy.name(), policy.properties().path("PolicyDocument"));
            }
        }
        List<String> actions =
                switch (arn) {
                    case "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole" ->
                            List.of(
                                    "logs:CreateLogGroup",
                                    "logs:CreateLogStream",
                                    "logs:PutLogEvents");
                    case "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess" ->
                            List.of("xray:PutTraceSegments", "xray:PutTelemetryRecords");
                    default -> List.of();
                };
        if (actions.isEmpty()) {
            return PolicyDocument.empty("unknown policy " + arn);
        }
        return new PolicyDocument(
                arn,
                List.of(
                        new PolicyStatement(
                                arn,
                                false,
                                List.of(),
                                actions,
                                List.of(),
                                List.of("*"),
                                List.of(),
                                List.of())));
    }

    private static OidcProvider provider(Resource resource) {
        JsonNode properties = resource.properties();
        String url = properties.path("Url").asText();
        JsonNode clients =
                properties.has("ClientIdList")
                        ? properties.get("ClientIdList")
                        : properties.path("ClientIDList");
        return new OidcProvider(Intrinsics.providerArn(url), url, PolicyDocument.texts(clients));
    }

    private Secret secret(Resource resource) {
        JsonNode properties = resource.properties();
        JsonNode generate = properties.path("GenerateSecretString");
        String arn = Intrinsics.secretArn(resource.name());
        var statements = new ArrayList<PolicyStatement>();
        for (Resource policy : resources("AWS::SecretsManager::ResourcePolicy")) {
            if (policy.properties().path("SecretId").asText().equals(arn)) {
                statements.addAll(
                        document(
                                        "secret " + resource.name(),
                                        policy.properties().path("ResourcePolicy"))
                                .statements());
            }
        }
        return new Secret(
                resource.name(),
                arn,
                generate.isObject()
                        ? new Generate(
                                generate.path("PasswordLength").asInt(32),
                                generate.path("ExcludePunctuation").asBoolean(),
                                generate.path("ExcludeCharacters").asText(""),
                                nullable(generate.path("SecretStringTemplate")),
                                nullable(generate.path("GenerateStringKey")))
                        : null,
                nullable(properties.path("SecretString")),
                new PolicyDocument("secret " + resource.name(), statements));
    }

    private Key key(Resource resource) {
        JsonNode properties = resource.properties();
        String id =
                Intrinsics.keyId(
                        resource.logicalId(),
                        new Intrinsics.Stack(resource.stack(), resource.properties()));
        var aliases = new ArrayList<String>();
        for (Resource alias : resources("AWS::KMS::Alias")) {
            String target = alias.properties().path("TargetKeyId").asText();
            if (target.equals(id) || target.endsWith(":key/" + id)) {
                aliases.add(alias.name());
            }
        }
        return new Key(
                id,
                arn("kms", "key/" + id),
                aliases,
                properties.path("KeySpec").asText("SYMMETRIC_DEFAULT"),
                properties.path("KeyUsage").asText("ENCRYPT_DECRYPT"),
                document("key " + id, properties.path("KeyPolicy")));
    }

    private static @Nullable String nullable(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? null : node.asText();
    }

    private static PolicyDocument document(String name, JsonNode node) {
        return node.isMissingNode() ? PolicyDocument.empty(name) : PolicyDocument.of(name, node);
    }

    private static String arn(String service, String rest) {
        return "arn:aws:" + service + ":" + REGION + ":" + ACCOUNT + ":" + rest;
    }

    /** Resources of a type, with resolved properties; only of the types that the views are made of. */
    public List<Resource> resources(String type) {
        return resources.stream().filter(resource -> resource.type().equals(type)).toList();
    }

    public List<Table> tables() {
        return List.copyOf(tables);
    }

    public List<Bucket> buckets() {
        return List.copyOf(buckets);
    }

    public List<Schedule> schedules() {
        return List.copyOf(schedules);
    }

    public List<Function> functions() {
        return List.copyOf(functions);
    }

    public List<Role> roles() {
        return List.copyOf(roles);
    }

    public List<Secret> secrets() {
        return List.copyOf(secrets);
    }

    public List<Key> keys() {
        return List.copyOf(keys);
    }

    public List<OidcProvider> oidcProviders() {
        return List.copyOf(providers);
    }

    public List<EventSourceMapping> eventSourceMappings() {
        return List.copyOf(mappings);
    }

    public Optional<Role> role(String arn) {
        return Optional.ofNullable(rolesByArn.get(arn));
    }

    /** Policies that are attached to the resource itself: a table's, a bucket's, a key's, a secret's, a role's trust. */
    List<PolicyDocument> resourcePolicies(String arn) {
        var out = new ArrayList<PolicyDocument>();
        for (Table table : tables) {
            if (arn.equals(table.arn()) || arn.startsWith(table.arn() + "/")) {
                out.add(table.resourcePolicy());
            }
        }
        for (Bucket bucket : buckets) {
            if (arn.equals(bucket.arn()) || arn.startsWith(bucket.arn() + "/")) {
                out.add(bucket.policy());
            }
        }
        for (Key key : keys) {
            if (arn.equals(key.arn())) {
                out.add(key.policy());
            }
        }
        for (Secret secret : secrets) {
            if (arn.equals(secret.arn())) {
                out.add(secret.policy());
            }
        }
        role(arn).ifPresent(role -> out.add(role.trust()));
        return out;
    }

    /** Whether the resource's own policy has to allow too: true of keys and roles. */
    boolean resourcePolicyDecides(String arn) {
        return role(arn).isPresent() || keys.stream().anyMatch(key -> key.arn().equals(arn));
    }
}
