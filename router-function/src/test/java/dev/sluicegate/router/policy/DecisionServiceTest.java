package dev.sluicegate.router.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real HTTP server with the shape of Open Policy Agent. */
class DecisionServiceTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<@Nullable JsonNode> input = new AtomicReference<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private HttpServer server;
    private int status = 200;
    private String answer = "{\"result\": true}";
    private boolean slow;
    private boolean slowBody;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    @AfterEach
    void stop() {
        release.countDown();
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            asked.incrementAndGet();
            var body = new JsonMapper().readTree(exchange.getRequestBody().readAllBytes());
            if (exchange.getRequestMethod().equals("POST")
                    && exchange.getRequestURI().getPath().equals("/v1/data/mcp/allow")) {
                input.set(body.path("input"));
            }
            if (slow) {
                hold();
            }
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            if (slowBody) {
                exchange.getResponseBody().write(bytes, 0, 1);
                exchange.getResponseBody().flush();
                hold();
            }
            exchange.getResponseBody().write(bytes);
        }
    }

    private void hold() {
        try {
            release.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\": true}", "{\"result\": {\"allow\": true, \"x\": 1}}"})
    void aYesLeavesThePermitAndIsInTheBasis(String yes) {
        answer = yes;

        var decision = narrowed(permit()).decide(request());

        assertThat(decision).isInstanceOf(Decision.Permit.class);
        assertThat(decision.basis().external())
                .isEqualTo(new Decision.External(name(), "allow", null));
        assertThat(decision.basis().policies()).containsExactly("grant");
    }

    @Test
    void theServiceSeesWhatThePoliciesSee() {
        narrowed(permit()).decide(request());

        assertThat(String.valueOf(input.get()))
                .isEqualTo(request().toJson().toString())
                .contains("C-1001");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"result\": false}", "{\"result\": {\"allow\": false}}"})
    void aNoTakesThePermitAway(String no) {
        answer = no;

        var decision = narrowed(permit()).decide(request());

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(external(decision).outcome()).isEqualTo("deny");
        assertThat(decision.basis().reasons()).isEmpty();
    }

    @Test
    void aReasonReachesTheCallerAsOneShortLine() {
        answer =
                "{\"result\": {\"allow\": false, \"reason\": \"not\\n today\\u202e"
                        + "x".repeat(400)
                        + "\"}}";

        var decision = narrowed(permit()).decide(request());

        assertThat(decision.basis().reasons())
                .singleElement()
                .satisfies(reason -> {
                    assertThat(reason).startsWith("not todayx").hasSizeLessThanOrEqualTo(200);
                    assertThat(external(decision).reason()).isEqualTo(reason);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "true",
                "{}",
                "{\"result\": \"true\"}",
                "{\"result\": 1}",
                "{\"result\": null}",
                "{\"result\": [true]}",
                "{\"result\": {\"allow\": \"true\"}}",
                "{\"result\": {\"allow\": 1}}",
                "{\"result\": {}}",
                "{\"Result\": true}",
                "{\"result\": true, \"result\": false}",
                "{\"result\": true} {\"result\": false}",
                "<html>",
                "{\"result\": tru",
            })
    void whatIsNotPlainlyAYesIsANo(String garbage) {
        answer = garbage;

        var decision = narrowed(permit()).decide(request());

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(external(decision).outcome()).isEqualTo("error");
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 202, 204, 301, 302, 307, 308, 400, 401, 404, 500, 503})
    void anotherStatusIsANoWhateverTheBodySays(int other) {
        status = other;
        answer = other == 204 ? "" : answer;

        var decision = narrowed(permit()).decide(request());

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(external(decision).outcome()).isEqualTo("error");
        assertThat(asked).as("no redirect is followed").hasValue(1);
    }

    @Test
    void anAnswerThatNeverEndsIsCut() {
        answer =
                "{\"x\": \""
                        + "a".repeat(DecisionService.MAX_ANSWER_BYTES)
                        + "\", \"result\": true}";

        assertThat(narrowed(permit()).decide(request())).isInstanceOf(Decision.Deny.class);
    }

    @Test
    void anAnswerAtTheLimitIsRead() {
        var rest = "{\"x\": \"\", \"result\": true}".length();
        answer =
                "{\"x\": \""
                        + "a".repeat(DecisionService.MAX_ANSWER_BYTES - rest)
                        + "\", \"result\": true}";

        assertThat(narrowed(permit()).decide(request())).isInstanceOf(Decision.Permit.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLateAnswerIsANo(boolean head) {
        slow = head;
        slowBody = !head;

        var decision = narrowed(permit(), Duration.ofMillis(150)).decide(request());

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(external(decision).reason()).isEqualTo("no answer within 150 ms");
    }

    @Test
    void aServiceThatIsNotThereIsANo() {
        server.stop(0);

        var decision = narrowed(permit()).decide(request());

        assertThat(decision).isInstanceOf(Decision.Deny.class);
        assertThat(external(decision).outcome()).isEqualTo("error");
    }

    @Test
    void whatThePoliciesDoNotPermitIsNotAskedAbout() {
        var approval = new Decision.ApprovalRule("leads", Duration.ofMinutes(1), 1);
        for (var no :
                List.of(
                        new Decision.Deny(basis()),
                        new Decision.NeedsStepUp(basis(), null),
                        new Decision.NeedsApproval(basis(), approval),
                        new Decision.NeedsStepUpAndApproval(basis(), approval, null))) {
            assertThat(narrowed(no).decide(request())).isEqualTo(no);
        }

        assertThat(asked).as("a yes could not have been heard").hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://opa.example.com/v1/data/allow",
                "http://169.254.169.254/latest",
                "http://127.0.0.1.example.com/",
                "http://10.0.0.1/",
                "http://user:secret@127.0.0.1/",
                "https://user@opa.example.com/",
                "https://opa.example.com/#x",
                "ftp://127.0.0.1/",
                "file:///etc/passwd",
                "opa",
                "https:///v1",
            })
    void onlyHttpsOrLoopbackIsAsked(String url) {
        assertThatThrownBy(() -> new DecisionService(URI.create(url), TIMEOUT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void theTimeoutHasBounds() {
        var url = URI.create("https://opa.example.com/v1/data/allow");

        assertThat(new DecisionService(url, Duration.ofMillis(1))).isNotNull();
        assertThatThrownBy(() -> new DecisionService(url, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecisionService(url, Duration.ofMillis(5_001)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private NarrowedPolicies narrowed(Decision decision) {
        return narrowed(decision, TIMEOUT);
    }

    private NarrowedPolicies narrowed(Decision decision, Duration timeout) {
        return new NarrowedPolicies(
                new Fixed(decision), new DecisionService(URI.create("http://" + name()), timeout));
    }

    private String name() {
        return "127.0.0.1:" + server.getAddress().getPort() + "/v1/data/mcp/allow";
    }

    private record Fixed(Decision decision) implements PolicyDecisionPoint {
        @Override
        public Decision decide(DecisionRequest request) {
            return decision;
        }

        @Override
        public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
            return true;
        }
    }

    private static Decision.External external(Decision decision) {
        return requireNonNull(decision.basis().external());
    }

    private static Decision permit() {
        return new Decision.Permit(basis());
    }

    private static Decision.Basis basis() {
        return new Decision.Basis(
                List.of("grant"), List.of(), List.of(), "support", "sha256:00", 1, "sha256:01");
    }

    private static DecisionRequest request() {
        return new DecisionRequest(
                new DecisionRequest.Caller("ada", true, Set.of("support"), Map.of(), "dev"),
                "crm___get_customer",
                JsonNodeFactory.instance.objectNode().put("customer_id", "C-1001"),
                new DecisionRequest.Session(
                        "cli", "managed", false, 60, "127.0.0.1", Instant.EPOCH, 10, 1),
                new DecisionRequest.Chain("chain", 0, Set.of(), Set.of(), false),
                new DecisionRequest.Quota(0, 0, BigDecimal.ZERO),
                new DecisionRequest.Egress(Set.of(), Set.of()),
                false);
    }
}
