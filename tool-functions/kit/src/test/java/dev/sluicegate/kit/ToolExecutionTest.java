package dev.sluicegate.kit;

import static dev.sluicegate.kit.Calls.CLOCK;
import static dev.sluicegate.kit.Calls.DATA_ROLE;
import static dev.sluicegate.kit.Calls.ENVIRONMENT;
import static dev.sluicegate.kit.Calls.FUNCTION;
import static dev.sluicegate.kit.Calls.NOW;
import static dev.sluicegate.kit.Calls.PRINCIPAL;
import static dev.sluicegate.kit.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.GrantRefusedException;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.contract.ToolOutcome.Status;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class ToolExecutionTest {
    private static final Tool OK = call -> new ToolResult.Done(ok());

    private final Backend backend = new Backend();

    @Test
    void aReadRunsUnderTheCallersSessionAndClaimsNothing() {
        var outcome = run("read", OK, call());

        assertThat(outcome.status()).isEqualTo(Status.OK);
        assertThat(outcome.structured()).isEqualTo(ok());
        assertThat(backend.events).containsExactly("assume " + DATA_ROLE, "run");
        var session = Objects.requireNonNull(outcome.session());
        assertThat(session.role()).isEqualTo(DATA_ROLE);
        assertThat(session.tags()).isEqualTo(call().tags()).containsEntry("customer", "C-1001");
        assertThat(session.sourceIdentity()).isEqualTo(PRINCIPAL);
        assertThat(session.accessKeyId()).startsWith("ASIA");
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "destructive"})
    void anEffectIsClaimedBeforeAnySessionAndBeforeTheToolRuns(String effect) {
        run(effect, OK, call());

        assertThat(backend.events)
                .containsExactly(
                        "claim sha256:ab 0af7651916cd43dd8448eb211c80319c",
                        "assume " + DATA_ROLE,
                        "run");
    }

    @Test
    void theToolSeesTheVerifiedCall() {
        var call = call();

        run(
                "read",
                seen -> {
                    assertThat(seen.callId()).isEqualTo(call.callId());
                    assertThat(seen.tenant()).isEqualTo("demo");
                    assertThat(seen.principal()).isEqualTo(PRINCIPAL);
                    assertThat(seen.now()).isEqualTo(NOW);
                    assertThat(seen.arguments()).isEqualTo(call.arguments());
                    assertThat(seen.table("customers")).isEqualTo("sluicegate-dev-demo-customers");
                    assertThat(seen.remaining()).isPositive().hasSeconds(9);
                    assertThat(seen.dynamoDb().serviceName()).isEqualTo("dynamodb");
                    assertThat(seen.toString()).doesNotContain("C-1001");
                    return new ToolResult.Done(ok());
                },
                call);

        assertThat(backend.events).contains("run");
    }

    @Test
    void aGrantForTheAliasOfThisFunctionIsHonoured() {
        var execution = backend.execution("read", OK);

        assertThat(execution.run(call().bytes(), FUNCTION + ":live", () -> 9_000).status())
                .isEqualTo(Status.OK);
        assertThat(
                        execution
                                .run(
                                        call().withGrantClaim("function", FUNCTION + ":live")
                                                .bytes(),
                                        FUNCTION,
                                        () -> 9_000)
                                .status())
                .isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @CsvSource({
        "tool, billing___refund, grant is for another tool",
        "function, arn:aws:lambda:eu-central-1:000000000000:function:other, "
                + "grant is for another function",
        "function, arn:aws:lambda:eu-central-1:111111111111:function:sluicegate-dev-tool-crm-note, "
                + "grant is for another function",
        "function, nonsense, grant is for another function",
        "argsSha, sha256:00, grant is for other arguments",
        "callId, call-1, grant is malformed",
        "tenant, demo#x, grant is malformed",
        "kid, v9, grant was made with a key that is not in force",
    })
    void aGrantForSomethingElseIsRefused(String claim, String value, String reason) {
        assertRefused(call().withGrantClaim(claim, value).bytes(), Status.GRANT_REFUSED, reason);
    }

    @Test
    void changedArgumentsAreRefused() {
        var call = call();
        var changed = JsonNodeFactory.instance.objectNode().put("customer_id", "C-1002");

        assertRefused(
                call.bytes(call.compactGrant(), changed),
                Status.GRANT_REFUSED,
                "grant is for other arguments");
    }

    @Test
    void aGrantMadeWithAnotherKeyIsRefused() {
        assertRefused(
                call().withKey(CallGrant.key("another tool's secret")).bytes(),
                Status.GRANT_REFUSED,
                "grant was not made with this tool's key");
    }

    @Test
    void aGrantOfAnotherTypeIsRefused() {
        assertRefused(
                call().withGrantClaim("typ", "sts+v1").bytes(),
                Status.GRANT_REFUSED,
                "grant is of another type");
    }

    @Test
    void aGrantForAnotherEnvironmentIsRefused() {
        var environment = new HashMap<>(ENVIRONMENT);
        environment.put("ENVIRONMENT", "prod");
        var outcome =
                backend.execution("read", OK, environment)
                        .run(call().bytes(), FUNCTION, () -> 9_000);

        assertThat(outcome.status()).isEqualTo(Status.GRANT_REFUSED);
        assertThat(outcome.error()).isEqualTo("grant is for another environment");
    }

    @ParameterizedTest
    @CsvSource({
        "-65, -5, OK",
        "-66, -6, GRANT_REFUSED",
        "5, 65, OK",
        "6, 66, GRANT_REFUSED",
    })
    void aGrantIsHonouredInItsTimeWithFiveSecondsOfLeeway(long iat, long exp, Status status) {
        var call =
                call().withGrant(claims ->
                        claims.put("iat", NOW.getEpochSecond() + iat)
                                .put("exp", NOW.getEpochSecond() + exp));

        assertThat(run("read", OK, call).status()).isEqualTo(status);
    }

    @Test
    void aGrantIsHonouredOnce() {
        var execution = backend.execution("read", OK);
        var bytes = call().bytes();

        assertThat(execution.run(bytes, FUNCTION, () -> 9_000).status()).isEqualTo(Status.OK);
        var again = execution.run(bytes, FUNCTION, () -> 9_000);

        assertThat(again.status()).isEqualTo(Status.GRANT_REFUSED);
        assertThat(again.error()).isEqualTo("grant was used before");
        assertThat(backend.events).containsOnlyOnce("run");
    }

    @Test
    void withoutKeysNothingIsHonoured() {
        backend.keysFail = new GrantRefusedException("grant keys cannot be read");

        assertRefused(call().bytes(), Status.GRANT_REFUSED, "grant keys cannot be read");
    }

    @Test
    void theKeyBeforeARotationIsStillHonoured() {
        backend.keys.put("v2", CallGrant.key("the next secret"));
        var execution = backend.execution("read", OK);

        assertThat(execution.run(call().bytes(), FUNCTION, () -> 9_000).status())
                .isEqualTo(Status.OK);
        assertThat(
                        execution
                                .run(
                                        call().withKey(CallGrant.key("the next secret"))
                                                .withGrantClaim("kid", "v2")
                                                .bytes(),
                                        FUNCTION,
                                        () -> 9_000)
                                .status())
                .isEqualTo(Status.OK);
        assertThat(backend.keyReads).isEqualTo(1);
    }

    @Test
    void aNewKeyIsReadWhenItIsFirstUsed() {
        var execution = backend.execution("read", OK);
        execution.run(call().bytes(), FUNCTION, () -> 9_000);
        backend.keys.put("v2", CallGrant.key("the next secret"));
        var call = call().withKey(CallGrant.key("the next secret")).withGrantClaim("kid", "v2");

        assertThat(execution.run(call.bytes(), FUNCTION, () -> 9_000).status())
                .isEqualTo(Status.OK);
        assertThat(backend.keyReads).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "x",
                "{\"grant\":\"a\"}",
                "{\"grant\":null,\"arguments\":{},\"intentSha\":\"s\"}",
                "{\"grant\":\"a.b\",\"arguments\":[],\"intentSha\":\"s\"}",
                "{\"grant\":\"a.b\",\"arguments\":{},\"arguments\":{},\"intentSha\":\"s\"}",
                "{\"grant\":\"a.b\",\"arguments\":{},\"intentSha\":\"s\",\"more\":1}",
                "{\"grant\":\"a.b\",\"arguments\":{},\"intentSha\":\"s\"} {}"
            })
    void whatIsNoRequestIsRefused(String text) {
        assertRefused(text.getBytes(StandardCharsets.UTF_8), Status.GRANT_REFUSED, null);
        assertThat(backend.keyReads).isZero();
    }

    @Test
    void deepArgumentsAreRefused() {
        var deep = "{\"a\":".repeat(100) + "1" + "}".repeat(100);
        var text = "{\"grant\":\"a.b\",\"arguments\":" + deep + ",\"intentSha\":\"s\"}";

        assertRefused(
                text.getBytes(StandardCharsets.UTF_8),
                Status.GRANT_REFUSED,
                "request is malformed");
    }

    @Test
    void withoutATokenNothingRuns() {
        assertRefused(
                call().withoutToken().bytes(), Status.CREDENTIALS_REFUSED, "token is missing");
    }

    @ParameterizedTest
    @CsvSource({
        "tenant, other",
        "user, zyxwvutsrqponmlkjihgfedcba",
        "role, billing-leads",
        "roles, billing-leads:support",
        "env, prod",
        "tool, billing___refund",
        "client, another",
        "customer, C-1002",
        "extra, x",
    })
    void aTokenThatSaysAnythingElseThanTheGrantIsRefusedAndClaimsNothing(String tag, String value) {
        assertRefused(
                call().withTokenTag(tag, value).bytes(),
                Status.CREDENTIALS_REFUSED,
                "token and grant disagree");
    }

    @Test
    void aTokenForAnotherAudienceOrSourceIdentityIsRefused() {
        assertRefused(
                call().withTokenClaims(claims -> claims.put("aud", "billing___refund")).bytes(),
                Status.CREDENTIALS_REFUSED,
                "token and grant disagree");
        assertRefused(
                call().withTokenClaims(
                                claims -> claims.put("https://aws.amazon.com/source_identity", "x"))
                        .bytes(),
                Status.CREDENTIALS_REFUSED,
                "token and grant disagree");
    }

    @Test
    void aTokenWithTwoValuesInATagIsRefused() {
        var call =
                call().withTokenClaims(claims -> {
                    ((ObjectNode) claims.at("/https:~1~1aws.amazon.com~1tags" + "/principal_tags"))
                            .withArray("/user")
                            .add("another");
                    return claims;
                });

        assertRefused(call.bytes(), Status.CREDENTIALS_REFUSED, "token is malformed");
    }

    @Test
    void withoutARecordedIntentNothingRuns() {
        backend.claimFails = new ClaimRefusedException("no such intent is recorded");

        var outcome = run("write", OK, call());

        assertThat(outcome.status()).isEqualTo(Status.CLAIM_REFUSED);
        assertThat(outcome.error()).isEqualTo("no such intent is recorded");
        assertThat(backend.events).noneMatch(event -> event.startsWith("assume"));
        assertThat(backend.events).doesNotContain("run");
    }

    @Test
    void whenStsRefusesNothingRuns() {
        backend.assumeFails = new CredentialsRefusedException("sts refused the session");

        var outcome = run("write", OK, call());

        assertThat(outcome.status()).isEqualTo(Status.CREDENTIALS_REFUSED);
        assertThat(backend.events).doesNotContain("run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zyxwvutsrqponmlkjihgfedcba"})
    void aSessionUnderAnotherIdentityIsNotUsed(String sourceIdentity) {
        backend.sourceIdentity = sourceIdentity;

        assertThat(run("read", OK, call()).status()).isEqualTo(Status.CREDENTIALS_REFUSED);
        assertThat(backend.events).doesNotContain("run");
    }

    @Test
    void aSessionIsUsedAgainForTheSameBindingOnly() {
        var execution = backend.execution("read", OK);

        var first = execution.run(call().bytes(), FUNCTION, () -> 9_000);
        var same = execution.run(call().bytes(), FUNCTION, () -> 9_000);
        var other = execution.run(call().about("C-1002").bytes(), FUNCTION, () -> 9_000);

        assertThat(same.session()).isEqualTo(first.session());
        assertThat(Objects.requireNonNull(other.session()).tags())
                .containsEntry("customer", "C-1002");
        assertThat(backend.events.stream().filter(event -> event.startsWith("assume"))).hasSize(2);
    }

    @Test
    void theSessionPolicyNamesTheTablesOfThisAccountAndFits() {
        run("read", OK, call());

        assertThat(backend.policies)
                .singleElement()
                .asString()
                .contains(
                        "arn:aws:dynamodb:eu-central-1:000000000000:table/sluicegate-dev-demo-customers")
                .contains("${aws:PrincipalTag/tenant}#${aws:PrincipalTag/customer}")
                .doesNotContain("${table:")
                .hasSizeLessThan(SessionPolicy.MAX_LENGTH);
    }

    @Test
    void theBusinessMaySayNo() {
        var outcome = run("read", call -> new ToolResult.Failed("no such customer"), call());

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.error()).isEqualTo("no such customer");
        assertThat(outcome.session()).isNotNull();
    }

    @Test
    void anExceptionTellsTheCallerNothing() {
        var outcome =
                run(
                        "read",
                        call -> {
                            throw new IllegalStateException("C-1001 has card 4111111111111111");
                        },
                        call());

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.error()).isEqualTo("the tool failed; it may have run");
    }

    @Test
    void aRefusalOfTheBackendIsToldByItsCodeOnly() {
        var outcome =
                run(
                        "read",
                        call -> {
                            throw DynamoDbException.builder()
                                    .statusCode(400)
                                    .message("user arn:aws:... is not authorized")
                                    .awsErrorDetails(
                                            AwsErrorDetails.builder()
                                                    .errorCode("AccessDeniedException")
                                                    .build())
                                    .build();
                        },
                        call());

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.error()).isEqualTo("the tool's backend answered AccessDeniedException");
    }

    @Test
    void aBackendThatDoesNotAnswerIsAFailure() {
        var outcome =
                run(
                        "read",
                        call -> {
                            throw SdkClientException.create("connect 10.0.0.1 timed out");
                        },
                        call());

        assertThat(outcome.error()).isEqualTo("the tool's backend did not answer");
    }

    @Test
    void aResultThatTheManifestExcludesIsNotReleased() {
        var outcome = run("read", call -> new ToolResult.Done(ok().put("card", "4111")), call());

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.structured()).isNull();
        assertThat(outcome.error()).doesNotContain("4111");
    }

    @Test
    void contentAndProgressLeaveWithTheResult() {
        var content = JsonNodeFactory.instance.arrayNode();
        content.addObject().put("type", "text").put("text", "seen");

        var outcome =
                run(
                        "read",
                        call -> {
                            call.progress(0, 2);
                            call.progress(2, 2);
                            return new ToolResult.Done(ok(), content);
                        },
                        call());

        assertThat(outcome.structured()).isEqualTo(ok());
        assertThat(outcome.content()).isEqualTo(content);
        assertThat(outcome.progress())
                .containsExactly(new ToolOutcome.Progress(0, 2), new ToolOutcome.Progress(2, 2));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 2", "2, 1, 2", "3, 3, 2", "-1, 1, 2"})
    void progressThatDoesNotAdvanceIsAFailureOfTheTool(long first, long second, long total) {
        var outcome =
                run(
                        "read",
                        call -> {
                            call.progress(first, total);
                            call.progress(second, total);
                            return new ToolResult.Done(ok());
                        },
                        call());

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(outcome.progress()).isEmpty();
    }

    @Test
    void withoutTimeLeftNothingIsClaimed() {
        var outcome = backend.execution("write", OK).run(call().bytes(), FUNCTION, () -> 0);

        assertThat(outcome.status()).isEqualTo(Status.FAILED);
        assertThat(backend.events).isEmpty();
    }

    @Test
    void anEnvironmentThatDoesNotFitTheManifestIsRefusedAtStart() {
        var withoutTable = new HashMap<>(ENVIRONMENT);
        withoutTable.remove("CUSTOMERS_TABLE");
        var withoutRole = new HashMap<>(ENVIRONMENT);
        withoutRole.remove("DATA_ROLE_ARN");

        assertThatThrownBy(() -> backend.execution("read", OK, withoutTable))
                .hasMessageContaining("CUSTOMERS_TABLE");
        assertThatThrownBy(() -> backend.execution("read", OK, withoutRole))
                .hasMessageContaining("DATA_ROLE_ARN");
        assertThatThrownBy(() ->
                        Wiring.execution(
                                Calls.manifest("read"),
                                OK,
                                Map.of("TOOL_NAME", "billing___refund"),
                                () -> {
                                    throw new AssertionError();
                                },
                                CLOCK))
                .hasMessageContaining("TOOL_NAME");
    }

    @Test
    void aGrantIsForgottenWhenItsAgeRefusesItAnyway() {
        var seen = new SeenGrants();

        assertThat(seen.first("a", 100, 50)).isTrue();
        assertThat(seen.first("a", 100, 100)).isFalse();
        assertThat(seen.first("a", 200, 101)).isTrue();
    }

    private void assertRefused(byte[] request, Status status, @Nullable String reason) {
        var outcome = backend.execution("write", OK).run(request, FUNCTION, () -> 9_000);

        assertThat(outcome.status()).isEqualTo(status);
        if (reason != null) {
            assertThat(outcome.error()).isEqualTo(reason);
        }
        assertThat(outcome.structured()).isNull();
        assertThat(outcome.session()).isNull();
        assertThat(backend.events).isEmpty();
    }

    private ToolOutcome run(String effect, Tool tool, Calls.Call call) {
        return backend.execution(effect, tool).run(call.bytes(), FUNCTION, () -> 9_000);
    }

    private static ObjectNode ok() {
        return JsonNodeFactory.instance.objectNode().put("ok", true);
    }
}
