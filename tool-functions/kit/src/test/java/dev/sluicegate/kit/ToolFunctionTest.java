package dev.sluicegate.kit;

import static dev.sluicegate.kit.Calls.CLOCK;
import static dev.sluicegate.kit.Calls.FUNCTION;
import static dev.sluicegate.kit.Calls.PRINCIPAL;
import static dev.sluicegate.kit.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.RecordKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The whole function with real SDK clients against endpoints on loopback. */
class ToolFunctionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXECUTION_KEY = "AKIAEXECUTIONROLE";
    private static final String SESSION_KEY = "ASIASESSION";

    private final LoopbackAws aws = new LoopbackAws();
    private boolean ran;

    @BeforeEach
    void answerAsAws() {
        aws.answers(
                        "GetSecretValue",
                        200,
                        "{\"VersionId\":\"v1\",\"SecretString\":\"the tool's secret\"}")
                .answers("TransactWriteItems", 200, "{}")
                .answers("GetItem", 200, "{\"Item\":{\"ok\":{\"BOOL\":true}}}")
                .answers(
                        "AssumeRoleWithWebIdentity",
                        200,
                        """
                        <AssumeRoleWithWebIdentityResponse \
                        xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
                        <AssumeRoleWithWebIdentityResult><SourceIdentity>%s</SourceIdentity>\
                        <Credentials><AccessKeyId>%s</AccessKeyId>\
                        <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                        <Expiration>2026-11-23T10:15:00Z</Expiration></Credentials>\
                        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>\
                        """
                                .formatted(PRINCIPAL, SESSION_KEY));
    }

    @AfterEach
    void close() {
        aws.close();
    }

    @Test
    void aWriteIsClaimedUnderTheExecutionRoleAndRunsUnderTheSession() throws Exception {
        var outcome = invoke(call().bytes());

        assertThat(outcome.path("status").asText()).isEqualTo("OK");
        assertThat(outcome.at("/session/accessKeyId").asText()).isEqualTo(SESSION_KEY);
        assertThat(aws.operations())
                .containsExactly(
                        "GetSecretValue",
                        "GetSecretValue",
                        "TransactWriteItems",
                        "AssumeRoleWithWebIdentity",
                        "GetItem");
        assertThat(aws.asked.get(2).authorization()).contains(EXECUTION_KEY);
        assertThat(aws.asked.get(3).authorization()).isEmpty();
        assertThat(aws.asked.get(4).authorization())
                .contains(SESSION_KEY)
                .doesNotContain(EXECUTION_KEY);
    }

    @Test
    void theClaimChecksTheIntentAndWritesExecIfAbsentInOneTransaction() throws Exception {
        var call = call();

        invoke(call.bytes());

        var items = JSON.readTree(aws.asked.get(2).body()).path("TransactItems");
        assertThat(items).hasSize(2);
        var check = items.path(0).path("ConditionCheck");
        assertThat(check.at("/Key/pk/S").asText()).isEqualTo("call#demo#" + call.callId());
        assertThat(check.at("/Key/sk/S").asText()).isEqualTo("0#INTENT");
        assertThat(check.path("ConditionExpression").asText()).isEqualTo("#sha = :sha");
        assertThat(check.at("/ExpressionAttributeValues/:sha/S").asText()).isEqualTo("sha256:ab");
        var put = items.path(1).path("Put");
        assertThat(put.path("ConditionExpression").asText()).isEqualTo("attribute_not_exists(#pk)");
        assertThat(put.at("/Item/pk/S").asText())
                .isEqualTo("exec#crm___note#demo#" + call.callId());
        assertThat(put.at("/Item/sk/S").asText()).isEqualTo("1#EXEC");
        var bytes = put.at("/Item/r/S").asText().getBytes(StandardCharsets.UTF_8);
        var record = AuditRecord.read(bytes);
        assertThat(record.kind()).isEqualTo(RecordKind.EXEC);
        assertThat(record.call()).isEqualTo(call.callId());
        assertThat(record.exec()).isEqualTo(new AuditRecord.Exec(FUNCTION, "sha256:ab"));
        assertThat(record.trace()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(put.at("/Item/sha/S").asText()).isEqualTo(CanonicalJson.sha256(bytes));
    }

    @Test
    void theRecordsOfOneFunctionFollowEachOther() throws Exception {
        var function = new NoteFunction();
        invoke(function, call().bytes());
        invoke(function, call().bytes());

        var first = claimed(2);
        var second = claimed(5);
        assertThat(first.w().seq()).isZero();
        assertThat(second.w().seq()).isEqualTo(1);
        assertThat(second.w().id()).isEqualTo(first.w().id());
        assertThat(second.w().prev()).isEqualTo(CanonicalJson.sha256(first.bytes()));
    }

    @Test
    void afterAClaimOfUnknownFateAnotherWriterOpens() throws Exception {
        var function = new NoteFunction();
        aws.answers("TransactWriteItems", 400, "{\"__type\":\"AccessDeniedException\"}");
        var refused = invoke(function, call().bytes());
        aws.answers("TransactWriteItems", 200, "{}");
        invoke(function, call().bytes());

        assertThat(refused.path("status").asText()).isEqualTo("CLAIM_REFUSED");
        assertThat(claimed(3).w().id()).isNotEqualTo(claimed(2).w().id());
        assertThat(claimed(3).w().seq()).isZero();
    }

    @Test
    void withoutTheIntentNothingRuns() throws Exception {
        aws.answers("TransactWriteItems", 400, cancelled("ConditionalCheckFailed", "None"));

        assertRefused("CLAIM_REFUSED", "no such intent is recorded");
    }

    @Test
    void aCallThatWasExecutedBeforeDoesNotRunAgain() throws Exception {
        aws.answers("TransactWriteItems", 400, cancelled("None", "ConditionalCheckFailed"));

        assertRefused("CLAIM_REFUSED", "the call was executed before");
    }

    @Test
    void aTransactionThatIsCancelledForAnotherReasonIsNoClaim() throws Exception {
        aws.answers("TransactWriteItems", 400, cancelled("TransactionConflict", "None"));

        assertRefused("CLAIM_REFUSED", "execution cannot be recorded");
    }

    @Test
    void withoutTheAuditTableNothingRuns() throws Exception {
        aws.answers(
                "TransactWriteItems",
                400,
                "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\"}");

        assertRefused("CLAIM_REFUSED", "execution cannot be recorded");
    }

    @Test
    void whenStsRefusesNothingRunsAndItsMessageStaysInside() throws Exception {
        aws.answers(
                "AssumeRoleWithWebIdentity",
                403,
                "<ErrorResponse><Error><Code>AccessDenied</Code>"
                        + "<Message>token of demo/ada says</Message></Error></ErrorResponse>");

        assertRefused("CREDENTIALS_REFUSED", "sts refused the session");
    }

    @Test
    void withoutTheSecretNothingRuns() throws Exception {
        aws.answers("GetSecretValue", 400, "{\"__type\":\"AccessDeniedException\"}");

        assertRefused("GRANT_REFUSED", "grant keys cannot be read");
    }

    @Test
    void theToolsTableRefusingIsAFailureWithItsCode() throws Exception {
        aws.answers(
                "GetItem", 400, "{\"__type\":\"AccessDeniedException\",\"message\":\"C-1001\"}");

        var outcome = invoke(call().bytes());

        assertThat(outcome.path("status").asText()).isEqualTo("FAILED");
        assertThat(outcome.path("error").asText())
                .isEqualTo("the tool's backend answered AccessDeniedException");
    }

    @Test
    void aRequestAboveTheLimitIsNotEvenParsed() throws Exception {
        var outcome = invoke(new byte[ToolFunction.MAX_REQUEST_BYTES + 1]);

        assertThat(outcome.path("status").asText()).isEqualTo("GRANT_REFUSED");
        assertThat(outcome.path("error").asText()).isEqualTo("request is too large");
        assertThat(aws.asked).isEmpty();
    }

    private void assertRefused(String status, String error) throws Exception {
        var outcome = invoke(call().bytes());

        assertThat(outcome.path("status").asText()).isEqualTo(status);
        assertThat(outcome.path("error").asText()).isEqualTo(error);
        assertThat(ran).isFalse();
        assertThat(aws.operations()).doesNotContain("GetItem");
    }

    private AuditRecord claimed(int index) throws IOException {
        var record =
                JSON.readTree(aws.asked.get(index).body())
                        .at("/TransactItems/1/Put/Item/r/S")
                        .asText();
        return AuditRecord.read(record.getBytes(StandardCharsets.UTF_8));
    }

    private static String cancelled(String first, String second) {
        return """
        {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
         "Message": "cancelled",
         "CancellationReasons": [{"Code": "%s"}, {"Code": "%s"}]}
        """
                .formatted(first, second);
    }

    private JsonNode invoke(byte[] request) throws IOException {
        return invoke(new NoteFunction(), request);
    }

    private static JsonNode invoke(ToolFunction function, byte[] request) throws IOException {
        var output = new ByteArrayOutputStream();
        function.handleRequest(new ByteArrayInputStream(request), output, context());
        return JSON.readTree(output.toByteArray());
    }

    private static Context context() {
        return (Context)
                Proxy.newProxyInstance(
                        Context.class.getClassLoader(),
                        new Class<?>[] {Context.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "getInvokedFunctionArn" -> FUNCTION;
                                    case "getRemainingTimeInMillis" -> 9_000;
                                    default -> throw new AssertionError(method.getName());
                                });
    }

    private final class NoteFunction extends ToolFunction {
        NoteFunction() {
            super(
                    Wiring.execution(
                            Calls.manifest("write"),
                            ToolFunctionTest.this::note,
                            environment(),
                            StaticCredentialsProvider.create(
                                    AwsBasicCredentials.create(EXECUTION_KEY, "secret")),
                            CLOCK));
        }
    }

    private ToolResult note(ToolCall call) {
        ran = true;
        var item =
                call.dynamoDb()
                        .getItem(request ->
                                request.tableName(call.table("customers"))
                                        .key(Map.of("pk", AttributeValue.fromS("x"))))
                        .item();
        var ok = Objects.requireNonNull(item.get("ok")).bool();
        return new ToolResult.Done(JsonNodeFactory.instance.objectNode().put("ok", ok));
    }

    private static Map<String, String> environment() {
        var environment = new HashMap<>(Calls.ENVIRONMENT);
        environment.put("GRANT_SECRET_ID", "sluicegate-dev-grant-crm-note");
        environment.put("AUDIT_TABLE", "sluicegate-dev-audit");
        return environment;
    }
}
