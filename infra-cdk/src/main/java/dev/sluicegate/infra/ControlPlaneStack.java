package dev.sluicegate.infra;

import dev.sluicegate.contract.Product;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.apigateway.EndpointType;
import software.amazon.awscdk.services.apigateway.GatewayResponse;
import software.amazon.awscdk.services.apigateway.LambdaIntegration;
import software.amazon.awscdk.services.apigateway.ProxyResourceOptions;
import software.amazon.awscdk.services.apigateway.ResponseType;
import software.amazon.awscdk.services.apigateway.RestApi;
import software.amazon.awscdk.services.apigateway.StageOptions;
import software.amazon.awscdk.services.iam.CfnOIDCProvider;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.kms.CfnAlias;
import software.amazon.awscdk.services.kms.CfnKey;
import software.constructs.Construct;

/** The enforcement point and its state: the one function that clients reach, and what it decides from. */
final class ControlPlaneStack extends Stack {
    /** Above the longest a tool may take, below the 29 s of API Gateway. */
    private static final int ROUTER_TIMEOUT_SECONDS = 28;

    /** Requests a second that the API lets through; what is more costs neither router nor record. */
    private static final int EDGE_PER_SECOND = 200;

    private static final int EDGE_BURST = 400;

    ControlPlaneStack(Construct scope, Settings settings, List<ToolSource> tools) {
        super(
                scope,
                settings.name("control-plane"),
                StackProps.builder().description("Router, its state and its keys").build());
        var arns = new Arns(this, settings);
        Table.kept("policy").in(this, "Policy", settings);
        Table.kept("approvals").expiring().in(this, "Approvals", settings);
        Table.passing("chains").expiring().in(this, "Chains", settings);
        GeneratedSecret.in(this, "Digest", settings, "digest", "Key of digests in the audit trail");
        var key = signingKey(arns, settings);
        CfnOIDCProvider.Builder.create(this, "Issuer")
                .url(settings.stsIssuer())
                .clientIdList(tools.stream().map(tool -> tool.manifest().name()).sorted().toList())
                .build();
        var router = router(arns, settings, tools, key);
        edge(settings, router);
        operator(arns, settings);
        publisher(arns, settings);
        auditor(arns, settings);
    }

    private CfnKey signingKey(Arns arns, Settings settings) {
        var key =
                CfnKey.Builder.create(this, "StsKey")
                        .description("Signs the tokens that STS accepts, and nothing else")
                        .keySpec("RSA_2048")
                        .keyUsage("SIGN_VERIFY")
                        .keyPolicy(
                                Statement.document(
                                        List.of(
                                                Statement.allow(
                                                                "Administration",
                                                                List.of("kms:*"),
                                                                List.of("*"))
                                                        .by("AWS", arns.account()),
                                                Statement.denyAll(
                                                                "OnlyTheRouterSigns",
                                                                List.of("kms:Sign"),
                                                                List.of("*"))
                                                        .when(
                                                                "ArnNotEquals",
                                                                "aws:PrincipalArn",
                                                                arns.role("exec-router")))))
                        .build();
        key.applyRemovalPolicy(
                settings.production() ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
        CfnAlias.Builder.create(this, "StsKeyAlias")
                .aliasName("alias/" + settings.name("sts"))
                .targetKeyId(key.getRef())
                .build();
        return key;
    }

    private JavaFunction router(Arns arns, Settings settings, List<ToolSource> tools, CfnKey key) {
        var environment = new TreeMap<String, String>();
        environment.put("STAGE", settings.stage());
        environment.put("ENVIRONMENT", EnvironmentParameter.in(this, settings));
        environment.put("ZONE", settings.zone());
        environment.put("CONTACT_DATA", settings.contactData());
        environment.put("AUDIT_TABLE", settings.name("audit"));
        environment.put("AUDIT_KEYS_TABLE", settings.name("audit-keys"));
        environment.put("AUDIT_BUCKET", arns.bucketName());
        environment.put("RETENTION_DAYS", Integer.toString(settings.retentionDays()));
        environment.put("LOCK_MODE", settings.lockMode());
        environment.put("PAYLOAD_KEY_ID", TrailStack.payloadKeyAlias(settings));
        environment.put("CHAINS_TABLE", settings.name("chains"));
        environment.put("POLICY_TABLE", settings.name("policy"));
        environment.put("APPROVALS_TABLE", settings.name("approvals"));
        environment.put("RATE_LIMITS", settings.rateLimits());
        environment.put("DECISION_URL", settings.decisionService().url());
        environment.put(
                "DECISION_TIMEOUT_MS", Integer.toString(settings.decisionService().timeoutMs()));
        environment.put("PUBLIC_URL", settings.publicUrl());
        environment.put("ISSUERS", settings.issuers());
        environment.put("STS_ISSUER", settings.stsIssuer());
        environment.put("STS_KEY_ID", "alias/" + settings.name("sts"));
        environment.put("DIGEST_SECRET_ID", settings.name("digest"));
        environment.put("POWERTOOLS_SERVICE_NAME", "router");
        return new JavaFunction(
                this,
                "Router",
                settings,
                new JavaFunction.Spec(
                        "router",
                        Product.ID + ".router.RouterFunction",
                        Zips.of(settings.root().resolve("router-function"), settings.assets()),
                        1024,
                        ROUTER_TIMEOUT_SECONDS,
                        settings.routerConcurrency(),
                        false,
                        environment,
                        routerStatements(arns, settings, tools, key)));
    }

    /** What the enforcement point may do, action by action, resource by resource. */
    private static List<Statement> routerStatements(
            Arns arns, Settings settings, List<ToolSource> tools, CfnKey key) {
        var functions = new ArrayList<String>();
        var secrets = new ArrayList<String>();
        for (var tool : tools) {
            var slug = Settings.slug(tool.manifest().name());
            functions.addAll(arns.callable("tool-" + slug));
            secrets.add(arns.secret("grant-" + slug));
        }
        secrets.add(arns.secret("digest"));
        var statements = new ArrayList<Statement>();
        if (!functions.isEmpty()) {
            statements.add(
                    Statement.allow("InvokeTools", List.of("lambda:InvokeFunction"), functions));
        }
        statements.addAll(
                List.of(
                        TrailStack.appending(arns, List.of("call#*", "control#*", "writer#*")),
                        Statement.allow(
                                "Chains",
                                List.of(
                                        "dynamodb:GetItem",
                                        "dynamodb:BatchGetItem",
                                        "dynamodb:PutItem",
                                        "dynamodb:UpdateItem",
                                        "dynamodb:ConditionCheckItem"),
                                List.of(arns.table("chains"))),
                        Statement.allow(
                                "ReadPolicy",
                                List.of(
                                        "dynamodb:GetItem",
                                        "dynamodb:BatchGetItem",
                                        "dynamodb:Query"),
                                List.of(arns.table("policy"))),
                        Statement.allow(
                                "AskForApproval",
                                List.of(
                                        "dynamodb:GetItem",
                                        "dynamodb:PutItem",
                                        "dynamodb:ConditionCheckItem"),
                                List.of(arns.table("approvals"))),
                        Statement.allow(
                                "SignSessions",
                                List.of("kms:Sign", "kms:GetPublicKey"),
                                List.of(key.getAttrArn())),
                        Statement.allow(
                                "ReadKeys", List.of("secretsmanager:GetSecretValue"), secrets)));
        statements.addAll(TrailStack.sealing(arns, settings));
        return statements;
    }

    private void edge(Settings settings, JavaFunction router) {
        var integration =
                LambdaIntegration.Builder.create(router.alias()).allowTestInvoke(false).build();
        var api =
                RestApi.Builder.create(this, "Edge")
                        .restApiName(settings.name("edge"))
                        .endpointTypes(List.of(EndpointType.REGIONAL))
                        .cloudWatchRole(false)
                        .deployOptions(
                                StageOptions.builder()
                                        .stageName(settings.stage())
                                        .throttlingRateLimit(EDGE_PER_SECOND)
                                        .throttlingBurstLimit(EDGE_BURST)
                                        .build())
                        .defaultIntegration(integration)
                        .build();
        // API Gateway says 429 by itself, but not when to come back
        GatewayResponse.Builder.create(this, "Throttled")
                .restApi(api)
                .type(ResponseType.THROTTLED)
                .responseHeaders(Map.of("Retry-After", "'1'"))
                .build();
        // every method and path, so that 404 and 405 are ours and are recorded
        api.getRoot()
                .addProxy(
                        ProxyResourceOptions.builder()
                                .anyMethod(true)
                                .defaultIntegration(integration)
                                .build());
    }

    /** For people and the command line: reads the trail and the demo company, changes nothing. */
    private void operator(Arns arns, Settings settings) {
        var statements = new ArrayList<>(TrailStack.reading(arns, settings));
        statements.add(
                Statement.allow(
                        "ReadDemo",
                        List.of("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
                        DemoStack.TABLES.stream().map(t -> arns.table("demo-" + t)).toList()));
        statements.add(
                Statement.allow(
                        "ReadPolicy",
                        List.of("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
                        List.of(arns.table("policy"))));
        role("Operator", "operator", settings, arns, statements);
    }

    /** Publishes policy sets and catalogues, and says so in the trail. */
    private void publisher(Arns arns, Settings settings) {
        role(
                "Publisher",
                "publisher",
                settings,
                arns,
                List.of(
                        Statement.allow(
                                "Publish",
                                List.of(
                                        "dynamodb:GetItem",
                                        "dynamodb:BatchGetItem",
                                        "dynamodb:Query",
                                        "dynamodb:PutItem",
                                        "dynamodb:UpdateItem",
                                        "dynamodb:ConditionCheckItem"),
                                List.of(arns.table("policy"))),
                        TrailStack.appending(arns, List.of("control#*", "writer#*"))));
    }

    /** Reads the trail and what decisions were made from; each reading is a record of its own. */
    private void auditor(Arns arns, Settings settings) {
        var statements = new ArrayList<>(TrailStack.reading(arns, settings));
        statements.addAll(TrailStack.opening(arns, settings));
        statements.add(readPolicy(arns));
        role("Auditor", "auditor", settings, arns, statements);
    }

    private static Statement readPolicy(Arns arns) {
        return Statement.allow(
                "ReadPolicy",
                List.of("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
                List.of(arns.table("policy")));
    }

    private void role(
            String id, String what, Settings settings, Arns arns, List<Statement> statements) {
        CfnRole.Builder.create(this, id)
                .roleName(settings.name(what))
                .assumeRolePolicyDocument(
                        Statement.document(
                                List.of(
                                        Statement.allow(
                                                        "People",
                                                        List.of("sts:AssumeRole"),
                                                        List.of())
                                                .by("AWS", arns.account()))))
                .policies(
                        List.of(
                                CfnRole.PolicyProperty.builder()
                                        .policyName("own")
                                        .policyDocument(Statement.document(statements))
                                        .build()))
                .build();
    }
}
