package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.local.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IamTest {
    private static final String CUSTOMERS =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/demo-customers";

    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-23T10:00:00Z"));
    private final Template template = Cloud.template();
    private final Iam iam = new Iam(template, clock);

    private AccessDecision asAda(
            Map<String, String> tags, @Nullable String sessionPolicy, Authorization asked) {
        var credentials =
                iam.issue(
                        Cloud.DATA_ROLE,
                        "ada",
                        tags,
                        "ada",
                        sessionPolicy,
                        clock.instant().plusSeconds(900));
        return iam.decide(credentials.accessKeyId(), asked);
    }

    private static Authorization read(String... leadingKeys) {
        return new Authorization(
                "dynamodb:GetItem",
                CUSTOMERS,
                Map.of("dynamodb:LeadingKeys", List.of(leadingKeys)));
    }

    @Test
    void sessionTagsBindTheLeadingKeys() {
        var own = asAda(Issuer.adasTags(), null, read("demo#C-1001"));
        var other = asAda(Issuer.adasTags(), null, read("acme#C-1001"));
        var mixed = asAda(Issuer.adasTags(), null, read("demo#C-1001", "acme#C-1001"));

        assertThat(own.allowed()).isTrue();
        assertThat(own.reason()).isEqualTo("data[0] OwnTenant");
        assertThat(other.allowed()).isFalse();
        assertThat(other.reason())
                .contains("data[0] OwnTenant needs ForAllValues:StringLike dynamodb:LeadingKeys")
                .doesNotContain("acme");
        assertThat(mixed.allowed()).isFalse();
    }

    @Test
    void withoutTheTagTheVariableMatchesNothing() {
        var decision = asAda(Map.of("user", "ada"), null, read("#C-1001"));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).contains("policy variable without a value");
    }

    @Test
    void aTagValueWithAStarIsNoWildcard() {
        var tags = new HashMap<>(Issuer.adasTags());
        tags.put("tenant", "*");

        assertThat(asAda(tags, null, read("acme#C-1001")).allowed()).isFalse();
    }

    @Test
    void anActionTheRoleDoesNotNameIsDenied() {
        var decision =
                asAda(
                        Issuer.adasTags(),
                        null,
                        new Authorization(
                                "dynamodb:PutItem",
                                CUSTOMERS,
                                Map.of("dynamodb:LeadingKeys", List.of("demo#C-1001"))));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).startsWith("no statement of the role allows it");
    }

    @Test
    void aSessionPolicyNarrowsAndNeverWidens() {
        String none =
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "*"}]}
                """;
        String all =
                """
                {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
                """;

        assertThat(asAda(Issuer.adasTags(), none, read("demo#C-1001")).reason())
                .startsWith("the session policy does not allow it");
        assertThat(asAda(Issuer.adasTags(), all, read("demo#C-1001")).allowed()).isTrue();
        assertThat(asAda(Issuer.adasTags(), all, read("acme#C-1001")).allowed()).isFalse();
    }

    @Test
    void theBoundaryLimitsWhatTheRoleAllows() {
        var decision =
                asAda(
                        Issuer.adasTags(),
                        null,
                        new Authorization(
                                "s3:GetObject", "arn:aws:s3:::audit-000000000000/log/1", Map.of()));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).startsWith("the permissions boundary does not allow it");
    }

    @Test
    void theBoundaryDeniesARevokedUserWithALiveSession() {
        var tags = new HashMap<>(Issuer.adasTags());
        tags.put("user", "revokeduser");

        var decision = asAda(tags, null, read("demo#C-1001"));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).isEqualTo("data-boundary[1] Revoked denies it");
    }

    @Test
    void aResourcePolicyDeniesTheOperatorToo() {
        String audit = "arn:aws:dynamodb:eu-central-1:000000000000:table/audit-eu-central-1";
        String operator = iam.operator().accessKeyId();

        var delete =
                iam.decide(operator, new Authorization("dynamodb:DeleteItem", audit, Map.of()));
        var put = iam.decide(operator, new Authorization("dynamodb:PutItem", audit, Map.of()));

        assertThat(delete.allowed()).isFalse();
        assertThat(delete.reason()).contains("NobodyDeletes");
        assertThat(put.allowed()).isTrue();
    }

    @Test
    void aBucketPolicyAsksForAConditionalWrite() {
        var router = iam.executionCredentials(Cloud.ROUTER_ROLE, "router", Duration.ofHours(1));
        String object = "arn:aws:s3:::audit-000000000000/log/1";

        var bare =
                iam.decide(
                        router.accessKeyId(), new Authorization("s3:PutObject", object, Map.of()));
        var conditional =
                iam.decide(
                        router.accessKeyId(),
                        new Authorization(
                                "s3:PutObject", object, Map.of("s3:if-none-match", List.of("*"))));

        assertThat(bare.allowed()).isFalse();
        assertThat(conditional.allowed()).isTrue();
    }

    @Test
    void aKeyWhosePolicyDoesNotDelegateIsClosedToRolesThatClaimIt() {
        var router = iam.executionCredentials(Cloud.ROUTER_ROLE, "router", Duration.ofHours(1));
        var open = template.keys().getFirst().arn();
        var closed = template.keys().getLast().arn();

        assertThat(
                        iam.decide(
                                        router.accessKeyId(),
                                        new Authorization("kms:Sign", open, Map.of()))
                                .allowed())
                .isTrue();
        assertThat(
                        iam.decide(
                                        router.accessKeyId(),
                                        new Authorization("kms:Sign", closed, Map.of()))
                                .reason())
                .startsWith("the resource's own policy does not allow it");
    }

    @Test
    void aRequestCannotBringItsOwnPrincipalTags() {
        var decision =
                asAda(
                        Issuer.adasTags(),
                        null,
                        new Authorization(
                                "dynamodb:GetItem",
                                CUSTOMERS,
                                Map.of(
                                        "dynamodb:LeadingKeys", List.of("acme#C-1001"),
                                        "aws:PrincipalTag/tenant", List.of("acme"))));

        assertThat(decision.allowed()).isFalse();
    }

    @Test
    void onlyRolesThatTrustLambdaRunFunctions() {
        assertThatThrownBy(() ->
                        iam.executionCredentials(Cloud.DATA_ROLE, "tool", Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trust");
    }

    @Test
    void denialsAreKeptUpToALimitOldestGoingFirst() {
        for (int i = 0; i < Iam.MAX_DENIALS + 1; i++) {
            asAda(
                    Issuer.adasTags(),
                    null,
                    new Authorization("dynamodb:Scan", CUSTOMERS + "/index/" + i, Map.of()));
        }

        assertThat(iam.denials()).hasSize(Iam.MAX_DENIALS);
        assertThat(iam.denials().getFirst().resource()).endsWith("/index/1");
        assertThat(iam.denials().getLast().line())
                .startsWith("denied dynamodb:Scan on ")
                .contains(" to arn:aws:sts::000000000000:assumed-role/data-crm-get-customer/ada: ")
                .doesNotContain("\n");
    }

    @Test
    void aDenialStaysOneLineWhateverTheResourceIsCalled() {
        var decision =
                asAda(
                        Issuer.adasTags(),
                        null,
                        new Authorization(
                                "s3:GetObject",
                                "arn:aws:s3:::audit-000000000000/a\nallowed s3:GetObject",
                                Map.of()));

        assertThat(decision.line()).contains("/a?allowed").doesNotContain("\n");
    }

    @Test
    void credentialsDoNotPrintTheirSecrets() {
        var credentials = iam.executionCredentials(Cloud.ROUTER_ROLE, "f", Duration.ofHours(1));

        assertThat(credentials.accessKeyId()).matches("ASIA[A-Z0-9]{16}");
        assertThat(credentials.toString())
                .doesNotContain(credentials.secretAccessKey())
                .doesNotContain(String.valueOf(credentials.sessionToken()));
    }
}
