package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.cli.StackFactory;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.edge.EdgeSettings;
import dev.sluicegate.local.edge.HttpEdge;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two routers, each behind a front door of its own, on the same tables: however calls are spread over them, a
 * principal gets what its buckets hold and no more. The clock stands still, so that nothing comes back unless
 * a test says so.
 */
class ThrottleIT {
    private static final String CUSTOMER = "crm___get_customer";
    private static final String INVOICE = "billing___get_invoice";
    private static final int TOOL = 5;
    private static final String LIMITS =
            """
            {"principal": {"burst": 8, "perMinute": 6}, "tool": {"burst": 5, "perMinute": 6},
             "tools": {"billing___get_invoice": {"burst": 2, "perMinute": 1}}}
            """;

    private static final int CALLERS = 6;
    private static final int FLOOD = 400;

    private static final MovableClock CLOCK =
            new MovableClock(Instant.parse("2026-11-23T10:00:10Z"));

    @TempDir private static Path folder = Path.of("");

    private static LocalStack stack;
    private static HttpEdge other;

    @BeforeAll
    static void up() {
        stack =
                LocalStack.start(
                        new StackFactory.Options(
                                Stacks.home(),
                                0,
                                0,
                                folder,
                                true,
                                Optional.empty(),
                                "dev",
                                false,
                                CLOCK),
                        _ -> {},
                        LIMITS);
        other = stack.anotherRouter(EdgeSettings.on(0));
    }

    @AfterAll
    static void down() {
        if (other != null) {
            other.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    void aToolsBucketIsOneWhicheverRouterIsAskedAndFillsUpAgain() {
        var here = client(stack.mcp(), "ada", "support");
        var there = client(second(other), "ada", "support");
        for (var i = 0; i < TOOL; i++) {
            assertThat(customer(i % 2 == 0 ? here : there).isError()).isFalse();
        }

        var refusedHere = customer(here);
        var refusedThere = customer(there);
        var bystander = customer(client(second(other), "lena", "support"));
        CLOCK.forward(Duration.ofMinutes(1)); // six come back in a minute
        var again = customer(there);

        for (var refused : List.of(refusedHere, refusedThere)) {
            assertThat(refused.status()).isEqualTo(200); // the model has to read it
            assertThat(refused.code()).isEqualTo("rate_limited");
            assertThat(refused.structured().path("retryAfterSeconds").asInt()).isEqualTo(10);
            assertThat(records(refused)).containsExactly("DENIED");
        }
        assertThat(bystander.isError()).isFalse();
        assertThat(again.isError()).isFalse();
    }

    @Test
    void aPrincipalsBucketIsOneOverAllToolsClientsAndRouters() {
        var here = client(stack.mcp(), "ben", "support");
        var there = client(second(other), "ben", "support", "another-client");
        for (var i = 0; i < TOOL; i++) {
            assertThat(customer(i % 2 == 0 ? here : there).isError()).isFalse();
        }
        for (var i = 0; i < 2; i++) {
            assertThat(there.call(INVOICE, "{\"invoice_id\":\"INV-2001\"}").isError()).isFalse();
        }
        var ofInvoice = here.call(INVOICE, "{\"invoice_id\":\"INV-2001\"}");
        var lastOfAll = refund(here);

        var refused = mail(there); // no mail was sent, and still none may be

        assertThat(ofInvoice.code()).isEqualTo("rate_limited");
        assertThat(ofInvoice.structured().path("retryAfterSeconds").asInt()).isEqualTo(60);
        assertThat(lastOfAll.isError()).as(lastOfAll.text()).isFalse();
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(refused.structured().path("retryAfterSeconds").asInt()).isEqualTo(10);
    }

    @Test
    void ofManyAtOnceThroughBothAsManyAreAdmittedAsTheBucketHolds() throws Exception {
        var journal = new JournalReader(stack);
        journal.news();
        var entered = stack.entered(CUSTOMER);
        var here = client(stack.mcp(), "olga", "support");
        var there = client(second(other), "olga", "support");
        List<Callable<McpClient.Answer>> calls = new ArrayList<>();
        for (var i = 0; i < CALLERS; i++) {
            calls.add(() -> customer(here));
            calls.add(() -> customer(there));
        }

        var answers = atOnce(calls);
        // who lost every race was told to come back, and finds what is left
        for (var i = 0; i < TOOL; i++) {
            answers.add(customer(i % 2 == 0 ? here : there));
        }

        var admitted = journal.news().stream().filter(r -> r.startsWith("INTENT")).toList();
        assertThat(admitted).hasSize(TOOL);
        assertThat(stack.entered(CUSTOMER) - entered).isBetween(1L, (long) TOOL);
        assertThat(answers.stream().filter(a -> !a.isError()))
                .isNotEmpty()
                .allSatisfy(a -> assertThat(admitted).contains("INTENT " + a.callId()));
        assertThat(answers.getLast().code()).isEqualTo("rate_limited");
        assertThat(answers.getLast().structured().path("retryAfterSeconds").asInt()).isEqualTo(10);
    }

    @Test
    void overloadIsAnsweredWith429AndRetryAfterCostsNoRecordAndPasses() throws Exception {
        try (var narrow = stack.anotherRouter(EdgeSettings.on(0).withConcurrency(1))) {
            var journal = new JournalReader(stack);
            var call = raw("Bearer " + token("otto", "overload", "support"), true);
            List<Wire.Reply> replies = new ArrayList<>();
            for (var round = 0; round < 20 && !anyOverload(replies); round++) {
                CLOCK.forward(Duration.ofMinutes(1));
                journal.news();
                replies = atOnce(wires(narrow.port(), call, 4 * CALLERS));
            }
            var news = journal.news();
            CLOCK.forward(Duration.ofMinutes(1));
            var after = Wire.send(narrow.port(), call);

            assertThat(replies).anyMatch(reply -> reply.status() == 429);
            assertThat(replies)
                    .allSatisfy(reply -> assertThat(reply.status()).isIn(200, 429))
                    .filteredOn(reply -> reply.status() == 429)
                    .allSatisfy(reply -> {
                        assertThat(reply.headers()).containsEntry("retry-after", "1");
                        assertThat(reply.body()).isEqualTo("{\"message\":\"Too Many Requests\"}");
                    });
            var passed = replies.stream().filter(reply -> reply.status() == 200).count();
            assertThat(news.stream().filter(r -> r.startsWith("INTENT") || r.startsWith("DENIED")))
                    .hasSize((int) passed);
            assertThat(after.status()).isEqualTo(200);
            assertThat(after.json().path("result").path("isError").asBoolean()).isFalse();
        }
    }

    @Test
    void aFloodOfNobodyThroughBothCostsAFewRecordsThatCountItAll() throws Exception {
        var journal = new JournalReader(stack);
        CLOCK.forward(Duration.ofMinutes(1));
        settle(journal);
        var absent = raw("", false);
        var garbage = raw("Bearer garbage", false);
        List<Callable<Wire.Reply>> flood = new ArrayList<>();
        for (var i = 0; i < FLOOD; i++) {
            var door = i % 2 == 0 ? stack.mcp().getPort() : other.port();
            var request = i % 4 < 2 ? absent : garbage;
            flood.add(() -> Wire.send(door, request));
        }

        var replies = atOnce(flood);
        var known = customer(client(stack.mcp(), "dana", "support"));
        var first = journal.news();
        settle(journal, first);

        assertThat(replies).allMatch(reply -> reply.status() == 401 || reply.status() == 429);
        assertThat(known.isError()).as(known.text()).isFalse();
        var nobody = first.stream().filter(r -> r.startsWith("DENIED of nobody")).toList();
        // two reasons at two routers: the first of each minute at once, the rest when it is over
        assertThat(nobody).hasSizeLessThanOrEqualTo(12);
        var refused = replies.stream().filter(reply -> reply.status() == 401).count();
        assertThat(nobody.stream().mapToLong(ThrottleIT::count).sum())
                .isEqualTo(refused + SETTLING);
        assertThat(first.stream().filter(r -> !r.startsWith("DENIED of nobody")))
                .allMatch(r -> r.contains(known.callId()));
    }

    /** Requests without a token that make both routers write down what they have only counted. */
    private static final int SETTLING = 2;

    private static void settle(JournalReader journal) throws IOException {
        settle(journal, new ArrayList<>());
        CLOCK.forward(Duration.ofMinutes(1));
        settle(journal, new ArrayList<>());
        CLOCK.forward(Duration.ofMinutes(1));
    }

    private static void settle(JournalReader journal, List<String> news) throws IOException {
        CLOCK.forward(Duration.ofMinutes(1));
        for (var door : new int[] {stack.mcp().getPort(), other.port()}) {
            assertThat(Wire.send(door, raw("", false)).status()).isEqualTo(401);
        }
        news.addAll(journal.news());
    }

    private static long count(String record) {
        var times = record.lastIndexOf(" x");
        return times < 0 ? 1 : Long.parseLong(record.substring(times + 2));
    }

    private static boolean anyOverload(List<Wire.Reply> replies) {
        return replies.stream().anyMatch(reply -> reply.status() == 429);
    }

    private static List<Callable<Wire.Reply>> wires(int port, byte[] request, int times) {
        List<Callable<Wire.Reply>> wires = new ArrayList<>();
        for (var i = 0; i < times; i++) {
            wires.add(() -> Wire.send(port, request));
        }
        return wires;
    }

    private static byte[] raw(String authorization, boolean call) {
        var meta =
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";
        var method = call ? "tools/call" : "tools/list";
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Host", "127.0.0.1");
        if (!authorization.isEmpty()) {
            headers.put("Authorization", authorization);
        }
        headers.put("Content-Type", "application/json");
        headers.put("Accept", "application/json, text/event-stream");
        headers.put("MCP-Protocol-Version", "2026-07-28");
        headers.put("Mcp-Method", method);
        if (call) {
            headers.put("Mcp-Name", CUSTOMER);
        }
        var body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                        + method
                        + "\",\"params\":{"
                        + (call
                                ? "\"name\":\""
                                        + CUSTOMER
                                        + "\",\"arguments\":{\"customer_id\":\"C-1001\"},"
                                : "")
                        + meta
                        + "}}";
        return Wire.request("POST", "/mcp", headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static URI second(HttpEdge edge) {
        return URI.create("http://127.0.0.1:" + edge.port() + "/mcp");
    }

    private static McpClient client(URI mcp, String user, String role) {
        return client(mcp, user, role, "throttled");
    }

    private static McpClient client(URI mcp, String user, String role, String client) {
        return new McpClient(mcp, token(user, client, role));
    }

    private static String token(String user, String client, String role) {
        return stack.token(
                new TokenOrder(
                        user,
                        List.of(role),
                        client,
                        TokenOrder.ALL_SCOPES,
                        false,
                        Duration.ofHours(12),
                        null));
    }

    private static McpClient.Answer customer(McpClient client) {
        return client.call(CUSTOMER, "{\"customer_id\":\"C-1001\"}");
    }

    private static McpClient.Answer refund(McpClient client) {
        return client.call(
                "billing___refund",
                "{\"invoice_id\":\"INV-2001\",\"amount\":10,\"currency\":\"EUR\"}");
    }

    private static McpClient.Answer mail(McpClient client) {
        return client.call(
                "mail___send", "{\"to\":\"ben@example.com\",\"subject\":\"s\",\"body\":\"b\"}");
    }

    /** Kinds of the records of a call, in order. */
    private static List<String> records(McpClient.Answer answer) {
        return stack
                .operatorClient()
                .scanPaginator(
                        r -> r.tableName(Product.resource("dev", "audit")).consistentRead(true))
                .items()
                .stream()
                .filter(item -> requireNonNull(item.get("r")).s().contains(answer.callId()))
                .map(item -> requireNonNull(item.get("kind")).s())
                .toList();
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<T>();
            for (var answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
