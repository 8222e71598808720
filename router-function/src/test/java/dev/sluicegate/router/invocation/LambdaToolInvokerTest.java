package dev.sluicegate.router.invocation;

import static dev.sluicegate.router.enforcement.RecordedCalls.CLOCK;
import static dev.sluicegate.router.enforcement.RecordedCalls.FUNCTION;
import static dev.sluicegate.router.enforcement.RecordedCalls.NOW;
import static dev.sluicegate.router.enforcement.RecordedCalls.note;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.contract.CallGrant;
import dev.sluicegate.contract.ToolOutcome;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.router.enforcement.ToolInvoker.Invocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;

/** The invoker with the real Lambda client against an endpoint on loopback. */
class LambdaToolInvokerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] KEY = CallGrant.key("the tool's secret");
    private static final String DONE = "{\"status\":\"OK\",\"structured\":{\"ok\":true}}";

    private final FakeSigningKey signing = new FakeSigningKey();
    private final List<JsonNode> payloads = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Answer answer = new Answer(200, DONE);
    private boolean keyFails;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::lambda);
        server.start();
        System.setProperty("aws.region", "eu-central-1");
        System.setProperty("aws.endpointUrl", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        System.clearProperty("aws.endpointUrl");
        server.stop(0);
    }

    @Test
    void theFunctionGetsAGrantForExactlyThisCall() {
        var recorded = note().recorded();

        var invocation = invoker().invoke(recorded);

        assertThat(invocation)
                .isInstanceOfSatisfying(
                        Invocation.Answered.class,
                        answered -> {
                            assertThat(answered.outcome().status())
                                    .isEqualTo(ToolOutcome.Status.OK);
                            assertThat(answered.bytes()).isEqualTo(DONE.length());
                            assertThat(answered.requestId()).isEqualTo("request-1");
                        });
        assertThat(paths).containsExactly("/2015-03-31/functions/" + FUNCTION + "/invocations");
        var payload = payloads.getFirst();
        var call = recorded.authorized().call();
        assertThat(payload.path("arguments")).isEqualTo(call.arguments());
        assertThat(payload.path("intentSha").asText()).isEqualTo("sha256:ab");
        assertThat(payload.path("traceparent").asText()).isEqualTo(call.traceparent());
        assertThat(payload.path("stsToken").asText().split("\\.")).hasSize(3);
        var grant = CallGrant.verify(payload.path("grant").asText(), KEY);
        assertThat(grant.kid()).isEqualTo("v1");
        assertThat(grant.callId()).isEqualTo(call.callId());
        assertThat(grant.tool()).isEqualTo("crm___note");
        assertThat(grant.function()).isEqualTo(FUNCTION);
        assertThat(grant.argsSha()).isEqualTo(CanonicalJson.sha256(call.arguments()));
        assertThat(grant.tenant()).isEqualTo("demo");
        assertThat(grant.principal()).isEqualTo(call.identity().principalId());
        assertThat(grant.role()).isEqualTo("support");
        assertThat(grant.roles()).containsExactly("billing", "support");
        assertThat(grant.env()).isEqualTo("dev");
        assertThat(grant.client()).isEqualTo("inspector");
        assertThat(grant.policySet()).isEqualTo("sha256:dd");
        assertThat(grant.policyVersion()).isEqualTo(7);
        assertThat(grant.iat()).isEqualTo(NOW.getEpochSecond());
        assertThat(grant.exp()).isEqualTo(NOW.getEpochSecond() + 60);
    }

    @Test
    void everyGrantIsItsOwn() {
        var recorded = note().recorded();
        invoker().invoke(recorded);
        invoker().invoke(recorded);

        assertThat(payloads.get(0).path("grant")).isNotEqualTo(payloads.get(1).path("grant"));
    }

    @Test
    void aDecisionWithoutARoleIsGrantedAsNone() {
        invoker().invoke(note().as(null).recorded());

        assertThat(CallGrant.verify(payloads.getFirst().path("grant").asText(), KEY).role())
                .isEqualTo("none");
    }

    @Test
    void aToolWithoutADataRoleGetsNoToken() {
        invoker().invoke(note().withoutDataRole().recorded());

        assertThat(payloads.getFirst().has("stsToken")).isFalse();
        assertThat(signing.signatures).hasValue(0);
    }

    @Test
    void withoutAKeyNothingIsInvoked() {
        keyFails = true;

        assertThat(invoker().invoke(note().recorded()))
                .isEqualTo(new Invocation.NotInvoked("grant key cannot be read"));
        assertThat(payloads).isEmpty();
    }

    @Test
    void withoutASignatureNothingIsInvoked() {
        signing.fails = true;

        assertThat(invoker().invoke(note().recorded())).isInstanceOf(Invocation.NotInvoked.class);
        assertThat(payloads).isEmpty();
    }

    @Test
    void argumentsThatAreNotCanonicalAreNotSent() {
        var arguments = JsonNodeFactory.instance.objectNode().put("customer_id", "\ud800");

        assertThat(invoker().invoke(note().with(arguments).recorded()))
                .isEqualTo(new Invocation.NotInvoked("arguments are not canonical"));
        assertThat(payloads).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "429, TooManyRequestsException",
        "404, ResourceNotFoundException",
        "403, AccessDeniedException",
        "413, RequestTooLargeException",
    })
    void whatLambdaRefusesWasNotInvokedAndIsNotTriedAgain(int status, String code) {
        answer = new Answer(status, "{\"Type\":\"User\"}", code, null);

        assertThat(invoker().invoke(note().recorded()))
                .isEqualTo(new Invocation.NotInvoked("lambda refused: " + code));
        assertThat(payloads).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 408})
    void whatFailedInLambdaMayHaveRunAndIsNotTriedAgain(int status) {
        answer = new Answer(status, "{}", "ServiceException", null);

        assertThat(invoker().invoke(note().recorded())).isInstanceOf(Invocation.Crashed.class);
        assertThat(payloads).hasSize(1);
    }

    @Test
    void aConnectionThatBreaksAfterTheRequestMayHaveRun() {
        answer = new Answer(-1, "");

        assertThat(invoker().invoke(note().recorded())).isInstanceOf(Invocation.Crashed.class);
        assertThat(payloads).hasSize(1);
    }

    @Test
    void aLambdaThatCannotBeReachedWasNotInvoked() {
        var invoker = invoker();
        server.stop(0);

        assertThat(invoker.invoke(note().recorded()))
                .isEqualTo(new Invocation.NotInvoked("lambda cannot be reached"));
    }

    @Test
    void noAnswerInTimeIsATimeout() {
        answer = new Answer(-2, "");

        assertThat(invoker().invoke(note().recorded())).isEqualTo(new Invocation.TimedOut());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"x\"}",
                "{\"errorMessage\":\"2026 id Task timed out after 3.00 seconds\"}"
            })
    void aFunctionThatRanOutOfTimeIsATimeout(String error) {
        answer = new Answer(200, error, null, "Unhandled");

        assertThat(invoker().invoke(note().recorded())).isEqualTo(new Invocation.TimedOut());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"errorMessage\":\"card 4111111111111111\"}", "", "x"})
    void aFunctionThatCrashedTellsNothing(String error) {
        answer = new Answer(200, error, null, "Unhandled");

        assertThat(invoker().invoke(note().recorded()))
                .isEqualTo(new Invocation.Crashed("the function crashed", "request-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "x",
                "{\"status\":\"ok\"}",
                "{\"status\":null}",
                "{\"status\":\"OK\",\"status\":\"OK\"}",
                "{\"status\":\"OK\",\"more\":1}"
            })
    void anAnswerThatIsNoOutcomeIsACrash(String body) {
        answer = new Answer(200, body);

        assertThat(invoker().invoke(note().recorded()))
                .isEqualTo(new Invocation.Crashed("the answer is not an outcome", "request-1"));
    }

    @Test
    void aResultAboveTheManifestsLimitIsTooLarge() {
        answer = sized(1_000);
        assertThat(invoker().invoke(note().recorded())).isInstanceOf(Invocation.Answered.class);

        answer = sized(1_001);
        assertThat(invoker().invoke(note().recorded())).isEqualTo(new Invocation.TooLarge(1_001));

        answer = sized(100_000);
        assertThat(invoker().invoke(note().recorded())).isInstanceOf(Invocation.TooLarge.class);
    }

    @Test
    void aKeyIsReadOncePerFiveMinutes() {
        var reads = new CopyOnWriteArrayList<String>();
        var grants =
                new CallGrants(
                        secretId -> {
                            reads.add(secretId);
                            return new GrantKeySource.GrantKey("v1", KEY);
                        },
                        CLOCK);
        grants.grant(note().recorded());
        grants.grant(note().recorded());

        assertThat(reads).containsExactly("sluicegate-dev-grant-crm-note");
    }

    private LambdaToolInvoker invoker() {
        GrantKeySource keys =
                secretId -> {
                    if (keyFails) {
                        throw new InvocationUnavailableException("grant key cannot be read");
                    }
                    return new GrantKeySource.GrantKey("v1", KEY);
                };
        return new LambdaToolInvoker(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret")),
                AwsCrtHttpClient.builder().build(),
                new CallGrants(keys, CLOCK),
                new StsTokens(signing, "https://issuer.sluicegate.internal", CLOCK));
    }

    private static Answer sized(int bytes) {
        var padding = "x".repeat(bytes - "{\"a\":\"\"}".length());
        return new Answer(200, "{\"status\":\"OK\",\"structured\":{\"a\":\"" + padding + "\"}}");
    }

    private void lambda(HttpExchange exchange) throws IOException {
        payloads.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
        paths.add(URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8));
        if (answer.status() == -1) {
            exchange.close();
            return;
        }
        if (answer.status() == -2) {
            return; // never answers
        }
        var headers = exchange.getResponseHeaders();
        headers.add("x-amzn-RequestId", "request-1");
        if (answer.code() != null) {
            headers.add("X-Amzn-ErrorType", answer.code());
        }
        if (answer.functionError() != null) {
            headers.add("X-Amz-Function-Error", answer.functionError());
        }
        var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private record Answer(
            int status, String body, @Nullable String code, @Nullable String functionError) {
        Answer(int status, String body) {
            this(status, body, null, null);
        }
    }
}
