package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.DecisionRequest.Caller;
import dev.sluicegate.policy.DecisionRequest.Chain;
import dev.sluicegate.policy.DecisionRequest.Egress;
import dev.sluicegate.policy.DecisionRequest.Quota;
import dev.sluicegate.policy.DecisionRequest.Session;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Requests of ada, a support agent in dev on a Monday, from the few facts that matter. */
final class Requests {
    private Requests() {}

    static DecisionRequest of(String tool, String input) {
        return of(Tools.json("{'tool': '" + tool + "', 'input': " + input + "}"));
    }

    static Caller ada() {
        return new Caller("ada", true, Set.of("support"), Map.of(), "dev");
    }

    /** As the corpus writes them: what is absent is ada's. */
    static DecisionRequest of(ObjectNode json) {
        var session = json.path("session");
        var chain = json.path("chain");
        var quota = json.path("quota");
        return new DecisionRequest(
                new Caller(
                        json.path("principal").asText("ada"),
                        json.path("human").asBoolean(true),
                        json.has("roles") ? strings(json.path("roles")) : Set.of("support"),
                        Map.of(),
                        json.path("env").asText("dev")),
                json.path("tool").asText(),
                (ObjectNode) json.path("input"),
                new Session(
                        "inspector",
                        session.path("trust").asText("known"),
                        session.path("mfa").asBoolean(false),
                        session.path("authAgeSec").asLong(3_600),
                        session.path("ip").asText("127.0.0.1"),
                        Instant.parse("2026-11-23T10:00:00Z"),
                        session.path("hour").asInt(10),
                        session.path("dow").asInt(1)),
                new Chain(
                        "chain-1",
                        chain.path("depth").asLong(0),
                        strings(chain.path("labels")),
                        strings(chain.path("tools")),
                        chain.path("untrusted").asBoolean(false)),
                new Quota(
                        quota.path("callsToday").asLong(0),
                        quota.path("rowsToday").asLong(0),
                        new BigDecimal(quota.path("amountToday").asText("0"))),
                new Egress(
                        strings(json.path("egress").path("receivers")),
                        strings(json.path("egress").path("domains"))),
                json.path("approved").asBoolean(false));
    }

    private static Set<String> strings(JsonNode array) {
        var strings = new HashSet<String>();
        array.forEach(value -> strings.add(value.asText()));
        return strings;
    }
}
