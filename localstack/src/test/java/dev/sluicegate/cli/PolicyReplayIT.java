package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.LocalStack;
import dev.sluicegate.record.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A recorded day of a real stack, read again by auditors, changed by attackers and erased. */
class PolicyReplayIT {
    private static final String AUDIT = "sluicegate-dev-audit";
    private static final String KEYS = "sluicegate-dev-audit-keys";

    @TempDir private static Path home = Path.of("");

    private static @Nullable LocalStack stack;
    private static @Nullable AdminEndpoint admin;
    private static @Nullable DynamoDbClient db;
    private static String lookup = "";
    private static String refund = "";
    private static String large = "";
    private static String refused = "";

    @BeforeAll
    static void recordADay() throws Exception {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("policies", "tool-functions")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
        var data = Files.createDirectories(home.resolve("data"));
        var clock = Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);
        var started =
                LocalStack.start(
                        new StackFactory.Options(
                                checkout, 0, 0, data, true, Optional.empty(), "dev", false, clock),
                        _ -> {});
        stack = started;
        var endpoint = new AdminEndpoint(started, () -> {});
        admin = endpoint;
        new Terminal(home).announce(started, endpoint, data);
        db =
                DynamoDbClient.builder()
                        .endpointOverride(started.awsEndpoint())
                        .region(Region.EU_CENTRAL_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                started.operatorKey().accessKeyId(),
                                                started.operatorKey().secretAccessKey())))
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        lookup = call("ada", "crm___get_customer", "{\"customer_id\":\"C-1001\"}");
        refund = call("ada", "billing___refund", refundOf(50));
        large = call("ada", "billing___refund", refundOf(900));
        refused = call("mallory", "crm___get_customer", "{\"customer_id\":\"C-1002\"}");
        awaitArchived(refused);
    }

    @AfterAll
    static void down() {
        if (db != null) {
            db.close();
        }
        if (admin != null) {
            admin.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void thePoliciesInForceDecideTheDayAsItWasDecided() throws Exception {
        var replay = run("policy", "replay", "--candidate", baseline(), "-o", "json");

        assertThat(replay.code()).as(replay.err()).isEqualTo(ExitCode.OK);
        assertThat(replay.json().path("decided").asInt()).isEqualTo(4);
        assertThat(replay.json().path("flips")).isEmpty();
        assertThat(replay.json().path("undecided")).isEmpty();
    }

    @Test
    void aPlantedFlipIsFoundAndPassesOnceItIsAcknowledged() throws Exception {
        var candidate = lowerLimit();

        var found = run("policy", "replay", "--candidate", candidate, "-o", "json");

        assertThat(found.code()).isEqualTo(ExitCode.NO);
        var flips = found.json().path("flips");
        assertThat(flips).hasSize(1);
        var flip = flips.path(0);
        assertThat(flip.path("tool").asText()).isEqualTo("billing___refund");
        assertThat(flip.path("from").asText()).isEqualTo("permit");
        assertThat(flip.path("to").asText()).isEqualTo("needs_approval");
        assertThat(flip.path("user").asText()).startsWith("ada (");
        assertThat(flip.path("examples").path(0).asText()).isEqualTo(refund);
        assertThat(flip.path("acknowledged").asBoolean()).isFalse();

        var wanted = replay(candidate, acknowledgement("refund-small", "2026-11-30"));
        assertThat(wanted.code()).isEqualTo(ExitCode.OK);
        assertThat(wanted.out()).contains("(acknowledged)").contains("0 not acknowledged");
    }

    @Test
    void whoApprovesIsAsMuchOfADecisionAsThatSomebodyMust() throws Exception {
        var candidate =
                changed(
                        "@approver(\"Mcp::Role::billing-leads\")",
                        "@approver(\"Mcp::Role::support\")");

        var found = run("policy", "replay", "--candidate", candidate, "-o", "json");

        assertThat(found.code()).isEqualTo(ExitCode.NO);
        assertThat(found.json().path("flips")).hasSize(1);
        var flip = found.json().path("flips").path(0);
        assertThat(flip.path("from").asText())
                .isEqualTo("needs_approval(1 of billing-leads in 900 s)");
        assertThat(flip.path("to").asText()).isEqualTo("needs_approval(1 of support in 900 s)");
        assertThat(flip.path("examples").path(0).asText()).isEqualTo(large);
        var plain = Files.createTempFile(home, "flips", ".yaml");
        Files.writeString(
                plain,
                """
                - {tool: billing___refund, from: needs_approval, to: needs_approval, until: 2026-11-30, why: w, by: petra}
                """);
        assertThat(replay(candidate, plain).code())
                .as("an outcome that stays is no change of who approves")
                .isEqualTo(ExitCode.NO);
        Files.writeString(
                plain,
                """
                - tool: billing___refund
                  from: needs_approval(1 of billing-leads in 900 s)
                  to: needs_approval(1 of support in 900 s)
                  until: 2026-11-30
                  why: support has leads of its own now
                  by: petra
                """);
        assertThat(replay(candidate, plain).code()).isEqualTo(ExitCode.OK);

        var diff =
                run(
                        "policy",
                        "diff",
                        "head",
                        candidate,
                        "--corpus",
                        home.resolve("policies/corpus").toString(),
                        "-o",
                        "json");
        assertThat(diff.json().path("cases").toString()).contains("1 of support in 900 s");
    }

    @Test
    void anAcknowledgementThatHasEndedOrIsAboutAnotherPolicyCoversNothing() throws Exception {
        var ended = replay(lowerLimit(), acknowledgement("refund-small", "2026-11-22"));
        assertThat(ended.code()).isEqualTo(ExitCode.NO);
        assertThat(ended.out()).contains("acknowledgement 1 ended");

        var other = replay(lowerLimit(), acknowledgement("no-refund-weekend", "2026-11-30"));
        assertThat(other.code()).isEqualTo(ExitCode.NO);
        assertThat(other.out()).contains("acknowledgement 1 covers nothing");
    }

    @Test
    void aCandidateThatDoesNotCompileIsRefusedBeforeAnythingIsRead() throws Exception {
        var broken = Files.createTempDirectory(home, "broken");
        Files.writeString(broken.resolve("x.cedar"), "@id(\"x\") permit (principal,");
        var before = readings();

        var replay = run("policy", "replay", "--candidate", broken.toString());

        assertThat(replay.code()).isEqualTo(ExitCode.NO);
        assertThat(replay.err()).contains("x.cedar:1 x");
        assertThat(readings()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("dev.sluicegate.cli.BadPolicies#all")
    void whatCheckRefusesIsNotPublishedAndItsTextIsNotPrinted(BadPolicies.Bad bad)
            throws Exception {
        var folder = Files.createTempDirectory(home, "bad");
        Files.writeString(folder.resolve("x.cedar"), BadPolicies.text(bad));
        var before = run("policy", "log", "-o", "json").json().at("/versions/0/version");

        var published = run("policy", "publish", folder.toString());

        assertThat(published.code()).isEqualTo(ExitCode.NO);
        var printed = published.out() + published.err();
        assertThat(printed).contains(bad.place()).contains(bad.message());
        assertThat(printed).doesNotContain(BadPolicies.CANARY).doesNotContain("\tat ");
        assertThat(run("policy", "log", "-o", "json").json().at("/versions/0/version"))
                .isEqualTo(before);
    }

    @Test
    void onlyAnAuditorReadsAndEachReadingIsARecord() throws Exception {
        var before = readings();

        var ada = run("policy", "replay", "--candidate", baseline(), "--as", "ada");
        assertThat(ada.code()).isEqualTo(ExitCode.NO);
        assertThat(ada.err()).contains("`ada` is no auditor");
        assertThat(readings()).isEqualTo(before);

        assertThat(run("policy", "replay", "--candidate", baseline()).code()).isZero();
        assertThat(readings()).isEqualTo(before + 1);
        var record = reading("policy replay");
        assertThat(record.path("count").asInt()).isEqualTo(4);
        assertThat(record.path("who").path("roles").path(0).asText()).isEqualTo("auditor");
    }

    @Test
    void aCallIsExplainedByThePoliciesThatDecidedIt() throws Exception {
        var permitted = run("policy", "explain", lookup);
        assertThat(permitted.code()).as(permitted.err()).isZero();
        assertThat(permitted.out())
                .startsWith("permit  crm___get_customer  ada (")
                .contains("grant-support-read  grants.cedar:3")
                .contains("Support agents may look up single customers");

        var asked = run("policy", "explain", large, "--input", "-o", "json");
        assertThat(asked.json().at("/again/approval/approver").asText()).isEqualTo("billing-leads");
        assertThat(asked.json().at("/input/input/amount").asInt()).isEqualTo(900);

        var denied = run("policy", "explain", refused);
        assertThat(denied.out()).startsWith("deny").contains("no policy permits it");
    }

    @Test
    void aCallThatNobodyMadeIsNotExplained() {
        assertThat(run("policy", "explain", "01KB0000000000000000000000").code())
                .isEqualTo(ExitCode.NO);
        assertThat(run("policy", "explain", "what").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run("policy", "explain", lookup, "--as", "petra").code()).isEqualTo(ExitCode.NO);
    }

    @Test
    void aDiffNamesThePolicyTheCasesAndTheRecordedCallsThatChange() throws Exception {
        var diff =
                run(
                        "policy",
                        "diff",
                        "head",
                        lowerLimit(),
                        "--since",
                        "24h",
                        "--corpus",
                        home.resolve("policies/corpus").toString(),
                        "-o",
                        "json");

        assertThat(diff.code()).as(diff.err()).isEqualTo(ExitCode.NO);
        assertThat(diff.json().path("policies")).hasSize(1);
        assertThat(diff.json().at("/policies/0/id").asText()).isEqualTo("refund-small");
        assertThat(diff.json().at("/policies/0/change").asText()).isEqualTo("changed");
        assertThat(diff.json().path("cases")).isNotEmpty();
        assertThat(diff.json().path("calls")).hasSize(1);
        assertThat(diff.json().at("/calls/0/callId").asText()).isEqualTo(refund);

        assertThat(run("policy", "diff", "head", baseline()).code()).isEqualTo(ExitCode.OK);
    }

    @Test
    void oneBitOfARecordedInputMakesReplayAndExplanationSayTampered() throws Exception {
        var item = item(refund);
        var envelope = value(item, "p").b().asByteArray();
        envelope[envelope.length - 1] ^= 1;

        try (var _ = changed(item, "p", AttributeValue.fromB(SdkBytes.fromByteArray(envelope)))) {
            var replay = run("policy", "replay", "--candidate", baseline());
            assertThat(replay.code()).isEqualTo(ExitCode.TAMPERED);
            assertThat(replay.out()).contains("1 not decided again").contains(refund);
            assertThat(run("policy", "explain", refund).code()).isEqualTo(ExitCode.TAMPERED);
        }
    }

    @Test
    void inputsSwappedBetweenTwoCallsAreRefusedEvenWithTheirHashesRewritten() throws Exception {
        var one = item(lookup);
        var other = item(refund);

        try (var _ = changed(one, "p", value(other, "p"))) {
            assertThat(run("policy", "explain", lookup).code()).isEqualTo(ExitCode.TAMPERED);
        }

        var record = (ObjectNode) OutputFormat.JSON.readTree(value(one, "r").s());
        var input = OutputFormat.JSON.readTree(value(other, "r").s()).at("/decision/input");
        ((ObjectNode) record.path("decision")).set("input", input);
        var forged = new HashMap<>(one);
        forged.put("p", value(other, "p"));
        forged.put("r", AttributeValue.fromS(CanonicalJson.string(record)));
        forged.put("sha", AttributeValue.fromS(CanonicalJson.sha256(record)));
        try (var _ = replaced(one, forged)) {
            assertThat(run("policy", "explain", lookup).code()).isEqualTo(ExitCode.TAMPERED);
        }
    }

    @Test
    void aCallWhoseKeyWasErasedIsCountedAndNeverSkipped() throws Exception {
        var erased = keysOf(refused);
        try {
            erased.forEach(PolicyReplayIT::delete);

            var replay = run("policy", "replay", "--candidate", baseline());
            assertThat(replay.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(replay.out())
                    .contains("3 decided again")
                    .contains("1 not decided again, their key was erased: " + refused);
            assertThat(
                            run(
                                            "policy",
                                            "replay",
                                            "--candidate",
                                            baseline(),
                                            "--accept-incomplete")
                                    .code())
                    .isEqualTo(ExitCode.OK);
            var explained = run("policy", "explain", refused);
            assertThat(explained.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(explained.out()).contains("not at hand: erased");
        } finally {
            erased.forEach(row -> db().putItem(r -> r.tableName(KEYS).item(row)));
        }
    }

    @Test
    void theSetInForceIsExportedAndNothingIsOverwritten() throws Exception {
        var folder = home.resolve("exported");

        assertThat(run("policy", "export", folder.toString()).code()).isZero();

        assertThat(Files.readString(folder.resolve("refunds.cedar")))
                .isEqualTo(Files.readString(Path.of(baseline()).resolve("refunds.cedar")));
        assertThat(run("policy", "diff", "head", folder.toString()).code()).isZero();
        assertThat(run("policy", "export", folder.toString()).code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whoCanAndCanIAskThePoliciesInForce() throws Exception {
        var who = run("who-can", "billing___refund", "-o", "json");
        assertThat(who.json().path("roles").toString()).isEqualTo("[\"support\"]");
        assertThat(who.json().path("users").toString()).isEqualTo("[\"ada\"]");

        var yes =
                run(
                        "can-i",
                        "billing___refund",
                        refundOf(50),
                        "--user",
                        "ada",
                        "--at",
                        "2026-11-23T10:00:00Z");
        assertThat(yes.code()).isZero();
        assertThat(yes.out()).startsWith("permit").contains("refund-small");
        var no =
                run(
                        "can-i",
                        "crm___get_customer",
                        "{\"customer_id\":\"C-1001\"}",
                        "--user",
                        "mallory");
        assertThat(no.code()).isEqualTo(ExitCode.NO);
        assertThat(no.out()).startsWith("deny").contains("no policy permits it");
        assertThat(run("can-i", "crm___get_custmer", "{}", "--user", "ada").code())
                .isEqualTo(ExitCode.USAGE);
    }

    // --- the stack --------------------------------------------------------------------------

    private static String call(String user, String tool, String arguments) throws IOException {
        var ran = run("call", tool, arguments, "--user", user, "-o", "json");
        return ran.json().at("/_meta/dev.sluicegate~1callId").asText();
    }

    /** The index is what replay lists calls from. */
    private static void awaitArchived(String callId) {
        var ran = run("trace", callId, "--wait", "30s", "-o", "json");
        assertThat(ran.out()).contains("tlog/");
    }

    private static String refundOf(int amount) {
        return "{\"invoice_id\":\"INV-2001\",\"amount\":" + amount + ",\"currency\":\"EUR\"}";
    }

    private static String baseline() {
        return home.resolve("policies/baseline").toString();
    }

    /** The baseline with one changed rule: refunds without approval up to 40 instead of 100. */
    private static String lowerLimit() throws IOException {
        return changed("decimal(\"100.0000\")", "decimal(\"40.0000\")");
    }

    private static String changed(String from, String to) throws IOException {
        var folder = Files.createTempDirectory(home, "candidate");
        try (var files = Files.list(Path.of(baseline()))) {
            for (var file : files.toList()) {
                var text = Files.readString(file);
                Files.writeString(
                        folder.resolve(String.valueOf(file.getFileName())), text.replace(from, to));
            }
        }
        return folder.toString();
    }

    private static Path acknowledgement(String policy, String until) throws IOException {
        var file = Files.createTempFile(home, "flips", ".yaml");
        Files.writeString(
                file,
                """
                - tool: billing___refund
                  from: permit
                  to: needs_approval
                  policy: %s
                  until: %s
                  why: finance lowered the limit
                  by: petra
                """
                        .formatted(policy, until));
        return file;
    }

    private static Ran replay(String candidate, Path acknowledged) {
        return run("policy", "replay", "--candidate", candidate, "--ack", acknowledged.toString());
    }

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return OutputFormat.JSON.readTree(out);
        }
    }

    private static Ran run(String... arguments) {
        var terminal = new Terminal(home);
        var code = terminal.run(arguments);
        return new Ran(code, terminal.out(), terminal.err());
    }

    // --- the tables -------------------------------------------------------------------------

    private static DynamoDbClient db() {
        return java.util.Objects.requireNonNull(db);
    }

    /** INTENT or DENIED of a call. */
    private static Map<String, AttributeValue> item(String callId) {
        return db().query(request ->
                        request.tableName(AUDIT)
                                .keyConditionExpression("pk = :pk AND begins_with(sk, :first)")
                                .expressionAttributeValues(
                                        Map.of(
                                                ":pk",
                                                AttributeValue.fromS("call#demo#" + callId),
                                                ":first",
                                                AttributeValue.fromS("0#"))))
                .items()
                .getFirst();
    }

    private static AutoCloseable changed(
            Map<String, AttributeValue> item, String name, AttributeValue value) {
        var changed = new HashMap<>(item);
        changed.put(name, value);
        return replaced(item, changed);
    }

    /** As somebody who can overwrite items, until the result is closed. */
    private static AutoCloseable replaced(
            Map<String, AttributeValue> item, Map<String, AttributeValue> other) {
        db().putItem(request -> request.tableName(AUDIT).item(other));
        return () -> db().putItem(request -> request.tableName(AUDIT).item(item));
    }

    private static List<Map<String, AttributeValue>> keysOf(String callId) throws IOException {
        var chain = OutputFormat.JSON.readTree(value(item(callId), "r").s()).path("chain").asText();
        return db().query(request ->
                        request.tableName(KEYS)
                                .keyConditionExpression("pk = :pk")
                                .expressionAttributeValues(
                                        Map.of(":pk", AttributeValue.fromS("chain#demo#" + chain))))
                .items();
    }

    private static void delete(Map<String, AttributeValue> row) {
        db().deleteItem(request ->
                request.tableName(KEYS)
                        .key(Map.of("pk", value(row, "pk"), "sk", value(row, "sk"))));
    }

    private static AttributeValue value(Map<String, AttributeValue> item, String name) {
        return java.util.Objects.requireNonNull(item.get(name), name);
    }

    private static long readings() throws IOException {
        return records("AUDIT_READ").size();
    }

    private static JsonNode reading(String purpose) throws IOException {
        return records("AUDIT_READ").stream()
                .filter(record -> record.at("/rpc/method").asText().equals(purpose))
                .findFirst()
                .orElseThrow();
    }

    private static List<JsonNode> records(String kind) throws IOException {
        var records = new java.util.ArrayList<JsonNode>();
        for (var item : db().scanPaginator(r -> r.tableName(AUDIT)).items()) {
            if (value(item, "kind").s().equals(kind)) {
                records.add(OutputFormat.JSON.readTree(value(item, "r").s()));
            }
        }
        return records;
    }
}
