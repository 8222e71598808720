package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
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

    /** The role in the principal scope, or null. */
    static @Nullable String role(Rule rule) {
        var scope = rule.json().path("principal");
        var entity = scope.has("in") ? scope.path("in").path("entity") : scope.path("entity");
        return entity.path("type").asText().equals(Cedar.ROLE_TYPE)
                ? entity.path("id").asText()
                : null;
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
