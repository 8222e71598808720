package dev.sluicegate.local.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleWithWebIdentityResponse;
import software.amazon.awssdk.services.sts.model.ExpiredTokenException;
import software.amazon.awssdk.services.sts.model.IdpCommunicationErrorException;
import software.amazon.awssdk.services.sts.model.InvalidIdentityTokenException;
import software.amazon.awssdk.services.sts.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.sts.model.PackedPolicyTooLargeException;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.services.sts.model.Tag;

class StsServiceTest {
    @TempDir private Path data;
    private Cloud cloud;
    private StsClient sts;

    @BeforeEach
    void start() {
        cloud = new Cloud(data);
        sts = cloud.sts(cloud.execution(Cloud.TOOL_ROLE));
    }

    @AfterEach
    void stop() {
        sts.close();
        cloud.close();
    }

    private AssumeRoleWithWebIdentityResponse assume(
            String token, Consumer<AssumeRoleWithWebIdentityRequest.Builder> change) {
        var request =
                AssumeRoleWithWebIdentityRequest.builder()
                        .roleArn(Cloud.DATA_ROLE)
                        .roleSessionName("ada")
                        .durationSeconds(900)
                        .webIdentityToken(token);
        change.accept(request);
        return sts.assumeRoleWithWebIdentity(request.build());
    }

    private AssumeRoleWithWebIdentityResponse assume(String token) {
        return assume(token, _ -> {});
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        return cloud.issuer.token(Issuer.adasTags(), change);
    }

    private void refused(String token, Class<? extends StsException> as) {
        assertThatThrownBy(() -> assume(token)).isInstanceOf(as);
    }

    private void accessDenied(String token) {
        assertThatThrownBy(() -> assume(token))
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> {
                            assertThat(e.statusCode()).isEqualTo(403);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
                        });
    }

    @Test
    void aGoodTokenGivesASessionThatReadsItsOwnTenantOnly() {
        var answer = assume(cloud.issuer.token());
        var given = answer.credentials();
        var session =
                new SessionCredentials(
                        given.accessKeyId(),
                        given.secretAccessKey(),
                        given.sessionToken(),
                        given.expiration());

        assertThat(answer.subjectFromWebIdentityToken()).isEqualTo("demo/ada/crm___get_customer");
        assertThat(answer.audience()).isEqualTo("crm___get_customer");
        assertThat(answer.sourceIdentity()).isEqualTo("ada");
        assertThat(answer.assumedRoleUser().arn())
                .isEqualTo("arn:aws:sts::000000000000:assumed-role/data-crm-get-customer/ada");
        assertThat(given.expiration()).isEqualTo(cloud.clock.instant().plusSeconds(900));
        try (var client = cloud.dynamoDb(session)) {
            var key =
                    Map.of(
                            "pk", AttributeValue.fromS("demo#C-1001"),
                            "sk", AttributeValue.fromS("CUSTOMER"));
            var others =
                    Map.of(
                            "pk", AttributeValue.fromS("acme#C-1001"),
                            "sk", AttributeValue.fromS("CUSTOMER"));

            assertThat(client.getItem(get -> get.tableName("demo-customers").key(key)).hasItem())
                    .isTrue();
            assertThatThrownBy(() ->
                            client.getItem(get -> get.tableName("demo-customers").key(others)))
                    .hasMessageContaining("not authorized");
            assertThatThrownBy(() ->
                            client.getItem(get -> get.tableName("audit-eu-central-1").key(key)))
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void aForeignKeyUnderAKnownKidIsRefused() {
        var forged =
                Issuer.sign(
                        Issuer.newKey("one"),
                        cloud.issuer.claims(Issuer.adasTags(), claims -> claims));

        refused(forged, InvalidIdentityTokenException.class);
    }

    @Test
    void anUnknownKidIsRefused() {
        var forged =
                Issuer.sign(
                        Issuer.newKey("two"),
                        cloud.issuer.claims(Issuer.adasTags(), claims -> claims));

        refused(forged, InvalidIdentityTokenException.class);
    }

    @Test
    void aRotatedKeyIsFoundAtItsIssuer() throws InterruptedException {
        assume(cloud.issuer.token());
        cloud.issuer.rotate("two");
        Thread.sleep(1_100);

        assertThat(assume(cloud.issuer.token()).credentials()).isNotNull();
    }

    @Test
    void anUnsignedTokenIsRefused() {
        var claims = cloud.issuer.claims(Issuer.adasTags(), one -> one);

        refused(new PlainJWT(claims).serialize(), InvalidIdentityTokenException.class);
    }

    @Test
    void anotherAlgorithmThanRs256IsRefused() {
        var key = Issuer.newKey("one");

        refused(
                Issuer.sign(
                        key,
                        JWSAlgorithm.PS256,
                        cloud.issuer.claims(Issuer.adasTags(), claims -> claims)),
                InvalidIdentityTokenException.class);
    }

    @Test
    void aChangedPayloadIsRefused() {
        String[] parts = cloud.issuer.token().split("\\.", -1);
        String[] others = token(claims -> claims.subject("demo/eve/x")).split("\\.", -1);

        refused(parts[0] + "." + others[1] + "." + parts[2], InvalidIdentityTokenException.class);
    }

    @Test
    void aWrongIssuerIsRefused() {
        refused(
                token(claims -> claims.issuer("https://issuer.example.com/other")),
                InvalidIdentityTokenException.class);
        refused(
                token(claims -> claims.issuer(Issuer.URL + "/")),
                InvalidIdentityTokenException.class);
    }

    @Test
    void anAudienceTheProviderDoesNotKnowIsRefused() {
        refused(
                token(claims -> claims.audience("mail___send")),
                InvalidIdentityTokenException.class);
        refused(
                token(claims -> claims.audience(List.of("crm___get_customer", "billing___refund"))),
                InvalidIdentityTokenException.class);
    }

    @Test
    void theAudienceOfAnotherToolIsDeniedByTheTrustPolicy() {
        accessDenied(token(claims -> claims.audience("billing___refund")));
        // STS takes azp for the audience where there is one
        accessDenied(token(claims -> claims.claim("azp", "billing___refund")));
    }

    @Test
    void anExpiredTokenIsRefused() {
        String token = cloud.issuer.token();
        cloud.clock.forward(Duration.ofMinutes(2));

        refused(token, ExpiredTokenException.class);
    }

    @Test
    void aTokenWithoutTimesOrFromTheFutureIsRefused() {
        refused(token(claims -> claims.expirationTime(null)), InvalidIdentityTokenException.class);
        refused(token(claims -> claims.issueTime(null)), InvalidIdentityTokenException.class);
        refused(
                token(claims -> claims.issueTime(Date.from(cloud.clock.instant().plusSeconds(61)))),
                InvalidIdentityTokenException.class);
    }

    @Test
    void theTrustPolicyAsksForItsTags() {
        for (String missing : List.of("tenant", "user", "env", "tool")) {
            var tags = Issuer.adasTags();
            tags.remove(missing);
            accessDenied(cloud.issuer.token(tags, claims -> claims));
        }
        var prod = Issuer.adasTags();
        prod.put("env", "prod");
        accessDenied(cloud.issuer.token(prod, claims -> claims));
        var more = Issuer.adasTags();
        more.put("admin", "true");
        accessDenied(cloud.issuer.token(more, claims -> claims));
        accessDenied(token(claims -> claims.claim("https://aws.amazon.com/tags", null)));
    }

    @Test
    void tagsOutsideTheLimitsAreRefused() {
        var tooMany = new LinkedHashMap<>(Issuer.adasTags());
        for (int i = 0; i < 47; i++) {
            tooMany.put("t" + i, "x");
        }
        var long_ = Issuer.adasTags();
        long_.put("customer", "x".repeat(257));
        var characters = Issuer.adasTags();
        characters.put("customer", "a*b");
        var twice = Issuer.adasTags();
        twice.put("Tenant", "acme");

        for (var tags : List.of(tooMany, long_, characters, twice)) {
            refused(
                    cloud.issuer.token(tags, claims -> claims),
                    InvalidIdentityTokenException.class);
        }
        var largest = Issuer.adasTags();
        largest.put("customer", "x".repeat(256));
        assertThat(assume(cloud.issuer.token(largest, claims -> claims)).credentials()).isNotNull();
    }

    @Test
    void aTagWithTwoValuesIsRefused() {
        refused(
                token(claims ->
                        claims.claim(
                                "https://aws.amazon.com/tags",
                                Map.of(
                                        "principal_tags",
                                        Map.of("tenant", List.of("demo", "acme"))))),
                InvalidIdentityTokenException.class);
    }

    @Test
    void aSourceIdentityOutsideItsLimitsIsRefused() {
        for (String bad : List.of("a", "x".repeat(65), "a b", "")) {
            refused(
                    token(claims -> claims.claim("https://aws.amazon.com/source_identity", bad)),
                    InvalidIdentityTokenException.class);
        }
    }

    @Test
    void aTokenOverTheLimitIsRefused() {
        refused(
                token(claims -> claims.claim("padding", "x".repeat(20_000))),
                InvalidIdentityTokenException.class);
    }

    @Test
    void nonsenseIsRefused() {
        for (String token : List.of("x", "a.b.c", "....", "e30.e30.")) {
            refused(token, InvalidIdentityTokenException.class);
        }
    }

    @Test
    void theDurationHasToFitTheRole() {
        assertThatThrownBy(() -> assume(cloud.issuer.token(), one -> one.durationSeconds(899)))
                .hasMessageContaining("DurationSeconds");
        assertThatThrownBy(() -> assume(cloud.issuer.token(), one -> one.durationSeconds(3601)))
                .hasMessageContaining("MaxSessionDuration");
        assertThat(
                        assume(cloud.issuer.token(), one -> one.durationSeconds(3600))
                                .credentials()
                                .expiration())
                .isEqualTo(cloud.clock.instant().plusSeconds(3600));
    }

    @Test
    void theSessionPolicyHasALimitAndHasToParse() {
        assertThatThrownBy(() -> assume(cloud.issuer.token(), one -> one.policy("x".repeat(2049))))
                .isInstanceOf(PackedPolicyTooLargeException.class);
        assertThatThrownBy(() -> assume(cloud.issuer.token(), one -> one.policy("{}")))
                .isInstanceOf(MalformedPolicyDocumentException.class);
        assertThatThrownBy(() -> assume(cloud.issuer.token(), one -> one.policy("{")))
                .isInstanceOf(MalformedPolicyDocumentException.class);
    }

    @Test
    void anUnknownRoleIsAnsweredLikeOneThatDoesNotTrust() {
        assertThatThrownBy(() ->
                        assume(
                                cloud.issuer.token(),
                                one -> one.roleArn("arn:aws:iam::000000000000:role/nobody")))
                .hasMessageContaining("Not authorized to perform sts:AssumeRoleWithWebIdentity");
        assertThatThrownBy(
                        () -> assume(cloud.issuer.token(), one -> one.roleArn(Cloud.ROUTER_ROLE)))
                .hasMessageContaining("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }

    @Test
    void anIssuerThatCannotBeReachedMeansNo() {
        cloud.issuer.close();

        refused(cloud.issuer.token(), IdpCommunicationErrorException.class);
    }

    @Test
    void refusalsOfTheTrustPolicyAreExplained() {
        var tags = Issuer.adasTags();
        tags.remove("tenant");
        accessDenied(cloud.issuer.token(tags, claims -> claims));

        assertThat(cloud.iam.denials().getLast().line())
                .contains("sts:AssumeRoleWithWebIdentity")
                .contains("needs Null aws:RequestTag/tenant");
    }

    @Test
    void callersLearnWhoTheyAre() {
        var me = sts.getCallerIdentity();

        assertThat(me.account()).isEqualTo("000000000000");
        assertThat(me.arn())
                .isEqualTo(
                        "arn:aws:sts::000000000000:assumed-role/exec-tool-crm-get-customer/function");
    }

    @Test
    void aRoleIsAssumedByWhomItTrustsOnly() {
        try (var router = cloud.sts(cloud.execution(Cloud.ROUTER_ROLE));
                var operator = cloud.sts(cloud.iam.operator())) {
            String role = "arn:aws:iam::000000000000:role/chained";

            var answer =
                    router.assumeRole(one ->
                            one.roleArn(role)
                                    .roleSessionName("chain")
                                    .tags(
                                            List.of(
                                                    Tag.builder()
                                                            .key("tenant")
                                                            .value("demo")
                                                            .build())));

            assertThat(answer.credentials().accessKeyId()).startsWith("ASIA");
            for (var stranger : List.of(sts, operator)) {
                assertThatThrownBy(() ->
                                stranger.assumeRole(
                                        one -> one.roleArn(role).roleSessionName("chain")))
                        .hasMessageContaining("not authorized to perform: sts:AssumeRole");
            }
            assertThatThrownBy(() ->
                            router.assumeRole(one ->
                                    one.roleArn(role)
                                            .roleSessionName("chain")
                                            .sourceIdentity("someone")))
                    .hasMessageContaining("sts:SetSourceIdentity");
        }
    }

    @Test
    void anUnknownOperationSaysSo() {
        assertThatThrownBy(() -> sts.getSessionToken())
                .isInstanceOfSatisfying(
                        StsException.class,
                        e ->
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("UnknownOperationException"));
    }
}
