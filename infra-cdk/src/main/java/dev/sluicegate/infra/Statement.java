package dev.sluicegate.infra;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One IAM statement, as the JSON that IAM reads.
 *
 * @param sid letters and digits, says what it is for
 */
record Statement(
        String sid,
        String effect,
        List<String> actions,
        List<String> resources,
        Map<String, Object> principal,
        Map<String, Map<String, Object>> conditions) {

    Statement {
        actions = List.copyOf(actions);
        resources = List.copyOf(resources);
        principal = Map.copyOf(principal);
        conditions = Map.copyOf(conditions);
    }

    static Statement allow(String sid, List<String> actions, List<String> resources) {
        return new Statement(sid, "Allow", actions, resources, Map.of(), Map.of());
    }

    /** For resource policies: nobody may, whatever their own policies say. */
    static Statement denyAll(String sid, List<String> actions, List<String> resources) {
        return new Statement(sid, "Deny", actions, resources, Map.of("AWS", "*"), Map.of());
    }

    Statement when(String operator, String key, Object value) {
        var all = new LinkedHashMap<String, Map<String, Object>>(conditions);
        var one = new LinkedHashMap<>(all.getOrDefault(operator, Map.of()));
        one.put(key, value);
        all.put(operator, one);
        return new Statement(sid, effect, actions, resources, principal, all);
    }

    Statement by(String type, Object who) {
        return new Statement(sid, effect, actions, resources, Map.of(type, who), conditions);
    }

    /**
     * Only items whose partition key matches. {@code ForAllValues} alone also holds for a request without the
     * key, so its twin asks that there is one.
     */
    Statement leadingKeys(List<String> patterns) {
        return when("ForAllValues:StringLike", "dynamodb:LeadingKeys", patterns)
                .when("Null", "dynamodb:LeadingKeys", "false");
    }

    Map<String, Object> json() {
        var out = new LinkedHashMap<String, Object>();
        out.put("Sid", sid);
        out.put("Effect", effect);
        if (!principal.isEmpty()) {
            out.put("Principal", principal.containsValue("*") ? "*" : principal);
        }
        out.put("Action", actions);
        if (!resources.isEmpty()) {
            out.put("Resource", resources);
        }
        if (!conditions.isEmpty()) {
            out.put("Condition", sorted(conditions));
        }
        return out;
    }

    /** Equal statements print equally, whatever order a map has today. */
    private static Map<String, Object> sorted(Map<String, Map<String, Object>> conditions) {
        var out = new java.util.TreeMap<String, Object>();
        conditions.forEach((operator, keys) -> out.put(operator, new java.util.TreeMap<>(keys)));
        return out;
    }

    static Map<String, Object> document(List<Statement> statements) {
        return documentOf(statements.stream().map(Statement::json).toList());
    }

    static Map<String, Object> documentOf(List<? extends Map<String, Object>> statements) {
        var out = new LinkedHashMap<String, Object>();
        out.put("Version", "2012-10-17");
        out.put("Statement", statements);
        return out;
    }
}
