package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluicegate.policy.cedar.Answer;
import dev.sluicegate.policy.cedar.Entities;
import dev.sluicegate.policy.cedar.Entity;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Policies;
import dev.sluicegate.policy.cedar.Policy;
import dev.sluicegate.policy.cedar.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Any Cedar world, not only ours: policies as text, a schema, entities and requests as Cedar's JSON. For
 * the official test corpus and for trying policies on the command line; text is parsed by the official
 * parser, decided by our evaluator.
 */
public final class CedarWorld {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Parsing costs milliseconds and test suites use one text many times. */
    private static final Map<Text, List<Policy>> PARSED = new ConcurrentHashMap<>();

    private static final int MAX_PARSED = 1_000;

    private record Text(String policies, boolean byAnnotation) {}

    private final Policies policies;
    private final Entities entities;
    private final CedarSchema schema;

    private CedarWorld(Policies policies, Entities entities, CedarSchema schema) {
        this.policies = policies;
        this.entities = entities;
        this.schema = schema;
    }

    /**
     * @param policies Cedar text, or a policy set in Cedar's JSON format, with templates and links
     * @param schema Cedar text or JSON, or null; says which actions are in which groups
     * @param entities JSON array of entities
     * @param byAnnotation whether a policy is called by its {@code @id}, where it has one, and not by its
     *     place: {@code policy0}, {@code policy1} …
     * @throws InvalidPolicyException if any of them cannot be read; the message says which and why
     */
    public static CedarWorld of(
            String policies, @Nullable String schema, JsonNode entities, boolean byAnnotation) {
        var parsed = parse(policies, byAnnotation);
        try {
            var known = schema == null ? CedarSchema.NONE : CedarSchema.of(schema);
            return new CedarWorld(policies(parsed, policies), entities(known, entities), known);
        } catch (MalformedPolicyException e) {
            throw new InvalidPolicyException(String.valueOf(e.getMessage()));
        }
    }

    /** Two of one id are told of where the second one is. */
    private static Policies policies(List<Policy> parsed, String text) {
        var ids = new HashSet<String>();
        for (var policy : parsed) {
            if (!ids.add(policy.id())) {
                CedarParser.statements("policies", text).stream()
                        .filter(statement -> statement.place().endsWith(" " + policy.id()))
                        .skip(1)
                        .findFirst()
                        .ifPresent(second -> {
                            throw new InvalidPolicyException(second.place() + ": id given twice");
                        });
            }
        }
        return Policies.of(parsed);
    }

    /**
     * @param request with {@code principal}, {@code action}, {@code resource}, each {@code {"type", "id"}}
     *     or {@code Type::"id"}, and {@code context}
     * @throws InvalidPolicyException if it cannot be read
     */
    public Request request(JsonNode request) {
        try {
            var action = uid(request.path("action"), "action");
            var context = request.path("context");
            if (!context.isObject() && !context.isMissingNode()) {
                throw new MalformedPolicyException("`context` is not an object");
            }
            return new Request(
                    uid(request.path("principal"), "principal"),
                    action,
                    uid(request.path("resource"), "resource"),
                    schema.context(action, context));
        } catch (MalformedPolicyException e) {
            throw new InvalidPolicyException("request: " + e.getMessage());
        }
    }

    public Answer decide(Request request) {
        return policies.authorize(request, entities);
    }

    private static List<Policy> parse(String text, boolean byAnnotation) {
        var key = new Text(text, byAnnotation);
        var known = PARSED.get(key);
        if (known != null) {
            return known;
        }
        var fresh = parsed(text, byAnnotation);
        if (PARSED.size() < MAX_PARSED) {
            PARSED.put(key, fresh);
        }
        return fresh;
    }

    private static List<Policy> parsed(String text, boolean byAnnotation) {
        if (text.stripLeading().startsWith("{")) {
            return set(text);
        }
        try {
            var set = NativeParser.parse(escaped(text));
            if (!set.templates.isEmpty()) {
                throw new InvalidPolicyException("a template without links decides nothing");
            }
            var sorted = new ArrayList<>(set.policies);
            sorted.sort(java.util.Comparator.comparingInt(policy -> number(policy.policyID)));
            var policies = new ArrayList<Policy>();
            for (var policy : sorted) {
                var json = JSON.readTree(NativeParser.json(policy));
                var annotated = json.path("annotations").path("id");
                policies.add(
                        PolicyJson.read(
                                byAnnotation && annotated.isTextual()
                                        ? annotated.textValue()
                                        : policy.policyID,
                                json));
            }
            return List.copyOf(policies);
        } catch (InvalidPolicyException e) {
            one(text);
            throw e;
        } catch (InternalException e) {
            one(text);
            throw new InvalidPolicyException(CedarParser.message(e));
        } catch (JsonProcessingException e) {
            one(text);
            throw new PolicyEngineException("the engine wrote malformed JSON", e);
        }
    }

    private static List<Policy> set(String text) {
        try {
            return PolicySetJson.read(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new InvalidPolicyException(
                    "policies:" + e.getLocation().getLineNr() + ": is not JSON");
        }
    }

    /** One statement after the other, which says where the one is that cannot be read. */
    private static void one(String text) {
        CedarParser.statements("policies", escaped(text)).forEach(CedarParser::parse);
    }

    private static int number(String id) {
        return Integer.parseInt(id.substring("policy".length()));
    }

    /**
     * The way into the official parser garbles characters beyond the basic plane; in Cedar text they can
     * only be inside of strings and comments, where an escape says the same.
     */
    static String escaped(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (Character.isSupplementaryCodePoint(c)) {
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }

    private static Entities entities(CedarSchema schema, JsonNode json) {
        var parents = schema.actions();
        var entities = new ArrayList<Entity>();
        if (!json.isArray()) {
            throw new MalformedPolicyException("entities: are not a list");
        }
        var number = 0;
        for (var entity : json) {
            try {
                entities.add(entity(schema, parents, entity));
            } catch (MalformedPolicyException e) {
                throw new MalformedPolicyException(
                        "entities: entity " + number + ": " + e.getMessage());
            }
            number++;
        }
        parents.forEach((uid, above) -> entities.add(new Entity(uid, above)));
        return Entities.of(entities);
    }

    private static Entity entity(
            CedarSchema schema, Map<EntityUid, Collection<EntityUid>> parents, JsonNode entity) {
        var uid = PolicyJson.uid(entity.path("uid"), "uid");
        var above = new LinkedHashSet<EntityUid>();
        for (var parent : entity.path("parents")) {
            above.add(PolicyJson.uid(parent, "parents"));
        }
        var declared = parents.remove(uid);
        if (declared != null) {
            above.addAll(declared);
        }
        return new Entity(
                uid,
                schema.attributes(uid.type(), entity.path("attrs")),
                above,
                schema.tags(uid.type(), entity.path("tags")));
    }

    private static EntityUid uid(JsonNode json, String name) {
        return json.isTextual() ? named(json.textValue(), name) : PolicyJson.uid(json, name);
    }

    /** {@code Type::"id"}, as Cedar text writes it. */
    private static EntityUid named(String text, String name) {
        var quote = text.indexOf("::\"");
        if (quote < 1 || !text.endsWith("\"") || text.length() < quote + 4) {
            throw new MalformedPolicyException("`" + name + "` is not Type::\"id\"");
        }
        return EntityUid.read(
                text.substring(0, quote),
                unescaped(text.substring(quote + 3, text.length() - 1), name));
    }

    private static String unescaped(String text, String name) {
        var out = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\\') {
                out.append(text.charAt(i));
                continue;
            }
            switch (++i < text.length() ? text.charAt(i) : ' ') {
                case '"' -> out.append('"');
                case '\'' -> out.append('\'');
                case '\\' -> out.append('\\');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case '0' -> out.append('\0');
                case 'u' -> {
                    var end = text.indexOf('}', i);
                    try {
                        out.appendCodePoint(Integer.parseInt(text, i + 2, end, 16));
                    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                        throw new MalformedPolicyException("`" + name + "`: unknown escape");
                    }
                    i = end;
                }
                default -> throw new MalformedPolicyException("`" + name + "`: unknown escape");
            }
        }
        return out.toString();
    }
}
