package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the scopes (principal, action, resource) of policies in Cedar's JSON format. */
final class Scopes {
    private Scopes() {}

    /** Names in the action scope; empty for a policy about every action. */
    static List<String> actions(Rule rule) {
        return entities(rule.json().path("action")).stream()
                .map(entity -> entity.path("id").asText())
                .toList();
    }

    static boolean principal(Rule rule, DecisionRequest.Caller caller) {
        var type = caller.human() ? Cedar.USER_TYPE : Cedar.WORKLOAD_TYPE;
        return matches(
                rule, "principal", type, caller.principalId(), Cedar.ROLE_TYPE, caller.roles());
    }

    static boolean resource(Rule rule, String gateway, String env) {
        return matches(
                rule, "resource", Cedar.GATEWAY_TYPE, gateway, Cedar.ENVIRONMENT_TYPE, Set.of(env));
    }

    /** The role in the principal scope, or null. */
    static @Nullable String role(Rule rule) {
        var scope = rule.json().path("principal");
        var entity = scope.has("in") ? scope.path("in").path("entity") : scope.path("entity");
        return entity.path("type").asText().equals(Cedar.ROLE_TYPE)
                ? entity.path("id").asText()
                : null;
    }

    private static boolean matches(
            Rule rule,
            String variable,
            String type,
            String id,
            String parentType,
            Set<String> parents) {
        var scope = rule.json().path(variable);
        var in = scope.has("in") ? scope.path("in").path("entity") : scope.path("entity");
        return switch (scope.path("op").asText()) {
            case "All" -> true;
            case "==" -> is(in, type, id);
            case "in" -> within(in, type, id, parentType, parents);
            case "is" ->
                    scope.path("entity_type").asText().equals(type)
                            && (!scope.has("in") || within(in, type, id, parentType, parents));
            default ->
                    throw new PolicyEngineException(
                            "unknown " + variable + " scope in " + rule.id());
        };
    }

    private static boolean within(
            JsonNode entity, String type, String id, String parentType, Set<String> parents) {
        return is(entity, type, id)
                || (entity.path("type").asText().equals(parentType)
                        && parents.contains(entity.path("id").asText()));
    }

    private static boolean is(JsonNode entity, String type, String id) {
        return entity.path("type").asText().equals(type) && entity.path("id").asText().equals(id);
    }

    private static List<JsonNode> entities(JsonNode scope) {
        var all = new ArrayList<JsonNode>();
        if (scope.has("entity")) {
            all.add(scope.path("entity"));
        }
        scope.path("entities").forEach(all::add);
        return all;
    }
}
