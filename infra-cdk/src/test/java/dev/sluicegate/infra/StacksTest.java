package dev.sluicegate.infra;

import static dev.sluicegate.infra.Synthesized.actions;
import static dev.sluicegate.infra.Synthesized.own;
import static dev.sluicegate.infra.Synthesized.statement;
import static dev.sluicegate.infra.Synthesized.statements;
import static dev.sluicegate.infra.Synthesized.text;
import static dev.sluicegate.infra.Synthesized.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.Product;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the templates promise. Synthesizing takes seconds, so each stage is made once. */
class StacksTest {
    private static final String ISSUER = "issuer." + Product.NAME + ".internal";

    private static final String LIMITS = "{\"principal\":{\"burst\":5,\"perMinute\":10}}";

    private static final String DECISIONS = "https://opa.example.com/v1/data/mcp/allow";

    private static Synthesized dev;
    private static Synthesized prod;
    private static Synthesized limited;

    @BeforeAll
    static void synthesize() {
        dev = Synthesized.stage("dev", Map.of());
        prod = Synthesized.stage("prod", Map.of("stsIssuer", "https://sts.example.org/gate"));
        limited =
                Synthesized.stage(
                        "dev",
                        Map.of(
                                "routerConcurrency",
                                "0",
                                "rateLimits",
                                LIMITS,
                                "decisionUrl",
                                DECISIONS,
                                "decisionTimeoutMs",
                                "250"));
    }

    @Test
    void nobodyRewritesOrRemovesARecordWhateverTheirOwnPoliciesSay() {
        var audit = dev.named("AWS::DynamoDB::Table", "TableName", "audit");

        var deny =
                statement(
                        audit.path("ResourcePolicy").path("PolicyDocument").path("Statement"),
                        "AppendOnly");

        assertThat(deny.path("Effect").asText()).isEqualTo("Deny");
        assertThat(deny.path("Principal").asText()).isEqualTo("*");
        assertThat(deny.has("Condition")).isFalse();
        assertThat(texts(deny.path("Action")))
                .contains(
                        "dynamodb:UpdateItem",
                        "dynamodb:DeleteItem",
                        "dynamodb:BatchWriteItem",
                        "dynamodb:PartiQLInsert",
                        "dynamodb:PartiQLUpdate",
                        "dynamodb:PartiQLDelete",
                        "dynamodb:DeleteTable");
        assertThat(texts(deny.path("Resource"))).allMatch(arn -> arn.endsWith("-dev-audit"));
    }

    @Test
    void theJournalStreamsBothImagesAndOutlivesItsStack() {
        var resource = dev.resource("AWS::DynamoDB::Table", "TableName", "audit");
        var audit = resource.path("Properties");

        assertThat(audit.path("StreamSpecification").path("StreamViewType").asText())
                .isEqualTo("NEW_AND_OLD_IMAGES");
        assertThat(audit.path("DeletionProtectionEnabled").asBoolean()).isTrue();
        assertThat(
                        audit.path("PointInTimeRecoverySpecification")
                                .path("PointInTimeRecoveryEnabled")
                                .asBoolean())
                .isTrue();
        assertThat(audit.path("TimeToLiveSpecification").path("AttributeName").asText())
                .isEqualTo("ttl");
        assertThat(audit.has("GlobalSecondaryIndexes")).isFalse();
        assertThat(resource.path("DeletionPolicy").asText()).isEqualTo("Retain");
    }

    @Test
    void theArchiveIsLockedVersionedAndRetained() {
        var bucket = dev.all("AWS::S3::Bucket").getFirst();
        var properties = bucket.path("Properties");

        assertThat(properties.path("ObjectLockEnabled").asBoolean()).isTrue();
        assertThat(properties.path("VersioningConfiguration").path("Status").asText())
                .isEqualTo("Enabled");
        assertThat(bucket.path("DeletionPolicy").asText()).isEqualTo("Retain");
        assertThat(retention(dev)).isEqualTo("GOVERNANCE 1");
        assertThat(retention(prod)).isEqualTo("COMPLIANCE 400");
    }

    @Test
    void theArchiverLocksForComplianceInEveryStage() {
        assertThat(archiver(dev).path("LOCK_MODE").asText()).isEqualTo("COMPLIANCE");
        assertThat(archiver(dev).path("RETENTION_DAYS").asText()).isEqualTo("1");
        assertThat(archiver(prod).path("LOCK_MODE").asText()).isEqualTo("COMPLIANCE");
        assertThat(archiver(prod).path("RETENTION_DAYS").asText()).isEqualTo("400");
    }

    @Test
    void nothingIsPutOnTopOfAnObjectNothingIsDeletedAndOnlyTlsIsHeard() {
        var policy =
                dev.all("AWS::S3::BucketPolicy")
                        .getFirst()
                        .path("Properties")
                        .path("PolicyDocument")
                        .path("Statement");

        var onTop = statement(policy, "NothingOnTop");
        var goes = statement(policy, "NothingGoes");
        var tls = statement(policy, "TlsOnly");

        assertThat(policy).allMatch(s -> s.path("Effect").asText().equals("Deny"));
        assertThat(policy).allMatch(s -> s.path("Principal").asText().equals("*"));
        assertThat(texts(onTop.path("Action"))).containsExactly("s3:PutObject");
        assertThat(onTop.path("Condition").path("Null").path("s3:if-none-match").asText())
                .isEqualTo("true");
        assertThat(goes.has("Condition")).isFalse();
        assertThat(texts(goes.path("Action")))
                .contains(
                        "s3:DeleteObject",
                        "s3:DeleteObjectVersion",
                        "s3:BypassGovernanceRetention",
                        "s3:PutLifecycleConfiguration");
        assertThat(tls.path("Condition").path("Bool").path("aws:SecureTransport").asText())
                .isEqualTo("false");
    }

    @Test
    void theRouterAppendsUnderItsOwnKeysOnly() {
        var append = own(dev.role("exec-router"), "Append");

        assertThat(texts(append.path("Action"))).containsExactly("dynamodb:PutItem");
        assertThat(leadingKeys(append)).containsExactly("call#*", "control#*", "writer#*");
        assertThat(twin(append)).isEqualTo("false");
    }

    @Test
    void theRouterMayDoWhatItNeedsAndNothingElse() {
        assertThat(actions(dev.role("exec-router")))
                .containsExactly(
                        "dynamodb:BatchGetItem",
                        "dynamodb:ConditionCheckItem",
                        "dynamodb:GetItem",
                        "dynamodb:PutItem",
                        "dynamodb:Query",
                        "dynamodb:UpdateItem",
                        "kms:GenerateDataKey",
                        "kms:GetPublicKey",
                        "kms:Sign",
                        "lambda:InvokeFunction",
                        "logs:CreateLogStream",
                        "logs:PutLogEvents",
                        "s3:PutObject",
                        "s3:PutObjectRetention",
                        "secretsmanager:GetSecretValue");
        assertThat(texts(own(dev.role("exec-router"), "Chains").path("Resource")))
                .allMatch(arn -> arn.endsWith("-dev-chains"));
        assertThat(texts(own(dev.role("exec-router"), "InvokeTools").path("Resource")))
                .hasSize(4)
                .allMatch(arn -> arn.contains(":function:") && arn.contains("-dev-tool-shop-"));
    }

    @Test
    void noActionIsAWildcardAndOnlyTheListOfStreamsHasNoResource() {
        for (var role : dev.all("AWS::IAM::Role")) {
            for (var statement : statements(role.path("Properties"))) {
                assertThat(texts(statement.path("Action"))).noneMatch(a -> a.contains("*"));
                if (!texts(statement.path("Action")).equals(List.of("dynamodb:ListStreams"))) {
                    assertThat(texts(statement.path("Resource"))).doesNotContain("*");
                }
            }
        }
        assertThat(dev.all("AWS::IAM::Policy")).isEmpty();
        assertThat(dev.all("AWS::IAM::ManagedPolicy")).isEmpty();
    }

    @Test
    void aToolsFunctionReachesNeitherDataNorSts() {
        var role = dev.role("exec-tool-shop-look-up");

        assertThat(actions(role))
                .containsExactly(
                        "dynamodb:ConditionCheckItem",
                        "dynamodb:PutItem",
                        "logs:CreateLogStream",
                        "logs:PutLogEvents",
                        "secretsmanager:GetSecretValue");
        assertThat(texts(own(role, "OwnGrantKey").path("Resource")))
                .singleElement()
                .asString()
                .endsWith(":secret:" + Product.resource("dev", "grant-shop-look-up") + "-??????");
    }

    @Test
    void aToolClaimsExecutionsUnderItsOwnNameAndSeesIntentsOnly() {
        var role = dev.role("exec-tool-shop-look-up");
        var append = own(role, "Append");
        var see = own(role, "SeeTheIntent");

        assertThat(texts(append.path("Action"))).containsExactly("dynamodb:PutItem");
        assertThat(leadingKeys(append)).containsExactly("exec#shop___look_up#*");
        assertThat(twin(append)).isEqualTo("false");
        assertThat(texts(see.path("Action"))).containsExactly("dynamodb:ConditionCheckItem");
        assertThat(leadingKeys(see)).containsExactly("call#*");
        assertThat(twin(see)).isEqualTo("false");
    }

    @Test
    void theDataRoleTrustsOnlyWhatTheRouterSignedForThisToolAndEnvironment() {
        var trust =
                dev.role("data-shop-look-up")
                        .path("AssumeRolePolicyDocument")
                        .path("Statement")
                        .path(0);
        var condition = trust.path("Condition");

        assertThat(text(trust.path("Principal").path("Federated")))
                .endsWith(":oidc-provider/" + ISSUER);
        assertThat(texts(trust.path("Action")))
                .containsExactly(
                        "sts:AssumeRoleWithWebIdentity", "sts:SetSourceIdentity", "sts:TagSession");
        assertThat(condition.path("StringEquals").path(ISSUER + ":aud").asText())
                .isEqualTo("shop___look_up");
        assertThat(condition.path("StringEquals").path("aws:RequestTag/tool").asText())
                .isEqualTo("shop___look_up");
        assertThat(text(condition.path("StringEquals").path("aws:RequestTag/env")))
                .isEqualTo("<Environment>");
        assertThat(condition.path("Null").path("aws:RequestTag/tenant").asText())
                .isEqualTo("false");
        assertThat(condition.path("Null").path("aws:RequestTag/user").asText()).isEqualTo("false");
        assertThat(condition.path("Null").path("aws:RequestTag/customer").asText())
                .isEqualTo("false");
        assertThat(texts(condition.path("ForAllValues:StringEquals").path("aws:TagKeys")))
                .containsExactly(
                        "client", "customer", "env", "role", "roles", "tenant", "tool", "user");
        assertThat(dev.role("data-shop-look-up").path("AssumeRolePolicyDocument").path("Statement"))
                .hasSize(1);
    }

    @Test
    void aNonDefaultIssuerIsPartOfTheConditionKey() {
        var trust =
                prod.role("data-shop-pay")
                        .path("AssumeRolePolicyDocument")
                        .path("Statement")
                        .path(0);

        assertThat(text(trust.path("Principal").path("Federated")))
                .endsWith(":oidc-provider/sts.example.org/gate");
        assertThat(trust.path("Condition").path("StringEquals").has("sts.example.org/gate:aud"))
                .isTrue();
    }

    @Test
    void theEnvironmentIsAParameterSoThatOneTemplateRunsAsEither() {
        assertThat(parameter(dev)).isEqualTo("dev");
        assertThat(parameter(prod)).isEqualTo("prod");
    }

    @Test
    void aManifestsStatementsNameTheTableAndKeepTheVariablesOfIam() {
        var one = own(dev.role("data-shop-look-up"), "One");

        assertThat(texts(one.path("Resource")))
                .singleElement()
                .asString()
                .endsWith(":table/" + Product.resource("dev", "demo-customers"));
        assertThat(
                        texts(
                                one.path("Condition")
                                        .path("ForAllValues:StringEquals")
                                        .path("dynamodb:LeadingKeys")))
                .containsExactly("${aws:PrincipalTag/tenant}#${aws:PrincipalTag/customer}");
    }

    @Test
    void onlyTheRouterIsLetInToATool() {
        var permissions =
                dev.stack("tools").path("Resources").findParents("Type").stream()
                        .filter(r -> r.path("Type").asText().equals("AWS::Lambda::Permission"))
                        .toList();

        assertThat(permissions).hasSize(2);
        for (var permission : permissions) {
            assertThat(text(permission.path("Properties").path("Principal")))
                    .endsWith(":role/" + Product.resource("dev", "exec-router"));
        }
    }

    @Test
    void theSigningKeySignsForTheRouterOnly() {
        var key = key("RSA_2048");
        var deny = statement(key.path("KeyPolicy").path("Statement"), "OnlyTheRouterSigns");

        assertThat(key.path("KeyUsage").asText()).isEqualTo("SIGN_VERIFY");
        assertThat(deny.path("Effect").asText()).isEqualTo("Deny");
        assertThat(text(deny.path("Condition").path("ArnNotEquals").path("aws:PrincipalArn")))
                .endsWith(":role/" + Product.resource("dev", "exec-router"));
    }

    @Test
    void theCheckpointKeySignsForTheArchiverAndTheSweeperOnly() {
        var key = key("ECC_NIST_EDWARDS25519");
        var deny = statement(key.path("KeyPolicy").path("Statement"), "OnlyTheLogSigns");

        assertThat(key.path("KeyUsage").asText()).isEqualTo("SIGN_VERIFY");
        assertThat(deny.path("Effect").asText()).isEqualTo("Deny");
        assertThat(texts(deny.path("Condition").path("ArnNotEquals").path("aws:PrincipalArn")))
                .hasSize(2)
                .anyMatch(arn -> arn.endsWith(":role/" + Product.resource("dev", "exec-archiver")))
                .anyMatch(arn -> arn.endsWith(":role/" + Product.resource("dev", "exec-sweeper")));
    }

    @Test
    void theRouterSealsPayloadsAndCannotOpenThem() {
        var router = dev.role("exec-router");

        assertThat(actions(router)).doesNotContain("kms:Decrypt", "s3:GetObject");
        for (var sid : List.of("SealPayloads", "KeepPayloadKeys", "KeepPayloads")) {
            assertThat(own(router, sid).path("Effect").asText()).isEqualTo("Allow");
        }
        assertThat(texts(own(router, "SealPayloads").path("Action")))
                .containsExactly("kms:GenerateDataKey");
        assertThat(alias(own(router, "SealPayloads"))).endsWith("-dev-payload");
        assertThat(texts(own(router, "KeepPayloadKeys").path("Action")))
                .containsExactly("dynamodb:PutItem");
        assertThat(leadingKeys(own(router, "KeepPayloadKeys"))).containsExactly("chain#*");
        assertThat(texts(own(router, "KeepPayloads").path("Resource")))
                .singleElement()
                .asString()
                .endsWith("/payload/*");
    }

    @Test
    void onlyAnAuditorOpensPayloadsAndMayWriteThatItDid() {
        var auditor = dev.role("auditor");

        assertThat(alias(own(auditor, "OpenPayloads"))).endsWith("-dev-payload");
        assertThat(texts(own(auditor, "ReadPayloadKeys").path("Action")))
                .containsExactly("dynamodb:GetItem");
        assertThat(leadingKeys(own(auditor, "Append"))).containsExactly("control#*", "writer#*");
        for (var role : dev.all("AWS::IAM::Role")) {
            var name = role.path("Properties").path("RoleName").asText();
            if (!name.endsWith("-dev-auditor")) {
                assertThat(actions(role.path("Properties"))).as(name).doesNotContain("kms:Decrypt");
            }
        }
        var policy = key("").path("KeyPolicy").path("Statement");
        assertThat(onlyFor(policy, "OnlyAuditorsOpen")).endsWith("-dev-auditor");
        assertThat(onlyFor(policy, "OnlyTheRouterSeals")).endsWith("-dev-exec-router");
        assertThat(texts(statement(policy, "OnlyAuditorsOpen").path("Action")))
                .containsExactly("kms:Decrypt", "kms:ReEncryptFrom");
    }

    @Test
    void aKeyOfPayloadsThatIsDeletedIsGoneAndNobodyDeletesOneInPassing() {
        var resource = dev.resource("AWS::DynamoDB::Table", "TableName", "audit-keys");
        var keys = resource.path("Properties");

        assertThat(
                        keys.path("PointInTimeRecoverySpecification")
                                .path("PointInTimeRecoveryEnabled")
                                .asBoolean(true))
                .isFalse();
        assertThat(keys.path("DeletionProtectionEnabled").asBoolean()).isTrue();
        assertThat(keys.has("StreamSpecification")).isFalse();
        assertThat(resource.path("DeletionPolicy").asText()).isEqualTo("Retain");
        for (var role : dev.all("AWS::IAM::Role")) {
            assertThat(actions(role.path("Properties"))).doesNotContain("dynamodb:DeleteItem");
        }
        assertThat(key("").path("EnableKeyRotation").asBoolean()).isTrue();
    }

    /** The key of that spec; without one, the key of payloads. */
    private static JsonNode key(String spec) {
        return dev.all("AWS::KMS::Key").stream()
                .map(key -> key.path("Properties"))
                .filter(key -> key.path("KeySpec").asText().equals(spec))
                .findFirst()
                .orElseThrow();
    }

    private static String alias(JsonNode statement) {
        return statement.path("Condition").path("StringEquals").path("kms:RequestAlias").asText();
    }

    private static String onlyFor(JsonNode policy, String sid) {
        var deny = statement(policy, sid);
        assertThat(deny.path("Effect").asText()).isEqualTo("Deny");
        return text(deny.path("Condition").path("ArnNotEquals").path("aws:PrincipalArn"));
    }

    @Test
    void theOperatorOnlyReads() {
        assertThat(actions(dev.role("operator")))
                .allMatch(a ->
                        a.matches(
                                "(dynamodb:(BatchGetItem|GetItem|Query)|kms:GetPublicKey|s3:(Get|List).*)"));
    }

    @Test
    void thePublisherWritesPolicyAndControlRecordsOnly() {
        var publisher = dev.role("publisher");

        assertThat(texts(own(publisher, "Publish").path("Resource")))
                .singleElement()
                .asString()
                .endsWith("-dev-policy");
        assertThat(leadingKeys(own(publisher, "Append"))).containsExactly("control#*", "writer#*");
    }

    @Test
    void theArchiverReadsTheStreamAndWritesUnderItsLogs() {
        var role = dev.role("exec-archiver");
        var mapping = dev.all("AWS::Lambda::EventSourceMapping").getFirst().path("Properties");

        assertThat(texts(own(role, "Archive").path("Resource")))
                .singleElement()
                .asString()
                .endsWith("/tlog/*");
        assertThat(actions(role))
                .noneMatch(a -> a.startsWith("dynamodb:Update") || a.startsWith("dynamodb:Delete"));
        assertThat(mapping.path("BisectBatchOnFunctionError").asBoolean()).isTrue();
        assertThat(texts(mapping.path("FunctionResponseTypes")))
                .containsExactly("ReportBatchItemFailures");
        assertThat(mapping.path("MaximumRetryAttempts").asInt()).isEqualTo(-1);
        assertThat(mapping.path("ParallelizationFactor").asInt()).isEqualTo(1);
    }

    @Test
    void thePointerMovesOnlyFromWhatItsMoverHasSeen() {
        var policy =
                dev.all("AWS::S3::BucketPolicy").stream()
                        .map(resource -> resource.path("Properties").path("PolicyDocument"))
                        .map(document -> document.path("Statement"))
                        .filter(statements -> statements.toString().contains("NothingUnseen"))
                        .findFirst()
                        .orElseThrow();

        assertThat(statement(policy, "NothingUnseen").path("Condition").path("Null").toString())
                .isEqualTo("{\"s3:if-match\":\"true\",\"s3:if-none-match\":\"true\"}");
    }

    @Test
    void onlyArchiverAndSweeperSignCheckpoints() {
        var key =
                dev.all("AWS::KMS::Key").stream()
                        .filter(each ->
                                each.path("Properties")
                                        .path("KeySpec")
                                        .asText()
                                        .equals("ECC_NIST_EDWARDS25519"))
                        .findFirst()
                        .orElseThrow();
        var deny =
                statement(
                        key.path("Properties").path("KeyPolicy").path("Statement"),
                        "OnlyTheLogSigns");

        assertThat(key.path("DeletionPolicy").asText()).isEqualTo("Retain");
        assertThat(texts(deny.path("Action"))).containsExactly("kms:Sign");
        assertThat(texts(deny.path("Condition").path("ArnNotEquals").path("aws:PrincipalArn")))
                .hasSize(2)
                .anyMatch(arn -> arn.endsWith("-dev-exec-archiver"))
                .anyMatch(arn -> arn.endsWith("-dev-exec-sweeper"));
    }

    @Test
    void theSweeperComesByEveryFiveMinutesAndMayNotRewriteARecord() {
        var rule = dev.all("AWS::Events::Rule").getFirst().path("Properties");
        var role = dev.role("exec-sweeper");

        assertThat(rule.path("ScheduleExpression").asText()).isEqualTo("rate(5 minutes)");
        assertThat(leadingKeys(own(role, "Append")))
                .containsExactly("call#*", "control#*", "writer#*");
        assertThat(actions(role))
                .noneMatch(a -> a.startsWith("dynamodb:Update") || a.startsWith("dynamodb:Delete"));
    }

    @Test
    void everyFunctionIsJava25OnArmCalledThroughAnAliasAndSnapshotUnlessPerTenant() {
        var functions = dev.all("AWS::Lambda::Function");

        assertThat(functions).hasSize(5);
        assertThat(dev.all("AWS::Lambda::Alias")).hasSize(5);
        for (var function : functions) {
            var properties = function.path("Properties");
            assertThat(properties.path("Runtime").asText()).isEqualTo("java25");
            assertThat(texts(properties.path("Architectures"))).containsExactly("arm64");
            assertThat(properties.has("SnapStart")).isNotEqualTo(properties.has("TenancyConfig"));
        }
        assertThat(
                        dev.named("AWS::Lambda::Function", "FunctionName", "tool-shop-pay")
                                .has("TenancyConfig"))
                .isTrue();
    }

    @Test
    void aToolLearnsItsTablesFromItsManifest() {
        var variables =
                dev.named("AWS::Lambda::Function", "FunctionName", "tool-shop-look-up")
                        .path("Environment")
                        .path("Variables");

        assertThat(variables.path("CUSTOMERS_TABLE").asText())
                .isEqualTo(Product.resource("dev", "demo-customers"));
        assertThat(variables.has("INVOICES_TABLE")).isFalse();
        assertThat(variables.path("TOOL_NAME").asText()).isEqualTo("shop___look_up");
        assertThat(text(variables.path("DATA_ROLE_ARN"))).startsWith("<ShopLookUpDataRole");
    }

    @Test
    void everyMethodAndPathReachesTheRouter() {
        var methods = dev.all("AWS::ApiGateway::Method");

        assertThat(methods)
                .hasSize(2)
                .allMatch(m -> m.path("Properties").path("HttpMethod").asText().equals("ANY"));
        assertThat(dev.all("AWS::ApiGateway::Resource"))
                .singleElement()
                .matches(r -> r.path("Properties").path("PathPart").asText().equals("{proxy+}"));
    }

    @Test
    void whatTheEdgeCannotServeIsThrottledBeforeTheRouterAndToldWhenToComeBack() {
        var stage = dev.all("AWS::ApiGateway::Stage").getFirst().path("Properties");
        var everything = stage.path("MethodSettings").path(0);
        var throttled = dev.all("AWS::ApiGateway::GatewayResponse").getFirst().path("Properties");

        assertThat(everything.path("HttpMethod").asText()).isEqualTo("*");
        assertThat(everything.path("ResourcePath").asText()).isEqualTo("/*");
        assertThat(everything.path("ThrottlingRateLimit").asInt()).isEqualTo(200);
        assertThat(everything.path("ThrottlingBurstLimit").asInt()).isEqualTo(400);
        assertThat(throttled.path("ResponseType").asText()).isEqualTo("THROTTLED");
        assertThat(
                        throttled
                                .path("ResponseParameters")
                                .path("gatewayresponse.header.Retry-After")
                                .asText())
                .isEqualTo("'1'");
    }

    @Test
    void theRouterHasReservedConcurrencyUnlessTheAccountHasNone() {
        assertThat(router(dev).path("ReservedConcurrentExecutions").asInt()).isEqualTo(100);
        assertThat(router(limited).has("ReservedConcurrentExecutions")).isFalse();
    }

    @Test
    void rateLimitsReachTheRouterAsTheyAreConfigured() {
        assertThat(variables(router(dev)).path("RATE_LIMITS").asText("absent")).isEmpty();
        assertThat(variables(router(limited)).path("RATE_LIMITS").asText()).isEqualTo(LIMITS);
    }

    @Test
    void anotherDecisionServiceIsAskedOnlyWhereOneIsConfigured() {
        assertThat(variables(router(dev)).path("DECISION_URL").asText("absent")).isEmpty();
        assertThat(variables(router(dev)).path("DECISION_TIMEOUT_MS").asText()).isEqualTo("500");
        assertThat(variables(router(limited)).path("DECISION_URL").asText()).isEqualTo(DECISIONS);
        assertThat(variables(router(limited)).path("DECISION_TIMEOUT_MS").asText())
                .isEqualTo("250");
    }

    /** In a network of its own it could reach neither a decision service nor issuers without a gateway. */
    @Test
    void theRouterReachesTheInternetWithoutANetworkOfItsOwn() {
        assertThat(router(limited).has("VpcConfig")).isFalse();
    }

    private static JsonNode router(Synthesized synthesized) {
        return synthesized.named("AWS::Lambda::Function", "FunctionName", "router");
    }

    private static JsonNode variables(JsonNode function) {
        return function.path("Environment").path("Variables");
    }

    @Test
    void secretsAreGeneratedAndNeverWrittenDown() {
        assertThat(dev.all("AWS::SecretsManager::Secret"))
                .hasSize(3)
                .allMatch(s -> s.path("Properties").has("GenerateSecretString"))
                .noneMatch(s -> s.path("Properties").has("SecretString"));
    }

    @Test
    void noStackExportsAnything() {
        for (var what : List.of("trail", "control-plane", "tools", "demo")) {
            assertThat(dev.stack(what).findValues("Fn::ImportValue")).isEmpty();
        }
    }

    private static String retention(Synthesized stage) {
        var rule =
                stage.all("AWS::S3::Bucket")
                        .getFirst()
                        .path("Properties")
                        .path("ObjectLockConfiguration")
                        .path("Rule")
                        .path("DefaultRetention");
        return rule.path("Mode").asText() + " " + rule.path("Days").asText();
    }

    private static JsonNode archiver(Synthesized stage) {
        return stage.named("AWS::Lambda::Function", "FunctionName", "archiver")
                .path("Environment")
                .path("Variables");
    }

    private static String parameter(Synthesized stage) {
        return stage.stack("tools").path("Parameters").path("Environment").path("Default").asText();
    }

    private static List<String> leadingKeys(JsonNode statement) {
        return texts(
                statement
                        .path("Condition")
                        .path("ForAllValues:StringLike")
                        .path("dynamodb:LeadingKeys"));
    }

    private static String twin(JsonNode statement) {
        return statement.path("Condition").path("Null").path("dynamodb:LeadingKeys").asText();
    }
}
