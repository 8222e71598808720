package dev.sluicegate.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.StrictJson;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tools with five policies each, about nested arguments, roles, session, chain, approval and quota, and 256
 * requests that are permitted, denied, forbidden or waiting for an approval.
 */
final class BenchWorld {
    static final int REQUESTS = 256;
    static final int POLICIES_PER_TOOL = 5;

    private static final Duration MAX_SETTLING = Duration.ofSeconds(20);
    private static final int SETTLING_ROUND = 20_000;
    private static final int QUIET_ROUNDS = 8;
    private static final long QUIET_MILLIS = 5;

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static final String POLICIES =
            """
            @id("t-small") @reason("Small amounts run")
            permit (principal in Mcp::Role::"support", action == Mcp::Action::"t", resource)
            when {
              context.input.order.currency == "EUR" &&
              context.input.order.amount.greaterThan(decimal("0.0")) &&
              context.input.order.amount.lessThanOrEqual(decimal("100.0")) &&
              context.quota.amountToday.lessThanOrEqual(decimal("500.0"))
            };
            @id("t-approved") @reason("More needs a lead") @approver("Mcp::Role::leads")
            permit (principal in Mcp::Role::"support", action == Mcp::Action::"t", resource)
            when {
              context.input.order.currency == "EUR" &&
              context.input.order.amount.lessThanOrEqual(decimal("5000.0")) &&
              context.approval.granted
            };
            @id("t-ops") @reason("Operations may handle urgent orders from managed clients")
            permit (principal in Mcp::Role::"ops", action == Mcp::Action::"t", resource)
            when {
              context.session.client.trust == "managed" &&
              context.input.order.priority >= 3 &&
              ["eu", "us"].contains(context.input.order.region)
            };
            @id("t-exfil") @reason("After personal data it stays inside")
            forbid (principal, action == Mcp::Action::"t", resource)
            when { context.chain.labels.containsAny(["pii", "secret"]) }
            unless { ["example.com"].containsAll(context.egress.domains) };
            @id("t-weekend") @reason("Not at the weekend")
            forbid (principal, action == Mcp::Action::"t", resource)
            when { context.session.dow >= 6 };
            """;

    private static final String INPUT_SCHEMA =
            """
            {"type": "object", "required": ["order"], "properties": {
              "order": {"type": "object", "required": ["currency", "amount", "priority", "region"],
                "properties": {
                  "currency": {"type": "string"}, "amount": {"type": "number"},
                  "priority": {"type": "integer"}, "region": {"type": "string"},
                  "tags": {"type": "array", "items": {"type": "string"}}}},
              "note": {"type": "string"}}}
            """;

    private final int policies;
    private final List<ObjectNode> templates = new ArrayList<>();
    private final ObjectNode inputSchema;
    private final List<Asked> requests = new ArrayList<>();

    /** One call as it arrives, and what the router knows about it besides. */
    record Asked(
            byte[] body,
            DecisionRequest.Caller caller,
            String tool,
            DecisionRequest.Session session,
            DecisionRequest.Chain chain,
            DecisionRequest.Quota quota,
            DecisionRequest.Egress egress) {
        /** As the router reads bodies. */
        DecisionRequest read() {
            var params = StrictJson.read(body).path("params");
            return with(params.path("name").textValue(), (ObjectNode) params.path("arguments"));
        }

        DecisionRequest with(String name, ObjectNode arguments) {
            return new DecisionRequest(
                    caller, name, arguments, session, chain, quota, egress, false);
        }
    }

    BenchWorld(int policies) {
        this.policies = policies;
        try {
            inputSchema = (ObjectNode) JSON.readTree(INPUT_SCHEMA);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        for (var statement : CedarParser.statements("bench", POLICIES)) {
            templates.add(CedarParser.parse(statement).json());
        }
        var random = new Random(4_711);
        for (var i = 0; i < REQUESTS; i++) {
            requests.add(asked(random));
        }
    }

    /**
     * Until the compiler has nothing left to do. A warm-up by the clock is over before that on a busy machine,
     * and what is measured then is half compiled.
     */
    static void settle(Runnable work) {
        var compiler = ManagementFactory.getCompilationMXBean();
        var until = System.nanoTime() + MAX_SETTLING.toNanos();
        for (var quiet = 0; quiet < QUIET_ROUNDS && System.nanoTime() < until; ) {
            var before = compiler.getTotalCompilationTime();
            for (var i = 0; i < SETTLING_ROUND; i++) {
                work.run();
            }
            quiet = compiler.getTotalCompilationTime() - before < QUIET_MILLIS ? quiet + 1 : 0;
        }
    }

    int tools() {
        return policies / POLICIES_PER_TOOL;
    }

    static String tool(int number) {
        return "target" + number % 7 + "___tool" + number;
    }

    List<Asked> requests() {
        return requests;
    }

    Slice slice(int tool) {
        var rules = new ArrayList<Rule>();
        for (var template : templates) {
            var json = template.deepCopy();
            ((ObjectNode) json.path("action").path("entity")).put("id", tool(tool));
            var id = json.path("annotations").path("id").textValue().replaceFirst("t", tool(tool));
            ((ObjectNode) json.path("annotations")).put("id", id);
            rules.add(new Rule(id, json));
        }
        return new Slice(
                tool(tool), new TreeSet<>(Set.of("effect:write", "risk:low")), inputSchema, rules);
    }

    PolicyEngine engine() {
        var slices = new TreeMap<String, Slice>();
        for (var i = 0; i < tools(); i++) {
            slices.put(tool(i), slice(i));
        }
        return new PolicyEngine(
                "sha256:00",
                1,
                name -> java.util.Optional.ofNullable(slices.get(name)),
                Gateway.PLAIN);
    }

    /** Cedar text of all policies, or of one tool's. */
    String text(int from, int to) {
        var out = new StringBuilder();
        for (var i = from; i < to; i++) {
            out.append(
                    POLICIES.replace("Mcp::Action::\"t\"", "Mcp::Action::\"" + tool(i) + "\"")
                            .replace("@id(\"t-", "@id(\"" + tool(i) + "-"));
        }
        return out.toString();
    }

    private Asked asked(Random random) {
        var tool = tool(random.nextInt(tools()));
        var order = JSON.createObjectNode();
        order.put("currency", random.nextInt(8) == 0 ? "USD" : "EUR");
        order.put("amount", new BigDecimal(random.nextInt(20) * 13 + "." + random.nextInt(100)));
        order.put("priority", random.nextInt(6));
        order.put("region", random.nextBoolean() ? "eu" : "apac");
        order.putArray("tags").add("a").add("b" + random.nextInt(10));
        var body = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", random.nextInt(1000));
        body.put("method", "tools/call");
        var arguments = body.putObject("params").put("name", tool).putObject("arguments");
        arguments.set("order", order);
        arguments.put("note", "please handle order " + random.nextInt(100_000) + " today");
        var roles =
                switch (random.nextInt(4)) {
                    case 0 -> Set.of("ops", "everyone");
                    case 1 -> Set.of("everyone");
                    default -> Set.of("support", "everyone");
                };
        return new Asked(
                body.toString().getBytes(StandardCharsets.UTF_8),
                new DecisionRequest.Caller(
                        "user" + random.nextInt(1000),
                        true,
                        roles,
                        Map.of("tenant", "acme"),
                        "prod"),
                tool,
                new DecisionRequest.Session(
                        "client",
                        random.nextBoolean() ? "managed" : "known",
                        random.nextBoolean(),
                        600,
                        "10.1.2.3",
                        Instant.parse("2026-11-23T10:00:00Z"),
                        10,
                        random.nextInt(10) == 0 ? 7 : 1),
                new DecisionRequest.Chain(
                        "chain",
                        2,
                        random.nextInt(5) == 0 ? Set.of("pii") : Set.of("public"),
                        Set.of(),
                        false),
                new DecisionRequest.Quota(3, 10, BigDecimal.valueOf(random.nextInt(600))),
                new DecisionRequest.Egress(
                        Set.of(), random.nextBoolean() ? Set.of() : Set.of("x.test")));
    }
}
