package dev.sluicegate.infra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.lambda.TenancyConfig;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.constructs.Construct;

/**
 * A function with its log group, its own role that may write that log and do what it is given, and the alias
 * through which it is called.
 */
final class JavaFunction extends Construct {
    static final String ALIAS = "live";

    private final Function function;
    private final Alias alias;
    private final Role role;

    /**
     * @param what name within the stage
     * @param zip code, or null for a template without code
     * @param concurrency invocations at once that are reserved, and are the most; 0 for none
     * @param perTenant one execution environment per tenant; excludes snapshots (a Lambda limit)
     */
    record Spec(
            String what,
            String handler,
            @Nullable Path zip,
            int memoryMegabytes,
            int timeoutSeconds,
            int concurrency,
            boolean perTenant,
            Map<String, String> environment,
            List<Statement> statements) {
        Spec {
            environment = Map.copyOf(environment);
            statements = List.copyOf(statements);
        }
    }

    JavaFunction(Construct scope, String id, Settings settings, Spec spec) {
        super(scope, id);
        var name = settings.name(spec.what());
        var logs =
                LogGroup.Builder.create(this, "Logs")
                        .logGroupName("/aws/lambda/" + name)
                        .retention(RetentionDays.THREE_MONTHS)
                        .removalPolicy(
                                settings.production()
                                        ? RemovalPolicy.RETAIN
                                        : RemovalPolicy.DESTROY)
                        .build();
        var statements = new ArrayList<Statement>();
        statements.add(
                Statement.allow(
                        "OwnLog",
                        List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                        List.of(logs.getLogGroupArn())));
        statements.addAll(spec.statements());
        this.role =
                Role.Builder.create(this, "Role")
                        .roleName(settings.name("exec-" + spec.what()))
                        .assumedBy(new ServicePrincipal("lambda.amazonaws.com"))
                        .inlinePolicies(
                                Map.of(
                                        "own",
                                        PolicyDocument.fromJson(Statement.document(statements))))
                        .build();
        var builder =
                Function.Builder.create(this, "Function")
                        .functionName(name)
                        .runtime(Runtime.JAVA_25)
                        .architecture(Architecture.ARM_64)
                        .handler(spec.handler())
                        .code(code(spec.zip()))
                        .role(role)
                        .logGroup(logs)
                        .memorySize(spec.memoryMegabytes())
                        .timeout(Duration.seconds(spec.timeoutSeconds()))
                        .environment(spec.environment());
        if (spec.perTenant()) {
            builder.tenancyConfig(TenancyConfig.PER_TENANT);
        } else {
            builder.snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS);
        }
        if (spec.concurrency() > 0) {
            builder.reservedConcurrentExecutions(spec.concurrency());
        }
        this.function = builder.build();
        this.alias =
                Alias.Builder.create(this, "Alias")
                        .aliasName(ALIAS)
                        .version(function.getCurrentVersion())
                        .build();
    }

    Function function() {
        return function;
    }

    Alias alias() {
        return alias;
    }

    Role role() {
        return role;
    }

    private Code code(@Nullable Path zip) {
        if (zip != null) {
            return Code.fromAsset(zip.toString());
        }
        // Lambda takes no inline code for Java: a place that holds nothing keeps the template
        // readable
        return Code.fromBucketV2(
                Bucket.fromBucketName(this, "NoCode", "no-code"), "synthesized-without-assets.zip");
    }
}
