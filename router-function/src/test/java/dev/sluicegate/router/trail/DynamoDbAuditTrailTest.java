package dev.sluicegate.router.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.audit.Journal;
import dev.sluicegate.audit.payload.PayloadBucket;
import dev.sluicegate.audit.payload.PayloadSealer;
import dev.sluicegate.contract.SessionTags;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.record.AuditRecord;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.router.chain.ChainStore;
import dev.sluicegate.router.chain.Learned;
import dev.sluicegate.router.chain.RateLimits;
import dev.sluicegate.router.enforcement.AuditTrail;
import dev.sluicegate.router.enforcement.AuditUnavailableException;
import dev.sluicegate.router.enforcement.Decided;
import dev.sluicegate.router.enforcement.InboundCall;
import dev.sluicegate.router.enforcement.Outcome;
import dev.sluicegate.router.enforcement.RecordedCall;
import dev.sluicegate.router.enforcement.RecordedCalls;
import dev.sluicegate.router.enforcement.RefusalCode;
import dev.sluicegate.router.enforcement.RefusedRequest;
import dev.sluicegate.router.enforcement.ToolInvoker.Invocation;
import dev.sluicegate.router.screening.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;

class DynamoDbAuditTrailTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "AKIAQ3EGTTBX7WNC5HUD";
    private static final String DATA_KEY =
            "{\"KeyId\":\"k\",\"CiphertextBlob\":\"c2VhbGVk\",\"Plaintext\":\""
                    + Base64.getEncoder().encodeToString(new byte[32])
                    + "\"}";

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;
    private final List<String> keyRequests = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private volatile boolean kmsFails;
    private volatile boolean bucketFails;
    private DynamoDbClient client;
    private KmsClient kms;
    private S3Client s3;
    private DynamoDbAuditTrail trail;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
                    var body = exchange.getRequestBody().readAllBytes();
                    if (target == null) {
                        objects.put(exchange.getRequestURI().getPath(), body);
                    } else if (target.startsWith("TrentService.")) {
                        keyRequests.add(target);
                    } else {
                        requests.add(new String(body, StandardCharsets.UTF_8));
                    }
                    var fails = target == null ? bucketFails : kmsFails && isKms(target);
                    var answer =
                            (target != null && isKms(target) ? DATA_KEY : "{}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
                    exchange.sendResponseHeaders(
                            fails ? 400 : 200, target == null ? -1 : answer.length);
                    if (target != null) {
                        exchange.getResponseBody().write(answer);
                    }
                    exchange.close();
                });
        server.start();
        var endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        var credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));
        client =
                DynamoDbClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(endpoint)
                        .credentialsProvider(credentials)
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        kms =
                KmsClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(endpoint)
                        .credentialsProvider(credentials)
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        s3 =
                S3Client.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(endpoint)
                        .credentialsProvider(credentials)
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .forcePathStyle(true)
                        .build();
        trail =
                new DynamoDbAuditTrail(
                        new Journal(client, "audit", "router", RecordedCalls.CLOCK),
                        new ChainStore(
                                client,
                                "chains",
                                RecordedCalls.CLOCK,
                                ZoneOffset.UTC,
                                RateLimits.DEFAULT),
                        new PayloadSealer(
                                kms,
                                "alias/payload",
                                "keys",
                                new PayloadBucket(
                                        s3,
                                        "bucket",
                                        ObjectLockMode.COMPLIANCE,
                                        Duration.ofDays(1),
                                        RecordedCalls.CLOCK),
                                RecordedCalls.CLOCK),
                        KeyedDigest.ofSecret("test"),
                        RecordedCalls.CLOCK);
    }

    @AfterEach
    void stop() {
        client.close();
        kms.close();
        s3.close();
        server.stop(0);
    }

    @Test
    void argumentsThatNobodyHasScreenedAreNoFacts() {
        var call = RecordedCalls.note().with(customer(SECRET)).recorded();

        for (var stage : List.of("identity", "mcp", "screening")) {
            refuse(call, stage, List.of());
        }

        assertThat(requests).hasSizeGreaterThan(3).noneMatch(r -> r.contains(SECRET));
    }

    @Test
    void anArgumentOfAnySizeStillLeavesARecordOfItsRefusal() {
        var call = RecordedCalls.note().with(customer("é".repeat(100_000))).recorded();

        refuse(call, "mcp", List.of());
        refuse(call, "policy", List.of());

        assertThat(records("DENIED")).hasSize(2);
        assertThat(records("DENIED").getLast().path("args").path("facts").path("/customer_id"))
                .hasToString("\"" + "é".repeat(128) + "…\"");
    }

    @Test
    void aRefusedRequestNamesWhoAskedAndNothingTheySent() {
        var identity = RecordedCalls.note().recorded().authorized().call().identity();

        trail.refusal(
                new RefusedRequest(
                        "01J0000000000000000000000C",
                        identity,
                        RefusalCode.DENIED,
                        "unknown_tool"));

        var record = records("DENIED").getFirst();
        assertThat(record.path("call").asText()).isEqualTo("01J0000000000000000000000C");
        assertThat(record.path("tenant").asText()).isEqualTo("demo");
        assertThat(record.path("who").path("sub").asText()).isEqualTo(identity.principalId());
        assertThat(record.path("refusal"))
                .hasToString("{\"code\":\"denied\",\"reason\":\"unknown_tool\",\"stage\":\"mcp\"}");
        assertThat(record.has("tool") || record.has("args") || record.has("rpc")).isFalse();
    }

    @Test
    void aLoopOfRefusedRequestsAndCallsIsRecordedUpToABoundAndItsRestAsOneCount() {
        var call = RecordedCalls.note().recorded();
        var identity = call.authorized().call().identity();
        for (var i = 0; i < RefusalMeter.RECORDS_PER_MINUTE; i++) {
            trail.refusal(
                    new RefusedRequest(
                            "01J0000000000000000000000C",
                            identity,
                            RefusalCode.DENIED,
                            "unknown_tool"));
        }
        for (var i = 0; i < 7; i++) {
            refuse(call, "policy", List.of());
        }
        trail.settle(); // its minute is not over
        assertThat(records("DENIED")).hasSize(RefusalMeter.RECORDS_PER_MINUTE);

        trail.close();

        assertThat(records("DENIED")).hasSize(RefusalMeter.RECORDS_PER_MINUTE + 1);
        var rest = records("DENIED").getLast();
        assertThat(rest.path("count").asLong()).isEqualTo(7);
        assertThat(rest.path("who").path("sub").asText()).isEqualTo(identity.principalId());
        assertThat(rest.path("refusal").path("reason").asText()).isEqualTo("more_refusals");
        assertThat(rest.has("call")).isFalse();
    }

    @Test
    void onlyACounterIsRecordedAsTheIdOfARequest() {
        for (var id : List.of("7", "4294967296")) {
            assertThat(recordedId(id)).isEqualTo(id);
        }
        for (var id : List.of("4111111111111111", "ghp_abc", "", "-", "\u009b31m", "7 ")) {
            assertThat(recordedId(id)).as(id).matches("hmac-sha256:[0-9a-f]{64}");
        }
        assertThat(recordedId("ghp_abc")).isEqualTo(recordedId("ghp_abc"));
    }

    private String recordedId(String id) {
        var call = RecordedCalls.note().recorded().authorized().call();
        trail.refusal(
                new InboundCall(
                        call.callId(),
                        call.identity(),
                        call.tool(),
                        call.arguments(),
                        call.intent(),
                        id,
                        call.protocol(),
                        null,
                        null,
                        call.receivedAt()),
                null,
                null,
                List.of(),
                "policy",
                refused("no"));
        return records("DENIED").getLast().path("rpc").path("id").asText();
    }

    @Test
    void aPairOfSurrogatesIsNeverCutInHalf() {
        var call = RecordedCalls.note().recorded();

        trail.refusal(
                call.authorized().call(),
                null,
                null,
                List.of(),
                "policy",
                refused("x".repeat(299) + "😀😀"));

        assertThat(records("DENIED")).hasSize(1);
    }

    @Test
    void manyFindingsAtLongPlacesAndManyRolesAreRecordedAllTheSame() {
        var roles =
                IntStream.range(0, 100)
                        .mapToObj(i -> "\"role\" " + i + " " + "é".repeat(80))
                        .collect(java.util.stream.Collectors.toUnmodifiableSet());
        var call = with(roles).recorded();
        var findings =
                IntStream.range(0, 900)
                        .mapToObj(i -> new Finding("/a/" + "é".repeat(2_000), "iban", 1, null, "f"))
                        .toList();

        trail.intent(call.authorized());
        trail.outcome(call, result(findings, null), new Learned(Set.of(), 0, false));
        refuse(call, "screening", findings);

        for (var kind : List.of("INTENT", "OUTCOME", "DENIED")) {
            assertThat(records(kind)).as(kind).hasSize(1);
        }
        assertThat(records("OUTCOME").getFirst().path("redact").path(8).path("type").asText())
                .isEqualTo("more");
        assertThat(records("OUTCOME").getFirst().path("redact").path(8).path("n").asInt())
                .isEqualTo(892);
    }

    @Test
    void theSessionOfARecordIsTheOneThatWasSigned() {
        var call = RecordedCalls.note().recorded();

        trail.outcome(
                call,
                result(List.of(), session("ASIAQ3EGTTBX7WNC5HUD", Map.of())),
                new Learned(Set.of(), 0, false));

        var session = records("OUTCOME").getFirst().path("session");
        assertThat(session.path("accessKeyId").asText()).isEqualTo("ASIAQ3EGTTBX7WNC5HUD");
        assertThat(session.path("tags").path("customer").asText()).isEqualTo("C-1001");
    }

    @Test
    void whatAToolSaysOfAnotherSessionIsNotRecorded() {
        var call = RecordedCalls.note().recorded();

        trail.outcome(
                call,
                result(List.of(), session("ASIAQ3EGTTBX7WNC5HUD", Map.of("note", "stolen data"))),
                new Learned(Set.of(), 0, false));
        trail.outcome(
                call,
                result(List.of(), session("stolen data", Map.of())),
                new Learned(Set.of(), 0, false));

        assertThat(records("OUTCOME")).hasSize(2).noneMatch(r -> r.has("session"));
        assertThat(requests).noneMatch(r -> r.contains("stolen data"));
    }

    @Test
    void whatWasDecidedFromGoesEncryptedWithTheIntentAndItsKeyWithIt() {
        var call = RecordedCalls.note().with(customer("C-7777")).recorded();

        trail.intent(call.authorized());

        var input = records("INTENT").getFirst().path("decision").path("input");
        assertThat(input.path("sha").asText()).startsWith("sha256:");
        assertThat(input.has("at")).isFalse();
        var items = transaction("INTENT");
        var item = items.path(0).path("Put").path("Item");
        var envelope = Base64.getDecoder().decode(item.path("p").path("B").asText());
        assertThat(CanonicalJson.sha256(envelope)).isEqualTo(input.path("sha").asText());
        assertThat(new String(envelope, StandardCharsets.ISO_8859_1)).doesNotContain("C-7777");
        var key = items.path(items.size() - 1).path("Put");
        assertThat(key.path("TableName").asText()).isEqualTo("keys");
        assertThat(key.path("Item").path("pk").path("S").asText()).isEqualTo("chain#demo#chain");
        assertThat(key.path("Item").path("sk").path("S").asText())
                .isEqualTo("key#" + input.path("key").asText());
    }

    @Test
    void theSecondCallOfAChainAsksKmsForNothingAndWritesNoKey() {
        trail.intent(RecordedCalls.note().recorded().authorized());
        var before = requests.size();

        trail.intent(RecordedCalls.note().recorded().authorized());

        assertThat(keyRequests).containsExactly("TrentService.GenerateDataKey");
        assertThat(requests).hasSize(before + 1);
        assertThat(requests.getLast()).doesNotContain("\"keys\"");
        assertThat(objects).isEmpty();
    }

    @Test
    void withoutAKeyForItsInputThereIsNoIntent() {
        kmsFails = true;
        var call = RecordedCalls.note().recorded();

        assertThatThrownBy(() -> trail.intent(call.authorized()))
                .isInstanceOf(AuditUnavailableException.class);

        assertThat(requests).isEmpty();
    }

    @Test
    void anInputTooLargeForAnItemIsInTheBucketBeforeTheIntent() {
        var call = RecordedCalls.note().with(customer("x".repeat(5_000))).recorded();

        trail.intent(call.authorized());

        var input = records("INTENT").getFirst().path("decision").path("input");
        assertThat(input.path("at").asText())
                .startsWith("payload/2026-11-23/" + call.authorized().call().callId() + ".")
                .endsWith(".decision-input");
        assertThat(objects).containsOnlyKeys("/bucket/" + input.path("at").asText());
        assertThat(transaction("INTENT").path(0).path("Put").path("Item").has("p")).isFalse();
    }

    @Test
    void anInputThatTheBucketDoesNotTakeLeavesNoIntent() {
        bucketFails = true;
        var call = RecordedCalls.note().with(customer("x".repeat(5_000))).recorded();

        assertThatThrownBy(() -> trail.intent(call.authorized()))
                .isInstanceOf(AuditUnavailableException.class);

        assertThat(records("INTENT")).isEmpty();
    }

    @Test
    void aRefusalByPolicyHasItsInputToo() {
        refuse(RecordedCalls.note().recorded(), "policy", List.of());

        assertThat(records("DENIED")).hasSize(1);
        assertThat(records("DENIED").getFirst().path("decision").path("input").has("sha")).isTrue();
        assertThat(transaction("DENIED").path(0).path("Put").path("Item").has("p")).isTrue();
    }

    @Test
    void aRefusalWhoseInputCannotBeStoredIsRecordedWithoutIt() {
        kmsFails = true;

        refuse(RecordedCalls.note().recorded(), "policy", List.of());

        var decision = records("DENIED").getFirst().path("decision");
        assertThat(decision.has("outcome")).isTrue();
        assertThat(decision.has("input")).isFalse();
    }

    private JsonNode transaction(String kind) {
        for (var request : requests) {
            try {
                var items = JSON.readTree(request).path("TransactItems");
                var own = items.path(0).path("Put").path("Item").path("kind").path("S");
                if (own.asText().equals(kind)) {
                    return items;
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        throw new AssertionError("no transaction with " + kind);
    }

    private static boolean isKms(String target) {
        return target.startsWith("TrentService.");
    }

    private void refuse(RecordedCall call, String stage, List<Finding> findings) {
        trail.refusal(
                call.authorized().call(),
                call.authorized().chain(),
                new Decided(call.authorized().request(), call.authorized().decision()),
                findings,
                stage,
                refused("no"));
    }

    private static Outcome.Refused refused(String message) {
        return new Outcome.Refused("c", "chain", RefusalCode.DENIED, message, List.of(), null);
    }

    private static RecordedCalls with(Set<String> roles) {
        var note = RecordedCalls.note();
        return new RecordedCalls(
                note.arguments(),
                note.principal(),
                roles,
                note.role(),
                note.client(),
                note.dataRole(),
                note.bound());
    }

    private static ObjectNode customer(String id) {
        return JSON.createObjectNode().put("customer_id", id);
    }

    private static ToolOutcome.Session session(String accessKeyId, Map<String, String> more) {
        var note = RecordedCalls.note();
        var tags =
                new java.util.HashMap<>(
                        SessionTags.of(
                                "demo",
                                note.principal(),
                                note.role(),
                                note.roles(),
                                "dev",
                                "crm___note",
                                note.client(),
                                note.bound()));
        tags.putAll(more);
        return new ToolOutcome.Session(
                String.valueOf(note.dataRole()), tags, note.principal(), accessKeyId);
    }

    private static AuditTrail.Result result(
            List<Finding> findings, ToolOutcome.@Nullable Session session) {
        return new AuditTrail.Result(
                "ok",
                null,
                new Outcome.ScreenedResult(JSON.createObjectNode().put("isError", false), false),
                findings,
                new Invocation.Answered(
                        new ToolOutcome(ToolOutcome.Status.OK, null, null, null, session), 1, "r"));
    }

    /** The records of a kind that were written, none of them above the limit. */
    private List<JsonNode> records(String kind) {
        var records = new ArrayList<JsonNode>();
        for (var request : requests) {
            try {
                var body = JSON.readTree(request);
                var item = body.path("Item");
                if (item.isMissingNode()) {
                    item = body.path("TransactItems").path(0).path("Put").path("Item");
                }
                if (item.path("kind").path("S").asText().equals(kind)) {
                    var text = item.path("r").path("S").asText();
                    assertThat(text.getBytes(StandardCharsets.UTF_8).length)
                            .isLessThanOrEqualTo(AuditRecord.MAX_BYTES);
                    records.add(JSON.readTree(text));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return records;
    }
}
