package dev.sluicegate.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.policy.cedar.EntityUid;
import java.util.Set;

/** The names of our Cedar world, and how text becomes Cedar source. */
final class Cedar {
    static final String NAMESPACE = "Mcp";
    static final String ROLE_TYPE = NAMESPACE + "::Role";
    static final String ACTION_TYPE = NAMESPACE + "::Action";
    static final String USER_TYPE = NAMESPACE + "::User";
    static final String WORKLOAD_TYPE = NAMESPACE + "::Workload";
    static final String GATEWAY_TYPE = NAMESPACE + "::Gateway";
    static final String ENVIRONMENT_TYPE = NAMESPACE + "::Environment";

    /** Every action is in it. */
    static final String CALL_TOOL = "CallTool";

    /** Cedar's JSON protocol gives these keys a meaning; a record cannot carry them as data. */
    static final Set<String> RESERVED_KEYS = Set.of("__entity", "__extn", "__expr");

    private Cedar() {}

    static boolean isReserved(String name) {
        // most names are cleared by their first character, without a hash
        return name.startsWith("__") && RESERVED_KEYS.contains(name);
    }

    static EntityUid role(String id) {
        return new EntityUid(ROLE_TYPE, id);
    }

    static EntityUid action(String id) {
        return new EntityUid(ACTION_TYPE, id);
    }

    /** {@code text} as a Cedar string literal, pure ASCII. */
    static String quoted(String text) {
        var out = new StringBuilder("\"");
        text.codePoints()
                .forEach(c -> {
                    if (c == '"' || c == '\\') {
                        out.append('\\').appendCodePoint(c);
                    } else if (c >= 0x20 && c < 0x7f) {
                        out.appendCodePoint(c);
                    } else if (c >= 0xD800 && c <= 0xDFFF) {
                        throw new InvalidPolicyException(
                                "a name holds a lone surrogate, which Cedar cannot write");
                    } else {
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    }
                });
        return out.append('"').toString();
    }

    /** {@code context.a.b} for an access path, empty for anything else. */
    static String path(JsonNode expression) {
        if (expression.has("Var")) {
            return expression.path("Var").asText();
        }
        if (expression.has(".")) {
            var access = expression.path(".");
            var left = path(access.path("left"));
            return left.isEmpty() ? "" : left + "." + access.path("attr").asText();
        }
        return "";
    }

    /** Ids of all entities of a type that {@code json} names anywhere. */
    static void entities(JsonNode json, String type, Set<String> ids) {
        if (json.path("type").asText().equals(type) && json.path("id").isTextual()) {
            ids.add(json.path("id").textValue());
        }
        json.forEach(child -> entities(child, type, ids));
    }
}
