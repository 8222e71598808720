package dev.sluicegate.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What policies must answer, as data: files {@code {"about": …, "cases": [{"name", "request", "outcome",
 * "policies"}]}}. A request says what matters; what it leaves out is that of ada, a support agent in dev on a
 * Monday morning, who has done nothing yet.
 */
public final class DecisionCorpus {
    private static final Set<String> OUTCOMES =
            Set.of(
                    "permit",
                    "deny",
                    "needs_step_up",
                    "needs_approval",
                    "needs_step_up_and_approval");

    /** Names a request may have, by the part they are in: a typing error must not be a default. */
    private static final Map<String, Set<String>> KNOWN =
            Map.of(
                    "",
                    Set.of(
                            "tool",
                            "input",
                            "principal",
                            "human",
                            "roles",
                            "env",
                            "tags",
                            "session",
                            "chain",
                            "quota",
                            "egress",
                            "approved"),
                    "session",
                    Set.of("client", "trust", "mfa", "authAgeSec", "ip", "now", "hour", "dow"),
                    "chain",
                    Set.of("id", "depth", "labels", "tools", "untrusted"),
                    "quota",
                    Set.of("callsToday", "rowsToday", "amountToday"),
                    "egress",
                    Set.of("receivers", "domains"));

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();

    private DecisionCorpus() {}

    /**
     * One request and what must come of it.
     *
     * @param file it is in
     * @param policies ids of the determining policies, sorted
     */
    public record Case(
            String file,
            String name,
            DecisionRequest request,
            String outcome,
            List<String> policies) {
        public Case {
            policies = List.copyOf(policies);
        }

        /** For messages: where it is and what it is called. */
        public String place() {
            return file + " \"" + name + "\"";
        }
    }

    /**
     * The cases of every {@code *.json} file in a folder, in file order.
     *
     * @throws IllegalArgumentException if a file is not a corpus; the message says which and where
     * @throws UncheckedIOException if it cannot be read
     */
    public static List<Case> read(Path folder) {
        var cases = new ArrayList<Case>();
        try (var files = Files.list(folder)) {
            for (var file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                read(file, cases);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + folder + "`", e);
        }
        return cases;
    }

    private static void read(Path file, List<Case> cases) throws IOException {
        var name = String.valueOf(file.getFileName());
        JsonNode corpus;
        try {
            corpus = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    name + ":" + e.getLocation().getLineNr() + ": is not JSON", e);
        }
        if (!corpus.path("cases").isArray()) {
            throw new IllegalArgumentException(name + ": has no list `cases`");
        }
        for (var one : corpus.path("cases")) {
            cases.add(readCase(name, one));
        }
    }

    private static Case readCase(String file, JsonNode json) {
        var place = file + " \"" + json.path("name").asText("?") + "\"";
        if (!(json.path("request") instanceof ObjectNode request)
                || !(request.path("input") instanceof ObjectNode)
                || !request.path("tool").isTextual()
                || !json.path("name").isTextual()
                || !json.path("policies").isArray()) {
            throw new IllegalArgumentException(
                    place + ": needs name, request with tool and input, outcome and policies");
        }
        var outcome = json.path("outcome").asText();
        if (!OUTCOMES.contains(outcome)) {
            throw new IllegalArgumentException(place + ": unknown outcome `" + outcome + "`");
        }
        known(place, json, Set.of("name", "request", "outcome", "policies"));
        KNOWN.forEach((part, names) ->
                known(place, part.isEmpty() ? request : request.path(part), names));
        try {
            return new Case(
                    file,
                    json.path("name").asText(),
                    request(request),
                    outcome,
                    strings(json.path("policies")).stream().sorted().toList());
        } catch (NumberFormatException | java.time.DateTimeException e) {
            throw new IllegalArgumentException(place + ": a number or time is malformed", e);
        }
    }

    private static void known(String place, JsonNode object, Set<String> names) {
        for (var field : object.properties()) {
            if (!names.contains(field.getKey())) {
                throw new IllegalArgumentException(
                        place + ": unknown field `" + field.getKey() + "`");
            }
        }
    }

    private static DecisionRequest request(ObjectNode json) {
        var session = json.path("session");
        var chain = json.path("chain");
        var quota = json.path("quota");
        return new DecisionRequest(
                new DecisionRequest.Caller(
                        json.path("principal").asText("ada"),
                        json.path("human").asBoolean(true),
                        json.has("roles") ? strings(json.path("roles")) : Set.of("support"),
                        tags(json.path("tags")),
                        json.path("env").asText("dev")),
                json.path("tool").asText(),
                (ObjectNode) json.path("input"),
                new DecisionRequest.Session(
                        session.path("client").asText("inspector"),
                        session.path("trust").asText("known"),
                        session.path("mfa").asBoolean(false),
                        session.path("authAgeSec").asLong(3_600),
                        session.path("ip").asText("127.0.0.1"),
                        Instant.parse(session.path("now").asText("2026-11-23T10:00:00Z")),
                        session.path("hour").asInt(10),
                        session.path("dow").asInt(1)),
                new DecisionRequest.Chain(
                        chain.path("id").asText("chain-1"),
                        chain.path("depth").asLong(0),
                        strings(chain.path("labels")),
                        strings(chain.path("tools")),
                        chain.path("untrusted").asBoolean(false)),
                new DecisionRequest.Quota(
                        quota.path("callsToday").asLong(0),
                        quota.path("rowsToday").asLong(0),
                        new BigDecimal(quota.path("amountToday").asText("0"))),
                new DecisionRequest.Egress(
                        strings(json.path("egress").path("receivers")),
                        strings(json.path("egress").path("domains"))),
                json.path("approved").asBoolean(false));
    }

    private static Map<String, String> tags(JsonNode object) {
        var tags = new java.util.HashMap<String, String>();
        object.properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    private static Set<String> strings(JsonNode array) {
        var strings = new HashSet<String>();
        array.forEach(value -> strings.add(value.asText()));
        return strings;
    }
}
