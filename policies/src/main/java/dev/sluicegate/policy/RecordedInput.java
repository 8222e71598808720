package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A {@link DecisionRequest} as it is kept for deciding again: canonical JSON, the very bytes that {@link
 * Decision.Basis#inputSha} is the hash of.
 */
public final class RecordedInput {
    private RecordedInput() {}

    public static byte[] bytes(DecisionRequest request) {
        return CanonicalJson.bytes(DecisionInput.json(request));
    }

    /**
     * The request whose {@link #bytes} these are.
     *
     * @throws IllegalArgumentException if they are no request's: then this program would decide about
     *     something else than was recorded
     */
    public static DecisionRequest read(byte[] bytes) {
        try {
            var request = request(StrictJson.read(bytes));
            if (Arrays.equals(bytes(request), bytes)) {
                return request;
            }
        } catch (MalformedJsonException
                | NotCanonicalException
                | NumberFormatException
                | DateTimeException e) {
            throw new IllegalArgumentException("not a decision input", e);
        }
        throw new IllegalArgumentException("a decision input that this version cannot read");
    }

    private static DecisionRequest request(JsonNode json) {
        var caller = json.path("caller");
        var session = json.path("session");
        var chain = json.path("chain");
        var quota = json.path("quota");
        var egress = json.path("egress");
        return new DecisionRequest(
                new DecisionRequest.Caller(
                        caller.path("principal").asText(),
                        caller.path("human").asBoolean(),
                        strings(caller.path("roles")),
                        texts(caller.path("tags")),
                        caller.path("env").asText()),
                json.path("tool").asText(),
                input(json.path("input")),
                new DecisionRequest.Session(
                        session.path("client").asText(),
                        session.path("trust").asText(),
                        session.path("mfa").asBoolean(),
                        age(session.path("authAgeSec").asLong()),
                        session.path("ip").asText(),
                        Instant.parse(session.path("now").asText()),
                        session.path("hour").asInt(),
                        session.path("dow").asInt()),
                new DecisionRequest.Chain(
                        chain.path("id").asText(),
                        chain.path("depth").asLong(),
                        strings(chain.path("labels")),
                        strings(chain.path("tools")),
                        chain.path("untrusted").asBoolean()),
                new DecisionRequest.Quota(
                        quota.path("callsToday").asLong(),
                        quota.path("rowsToday").asLong(),
                        new BigDecimal(quota.path("amountToday").asText())),
                new DecisionRequest.Egress(
                        strings(egress.path("receivers")), strings(egress.path("domains"))),
                json.path("approved").asBoolean());
    }

    private static ObjectNode input(JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("not a decision input: no arguments");
    }

    /** What canonical JSON can hold of it stands for the unknown age. */
    private static long age(long seconds) {
        return seconds == CanonicalJson.MAX_SAFE_INTEGER ? Long.MAX_VALUE : seconds;
    }

    private static Set<String> strings(JsonNode array) {
        var strings = new HashSet<String>();
        array.forEach(value -> strings.add(value.asText()));
        return strings;
    }

    private static Map<String, String> texts(JsonNode object) {
        var texts = new HashMap<String, String>();
        object.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }
}
