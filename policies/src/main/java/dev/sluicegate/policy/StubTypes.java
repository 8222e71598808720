package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a stub promises what the engine fills in: the validator takes the stub's word for every type, so
 * a policy over a wrong one is published and then fails for every call, or never matches.
 */
final class StubTypes {
    private static final String TEXT = "String";
    private static final String NUMBER = "Long";
    private static final String TRUTH = "Bool";
    private static final String TEXTS = "Set<String>";

    /** Names of Cedar's own types, by which the engine's are written; a stub must not give them to others. */
    private static final Set<String> RESERVED =
            Set.of(TEXT, NUMBER, TRUTH, "Boolean", "ipaddr", "decimal", "datetime", "duration");

    /** By path: what {@link DecisionInput} and {@link CompiledSlice} make. */
    private static final Map<String, String> FILLED =
            Map.ofEntries(
                    Map.entry("session.client.id", TEXT),
                    Map.entry("session.client.trust", TEXT),
                    Map.entry("session.mfa", TRUTH),
                    Map.entry("session.authAgeSec", NUMBER),
                    Map.entry("session.ip", "ipaddr"),
                    Map.entry("session.now", "datetime"),
                    Map.entry("session.hour", NUMBER),
                    Map.entry("session.dow", NUMBER),
                    Map.entry("chain.id", TEXT),
                    Map.entry("chain.depth", NUMBER),
                    Map.entry("chain.labels", TEXTS),
                    Map.entry("chain.tools", TEXTS),
                    Map.entry("chain.untrusted", TRUTH),
                    Map.entry("approval.granted", TRUTH),
                    Map.entry("quota.callsToday", NUMBER),
                    Map.entry("quota.rowsToday", NUMBER),
                    Map.entry("quota.amountToday", "decimal"),
                    Map.entry("egress.receivers", TEXTS),
                    Map.entry("egress.domains", TEXTS),
                    Map.entry("User.id", TEXT),
                    Map.entry("Workload.id", TEXT));

    /** What there may be for some calls; a policy that does not ask first is refused elsewhere. */
    private static final Map<String, String> SOMETIMES =
            Map.of(
                    "approval.by", "User",
                    "approval.ageSec", NUMBER,
                    "User.department", TEXT,
                    "User.region", TEXT,
                    "Gateway.account", TEXT,
                    "Gateway.region", TEXT);

    private static final Set<String> RECORDS =
            Set.of("session", "session.client", "chain", "approval", "quota", "egress");

    private final JsonNode types;
    private final JsonNode entities;
    private final List<String> problems = new ArrayList<>();

    private StubTypes(JsonNode namespace) {
        types = namespace.path("commonTypes");
        entities = namespace.path("entityTypes");
    }

    /**
     * One line for each thing that is not as the engine fills it.
     *
     * @param schema of the stub, as JSON
     */
    static List<String> problems(JsonNode schema) {
        var check = new StubTypes(schema.path(Cedar.NAMESPACE));
        check.namespaces(schema);
        check.contexts();
        check.entities();
        return List.copyOf(check.problems);
    }

    private void namespaces(JsonNode schema) {
        schema.fieldNames()
                .forEachRemaining(name -> {
                    if (!name.equals(Cedar.NAMESPACE)) {
                        problems.add("has a namespace beside " + Cedar.NAMESPACE);
                    }
                });
        for (var named : List.of(types, entities)) {
            named.fieldNames()
                    .forEachRemaining(name -> {
                        if (RESERVED.contains(name)) {
                            problems.add("`" + name + "` is a type of Cedar's own");
                        }
                    });
        }
    }

    private void contexts() {
        for (var type : types.properties()) {
            var name = type.getValue().path("annotations").path("mcp_context");
            if (name.isTextual()) {
                attributes(name.textValue(), type.getValue());
            }
        }
    }

    private void entities() {
        for (var entity : entities.properties()) {
            var name = entity.getKey();
            var is = entity.getValue();
            var annotations = is.path("annotations");
            var caller = Set.of("User", "Workload").contains(name);
            if (annotations.has("mcp_principal") && !caller) {
                problems.add("`" + name + "` is no principal: nobody calls as one");
            }
            if (annotations.has("mcp_resource") && !name.equals("Gateway")) {
                problems.add("`" + name + "` is no resource: no call is about one");
            }
            if (is.has("shape")) {
                attributes(name, resolved(is.path("shape")));
            }
            if (is.has("tags") && !caller) {
                problems.add("`" + name + "` has tags, which nobody fills");
            } else if (is.has("tags") && !text(is.path("tags")).equals(TEXT)) {
                problems.add("tags of `" + name + "` are " + TEXT);
            }
        }
    }

    private void attributes(String path, JsonNode record) {
        for (var attribute : record.path("attributes").properties()) {
            attribute(path + "." + attribute.getKey(), attribute.getValue());
        }
    }

    private void attribute(String path, JsonNode type) {
        var resolved = resolved(type);
        if (RECORDS.contains(path) && resolved.path("type").asText().equals("Record")) {
            attributes(path, resolved);
            return;
        }
        var filled = FILLED.containsKey(path) ? FILLED.get(path) : SOMETIMES.get(path);
        if (filled == null) {
            problems.add(
                    RECORDS.contains(path)
                            ? "`" + path + "` is a record"
                            : "asks for `" + path + "`, which nobody fills");
        } else if (!text(type).equals(filled)) {
            problems.add("`" + path + "` is " + filled);
        }
    }

    /** The type in Cedar schema syntax; empty for a record or what is not known. */
    private String text(JsonNode type) {
        var resolved = resolved(type);
        return switch (resolved.path("type").asText()) {
            case "Set" -> "Set<" + text(resolved.path("element")) + ">";
            case "EntityOrCommon", "Entity", "Extension" -> local(resolved.path("name").asText());
            case "Long", "String" -> resolved.path("type").asText();
            case "Boolean", "Bool" -> TRUTH;
            default -> "";
        };
    }

    /** Follows the names of common types to something that is not one. */
    private JsonNode resolved(JsonNode type) {
        var here = type;
        // as many steps as there are names: the parser refuses types of themselves
        for (var i = 0; i <= types.size(); i++) {
            var next = types.path(local(here.path("name").asText()));
            if (next.isMissingNode()) {
                return here;
            }
            here = next;
        }
        return MissingNode.getInstance();
    }

    private static String local(String name) {
        var local = name.substring(name.lastIndexOf(':') + 1);
        return local.equals("Boolean") ? TRUTH : local;
    }
}
