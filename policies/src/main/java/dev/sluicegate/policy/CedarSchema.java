package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.schema.Schema;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sluicegate.policy.cedar.EntityUid;
import dev.sluicegate.policy.cedar.EvaluationException;
import dev.sluicegate.policy.cedar.Expression;
import dev.sluicegate.policy.cedar.ExtensionFunction;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.RecordValue;
import dev.sluicegate.policy.cedar.SetValue;
import dev.sluicegate.policy.cedar.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a Cedar schema adds to data: which actions are in which groups, and what JSON means where it could
 * mean two things, such as {@code {"type", "id"}} for an entity or a record.
 */
final class CedarSchema {
    /** Knows nothing: data then has to say what it is. */
    static final CedarSchema NONE = new CedarSchema(MissingNode.getInstance());

    private static final Map<String, ExtensionFunction> EXTENSIONS =
            Map.of(
                    "decimal", ExtensionFunction.DECIMAL,
                    "ipaddr", ExtensionFunction.IP,
                    "datetime", ExtensionFunction.DATETIME,
                    "duration", ExtensionFunction.DURATION);

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final JsonNode namespaces;

    private CedarSchema(JsonNode namespaces) {
        this.namespaces = namespaces;
    }

    /**
     * @param text Cedar schema syntax or its JSON
     * @throws InvalidPolicyException if it is neither
     */
    static CedarSchema of(String text) {
        try {
            return new CedarSchema(
                    text.stripLeading().startsWith("{")
                            ? JSON.readTree(text)
                            : Schema.parse(Schema.JsonOrCedar.Cedar, CedarWorld.escaped(text))
                                    .toJsonFormat());
        } catch (InternalException e) {
            throw new InvalidPolicyException("schema: " + CedarParser.message(e));
        } catch (JsonProcessingException e) {
            throw new InvalidPolicyException("schema: is not JSON");
        }
    }

    /** Every action with the groups it is directly in. */
    Map<EntityUid, Collection<EntityUid>> actions() {
        var actions = new LinkedHashMap<EntityUid, Collection<EntityUid>>();
        for (var namespace : namespaces.properties()) {
            var type = qualified(namespace.getKey(), "Action");
            for (var action : namespace.getValue().path("actions").properties()) {
                var groups = new ArrayList<EntityUid>();
                for (var group : action.getValue().path("memberOf")) {
                    groups.add(
                            new EntityUid(
                                    group.path("type").asText(type), group.path("id").asText()));
                }
                actions.put(new EntityUid(type, action.getKey()), groups);
            }
        }
        return actions;
    }

    RecordValue attributes(String entityType, JsonNode json) {
        var namespace = namespaceOf(entityType);
        var type = entity(namespace, entityType).path("shape");
        return record(json, type, namespace, 0);
    }

    RecordValue tags(String entityType, JsonNode json) {
        var namespace = namespaceOf(entityType);
        var type = entity(namespace, entityType).path("tags");
        var tags = new RecordValue.Builder(json.size());
        for (var tag : json.properties()) {
            tags.put(tag.getKey(), value(tag.getValue(), type, namespace, 1));
        }
        return tags.build();
    }

    RecordValue context(EntityUid action, JsonNode json) {
        var namespace = namespaceOf(action.type());
        var type =
                namespaces
                        .path(namespace)
                        .path("actions")
                        .path(action.id())
                        .path("appliesTo")
                        .path("context");
        return record(json, type, namespace, 0);
    }

    private RecordValue record(JsonNode json, JsonNode type, String namespace, int depth) {
        if (json.isMissingNode()) {
            return RecordValue.EMPTY;
        }
        return value(json, type, namespace, depth) instanceof RecordValue fields
                ? fields
                : RecordValue.EMPTY;
    }

    private Value value(JsonNode json, JsonNode type, String namespace, int depth) {
        if (depth > Expression.MAX_DEPTH) {
            throw new MalformedPolicyException(
                    "value is nested deeper than " + Expression.MAX_DEPTH);
        }
        var name = type.path("type").asText();
        switch (name) {
            case "Set" -> {
                if (json.isArray()) {
                    var values = new ArrayList<Value>(json.size());
                    for (var element : json) {
                        values.add(value(element, type.path("element"), namespace, depth + 1));
                    }
                    return SetValue.of(values);
                }
            }
            case "Record" -> {
                if (json.isObject()) {
                    var fields = new RecordValue.Builder(json.size());
                    for (var field : json.properties()) {
                        var declared = type.path("attributes").path(field.getKey());
                        fields.put(
                                field.getKey(),
                                value(field.getValue(), declared, namespace, depth + 1));
                    }
                    return fields.build();
                }
            }
            case "Entity" -> {
                if (json.has("type") && json.has("id")) {
                    return PolicyJson.uid(json, "entity");
                }
            }
            case "Extension" -> {
                return extension(json, type.path("name").asText(), depth);
            }
            case "", "String", "Long", "Boolean", "Bool" -> {}
            default -> {
                var reference = name.equals("EntityOrCommon") ? type.path("name").asText() : name;
                return named(json, reference, namespace, depth);
            }
        }
        return PolicyJson.value(json, depth);
    }

    /** A common type, an entity type or one that is always there, looked for in this order. */
    private Value named(JsonNode json, String name, String namespace, int depth) {
        var local = name.substring(name.lastIndexOf(':') + 1);
        for (var place : new String[] {namespace, namespaceOf(name)}) {
            if (!place.equals(namespace) || !name.contains("::")) {
                var common = namespaces.path(place).path("commonTypes").path(local);
                if (!common.isMissingNode()) {
                    return value(json, common, place, depth + 1);
                }
            }
        }
        if (json.has("type") && json.has("id")) {
            return PolicyJson.uid(json, "entity");
        }
        return EXTENSIONS.containsKey(local)
                ? extension(json, local, depth)
                : PolicyJson.value(json, depth);
    }

    private static Value extension(JsonNode json, String name, int depth) {
        var constructor = EXTENSIONS.get(name);
        if (json.has("fn")) {
            return PolicyJson.extension(json, depth);
        }
        if (constructor == null || !json.isTextual()) {
            return PolicyJson.value(json, depth);
        }
        try {
            return constructor.apply(new Value.Text(json.textValue()));
        } catch (EvaluationException e) {
            throw new MalformedPolicyException(String.valueOf(e.getMessage()));
        }
    }

    private JsonNode entity(String namespace, String type) {
        return namespaces
                .path(namespace)
                .path("entityTypes")
                .path(type.substring(type.lastIndexOf(':') + 1));
    }

    private static String namespaceOf(String type) {
        var end = type.lastIndexOf("::");
        return end < 0 ? "" : type.substring(0, end);
    }

    private static String qualified(String namespace, String name) {
        return namespace.isEmpty() ? name : namespace + "::" + name;
    }
}
