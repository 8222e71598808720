package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.cli.RunningStack;
import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What decides beside the policies in force, on the whole running system: a decision service with the shape
 * of Open Policy Agent, which can only narrow, and policies in shadow, which change nothing.
 */
class BesidePoliciesIT {
    /** A Monday morning: refunds wait for a working day. */
    private static final Instant MONDAY = Instant.parse("2026-11-23T10:00:00Z");

    private static final String READ = "crm___get_customer";
    private static final String CUSTOMER = "{\"customer_id\":\"C-1001\"}";
    private static final String YES = "{\"result\": true}";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder = Path.of("");

    private static HttpServer service;
    private static LocalStack stack;
    private static final List<JsonNode> ASKED = new CopyOnWriteArrayList<>();
    private static volatile int status = 200;
    private static volatile String answer = YES;
    private static volatile CountDownLatch held = new CountDownLatch(0);

    @BeforeAll
    static void up() throws IOException {
        service =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        service.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        service.createContext("/v1/data/mcp/allow", BesidePoliciesIT::serve);
        service.start();
        var home =
                Assembly.in(folder.resolve("home"))
                        .withRouterVariable(
                                "DECISION_URL",
                                "http://127.0.0.1:"
                                        + service.getAddress().getPort()
                                        + "/v1/data/mcp/allow")
                        // a busy machine answers late; too late is what a test makes it
                        .withRouterVariable("DECISION_TIMEOUT_MS", "3000")
                        .home();
        stack =
                LocalStack.start(
                        new StackFactory.Options(
                                home,
                                0,
                                0,
                                folder.resolve("data"),
                                true,
                                Optional.empty(),
                                "dev",
                                false,
                                Clock.offset(
                                        Clock.systemUTC(),
                                        Duration.between(Instant.now(), MONDAY))),
                        _ -> {});
    }

    @AfterAll
    static void down() {
        held.countDown();
        stack.close();
        service.stop(0);
    }

    @BeforeEach
    void agree() {
        status = 200;
        answer = YES;
        ASKED.clear();
    }

    @AfterEach
    void letGo() {
        held.countDown();
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            ASKED.add(JSON.readTree(exchange.getRequestBody().readAllBytes()).path("input"));
            held.await(20, TimeUnit.SECONDS);
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aYesLeavesThePermitAndTheServiceSawWhatThePoliciesSaw() {
        var call = as("ada").call(READ, CUSTOMER);

        assertThat(call.isError()).isFalse();
        assertThat(ASKED).hasSize(1);
        assertThat(ASKED.getFirst().path("tool").asText()).isEqualTo(READ);
        assertThat(ASKED.getFirst().path("input").path("customer_id").asText()).isEqualTo("C-1001");
        assertThat(external(call).path("outcome").asText()).isEqualTo("allow");
    }

    @Test
    void aNoDeniesWhatThePoliciesPermitAndItsReasonIsTold() {
        answer = "{\"result\": {\"allow\": false, \"reason\": \"closed at night\"}}";
        var entered = stack.entered(READ);

        var call = as("ada").call(READ, CUSTOMER);

        assertThat(call.code()).isEqualTo("denied");
        assertThat(call.structured().path("reasons").toString()).contains("closed at night");
        assertThat(stack.entered(READ)).as("nothing ran").isEqualTo(entered);
        assertThat(external(call).path("outcome").asText()).isEqualTo("deny");
    }

    @Test
    void itIsNeverAskedAboutWhatThePoliciesDoNotPermit() {
        var call = as("mallory").call(READ, CUSTOMER);
        var refund = as("ada").call("billing___refund", refund(900));

        assertThat(call.code()).isEqualTo("denied");
        assertThat(refund.code()).isEqualTo("approval_required");
        assertThat(ASKED).isEmpty();
        assertThat(decision(call).has("external")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "500 {\"result\": true}",
                "302 {\"result\": true}",
                "200 {\"result\": \"true\"}",
                "200 {}",
                "200 <html>yes</html>",
                "200 {\"result\": true, \"result\": true}",
            })
    void whatIsNotPlainlyAYesIsANo(String said) {
        status = Integer.parseInt(said.substring(0, 3));
        answer = said.substring(4);

        var call = as("ada").call(READ, CUSTOMER);

        assertThat(call.code()).isEqualTo("denied");
        assertThat(external(call).path("outcome").asText()).isEqualTo("error");
    }

    @Test
    void aServiceThatDoesNotAnswerIsANo() {
        held = new CountDownLatch(1);

        var call = as("ada").call(READ, CUSTOMER);

        assertThat(call.code()).isEqualTo("denied");
        assertThat(external(call).path("reason").asText()).isEqualTo("no answer within 3000 ms");
    }

    @Test
    void policiesAndASetInShadowAreRecordedToldAndNotEnforced() throws IOException {
        var before = stack.policySet(null);
        try {
            stack.publish(
                    policies(
                            "@id(\"trial\") @mode(\"shadow\") forbid (principal, action =="
                                    + " Mcp::Action::\"crm___get_customer\", resource);"));
            stack.policies()
                    .publish(
                            stack.token(TokenOrder.forPolicy("petra")),
                            policies(
                                    "@id(\"whole\") forbid (principal in Mcp::Role::\"support\","
                                            + " action, resource);"),
                            true,
                            false);
            waitForPolicies();

            var read = as("ada").call(READ, CUSTOMER);
            var invoice = as("ada").call("billing___get_invoice", "{\"invoice_id\":\"INV-2001\"}");

            assertThat(read.isError()).isFalse();
            assertThat(invoice.isError()).isFalse();
            var shadows = decision(read).path("shadow");
            assertThat(shadows).hasSize(2);
            assertThat(shadows.path(0).toString())
                    .contains("\"outcome\":\"deny\"", "\"policies\":[\"trial\"]");
            assertThat(shadows.path(0).path("set")).isEqualTo(decision(read).path("set"));
            assertThat(shadows.path(1).toString())
                    .contains("\"outcome\":\"deny\"", "\"policies\":[\"whole\"]");
            assertThat(shadows.path(1).path("set")).isNotEqualTo(decision(read).path("set"));
            assertThat(decision(invoice).path("shadow"))
                    .as("no policy in shadow is about it")
                    .hasSize(1);
        } finally {
            stack.publish(policies(""));
            waitForPolicies();
        }
        assertThat(stack.policySet(null).path("set")).isEqualTo(before.path("set"));
    }

    @Test
    void aReplayOfCallsThatAreNotArchivedSaysSo() throws Exception {
        as("ada").call(READ, CUSTOMER);
        assertThat(stack.awaitArchived(Duration.ofSeconds(30))).isTrue();
        McpClient.Answer late;
        try (var _ = stack.lose("audit-index")) {
            late = as("ada").call(READ, CUSTOMER);
            assertThat(stack.awaitArchived(Duration.ofMillis(300))).isFalse();
        }

        var hasty = stack.decisions(reading(Duration.ZERO));
        var patient = stack.decisions(reading(Duration.ofSeconds(30)));

        assertThat(hasty.path("archived").asBoolean(true)).isFalse();
        assertThat(hasty.path("behindSeconds").asLong()).isPositive();
        assertThat(patient.path("archived").asBoolean()).isTrue();
        assertThat(patient.path("behindSeconds").asLong(-1)).isZero();
        assertThat(patient.toString()).contains(late.callId());
    }

    private static RunningStack.Reading reading(Duration patience) {
        return new RunningStack.Reading(
                "vera", "policy replay", Duration.ofHours(24), patience, null, null);
    }

    /** The baseline and one more file. */
    private static Path policies(String more) throws IOException {
        var edited = Files.createTempDirectory(folder, "policies");
        try (var files = Files.list(Stacks.home().resolve("policies").resolve("baseline"))) {
            for (var file : files.toList()) {
                Files.copy(file, edited.resolve(String.valueOf(file.getFileName())));
            }
        }
        if (!more.isEmpty()) {
            Files.writeString(edited.resolve("more.cedar"), more);
        }
        return edited;
    }

    /** A published set reaches a warm router within its interval; until then the old one decides. */
    private static void waitForPolicies() {
        var version = stack.policySet(null).path("version").asLong();
        var seen = new ArrayList<Long>();
        for (var i = 0; i < 60; i++) {
            seen.add(decision(as("ada").call(READ, CUSTOMER)).path("version").asLong());
            if (seen.getLast() == version) {
                return;
            }
            pause();
        }
        throw new AssertionError("version " + version + " is not in force: " + seen);
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String refund(int amount) {
        return "{\"invoice_id\":\"INV-2001\",\"amount\":" + amount + ",\"currency\":\"EUR\"}";
    }

    private static McpClient as(String user) {
        return Stacks.as(stack, user);
    }

    private static JsonNode decision(McpClient.Answer call) {
        return stack.trace(call.callId()).orElseThrow().path("decision");
    }

    private static JsonNode external(McpClient.Answer call) {
        return decision(call).path("external");
    }
}
