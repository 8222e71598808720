package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateTest {
    private final Template template = Cloud.template();

    @Test
    void aTableSaysItsKeysStreamTtlAndProtection() {
        var audit =
                template.tables().stream()
                        .filter(table -> table.name().startsWith("audit"))
                        .findFirst()
                        .orElseThrow();

        assertThat(audit.name()).isEqualTo("audit-eu-central-1");
        assertThat(audit.arn())
                .isEqualTo("arn:aws:dynamodb:eu-central-1:000000000000:table/audit-eu-central-1");
        assertThat(audit.streamEnabled()).isTrue();
        assertThat(audit.streamViewType()).isEqualTo("NEW_AND_OLD_IMAGES");
        assertThat(audit.ttlAttribute()).isEqualTo("ttl");
        assertThat(audit.deletionProtection()).isTrue();
        assertThat(audit.keySchema())
                .containsExactly(
                        new Template.KeyAttribute("pk", "S", "HASH"),
                        new Template.KeyAttribute("sk", "S", "RANGE"));
        assertThat(audit.resourcePolicy().statements()).hasSize(1);
    }

    @Test
    void aBucketSaysItsLockAndPolicy() {
        var bucket = template.buckets().getFirst();

        assertThat(bucket.name()).isEqualTo("audit-000000000000");
        assertThat(bucket.versioned()).isTrue();
        assertThat(bucket.objectLock()).isTrue();
        assertThat(bucket.lockDefault()).isEqualTo(new Template.LockDefault("COMPLIANCE", 7));
        assertThat(bucket.policy().statements()).hasSize(2);
    }

    @Test
    void aFunctionSaysItsHandlerEnvironmentAndAliases() {
        var function = template.functions().getFirst();

        assertThat(template.functions()).hasSize(1);
        assertThat(function.handlerClass())
                .isEqualTo("dev.sluicegate.tools.crm.getcustomer.GetCustomer");
        assertThat(function.arn())
                .isEqualTo(
                        "arn:aws:lambda:eu-central-1:000000000000:function:tool-crm-get-customer");
        assertThat(function.roleArn()).isEqualTo(Cloud.TOOL_ROLE);
        assertThat(function.timeoutSeconds()).isEqualTo(10);
        assertThat(function.aliases()).containsExactly("live");
        assertThat(function.environment())
                .isEqualTo(
                        Map.of(
                                "DATA_ROLE_ARN", Cloud.DATA_ROLE,
                                "MODE", "dev",
                                "URL", "https://x.amazonaws.com/${literal}"));
    }

    @Test
    void anEventSourceNamesTheTableOfItsStreamAndTheFunctionOfItsAlias() {
        var mapping = template.eventSourceMappings().getFirst();

        assertThat(mapping.functionArn()).isEqualTo(template.functions().getFirst().arn());
        assertThat(mapping.tableArn()).isEqualTo(template.tables().getLast().arn());
        assertThat(mapping.batchSize()).isEqualTo(100);
        assertThat(mapping.bisectBatch()).isTrue();
        assertThat(mapping.reportBatchItemFailures()).isTrue();
    }

    @Test
    void conditionKeysThatAreComputedAreResolved() {
        var trust = template.role(Cloud.DATA_ROLE).orElseThrow().trust().statements().getFirst();

        assertThat(trust.conditions())
                .contains(
                        new PolicyStatement.Condition(
                                "StringEquals",
                                "issuer.example.com/sts:aud",
                                java.util.List.of("crm___get_customer")));
        assertThat(trust.principals())
                .containsExactly(
                        "Federated:arn:aws:iam::000000000000:oidc-provider/issuer.example.com/sts");
    }

    @Test
    void valuesOfOtherStacksAreImported() {
        var policies = template.role(Cloud.DATA_ROLE).orElseThrow().policies();

        assertThat(policies.getFirst().statements().getFirst().resources())
                .containsExactly("arn:aws:dynamodb:eu-central-1:000000000000:table/demo-customers");
    }

    @Test
    void aKeyKnowsItsAliases() {
        assertThat(template.keys().getFirst().aliases()).containsExactly("alias/dev-sts");
        assertThat(template.keys().getLast().aliases()).containsExactly("alias/private");
    }

    @Test
    void aResourceWhoseConditionDoesNotHoldIsNotThere() throws Exception {
        var prod =
                Template.load(
                        Path.of(TemplateTest.class.getResource("/assembly").toURI()),
                        Map.of("Mode", "prod"));

        assertThat(template.role("arn:aws:iam::000000000000:role/prod-only")).isEmpty();
        assertThat(prod.role("arn:aws:iam::000000000000:role/prod-only")).isPresent();
        assertThat(prod.functions().getFirst().environment()).containsEntry("PROD", "yes");
    }

    @Test
    void whatIsNotUnderstoodIsSaid(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> Template.load(folder, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("no *.template.json");

        write(folder, "{\"TableName\": {\"Fn::Cidr\": []}}");
        assertThatThrownBy(() -> Template.load(folder, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("Fn::Cidr");

        write(folder, "{\"TableName\": {\"Ref\": \"Nothing\"}}");
        assertThatThrownBy(() -> Template.load(folder, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("Nothing");

        write(folder, "{\"TableName\": {\"Fn::ImportValue\": \"nowhere\"}}");
        assertThatThrownBy(() -> Template.load(folder, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void aPolicyElementThatCouldBeHalfUnderstoodIsRefused(@TempDir Path folder) throws IOException {
        write(
                folder,
                """
                {"TableName": "t", "ResourcePolicy": {"PolicyDocument": {"Statement":
                  {"Effect": "Allow", "NotPrincipal": "*", "Action": "*", "Resource": "*"}}}}
                """);

        assertThatThrownBy(() -> Template.load(folder, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("NotPrincipal");
    }

    private static void write(Path folder, String properties) throws IOException {
        Files.writeString(
                folder.resolve("a.template.json"),
                "{\"Resources\": {\"T\": {\"Type\": \"AWS::DynamoDB::Table\", \"Properties\": "
                        + properties
                        + "}}}");
    }
}
