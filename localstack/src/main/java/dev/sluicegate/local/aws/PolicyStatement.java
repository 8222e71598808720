package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One statement of a policy.
 *
 * @param id the policy's name with the statement's Sid or index, for explanations
 * @param deny whether the effect is Deny
 * @param principals as {@code AWS:…}, {@code Service:…}, {@code Federated:…} or {@code *}; empty in a policy of an
 *     identity
 * @param actions patterns; exactly one of actions and notActions has elements
 * @param resources patterns; both this and notResources are empty in a trust policy
 */
public record PolicyStatement(
        String id,
        boolean deny,
        List<String> principals,
        List<String> actions,
        List<String> notActions,
        List<String> resources,
        List<String> notResources,
        List<Condition> conditions) {

    /**
     * One condition: an operator with its qualifier and suffix, a key, and the values to compare with.
     *
     * @param operator as written, such as {@code ForAllValues:StringLike}
     */
    public record Condition(String operator, String key, List<String> values) {
        public Condition {
            values = List.copyOf(values);
        }
    }

    private static final Set<String> ELEMENTS =
            Set.of(
                    "Sid",
                    "Effect",
                    "Principal",
                    "Action",
                    "NotAction",
                    "Resource",
                    "NotResource",
                    "Condition");

    public PolicyStatement {
        principals = List.copyOf(principals);
        actions = List.copyOf(actions);
        notActions = List.copyOf(notActions);
        resources = List.copyOf(resources);
        notResources = List.copyOf(notResources);
        conditions = List.copyOf(conditions);
        if (actions.isEmpty() == notActions.isEmpty()) {
            throw new IllegalArgumentException(
                    "statement " + id + " needs one of Action and NotAction");
        }
    }

    static PolicyStatement of(String position, JsonNode json) {
        String sid = json.path("Sid").asText("");
        String id = sid.isEmpty() ? position : position + " " + sid;
        for (var field : PolicyDocument.fields(json)) {
            if (!ELEMENTS.contains(field.getKey())) {
                // NotPrincipal is among these: half understood it would allow too much
                throw new IllegalArgumentException(
                        "statement " + id + " has the unsupported element " + field.getKey());
            }
        }
        boolean deny =
                switch (json.path("Effect").asText()) {
                    case "Allow" -> false;
                    case "Deny" -> true;
                    default ->
                            throw new IllegalArgumentException(
                                    "statement " + id + " has no Effect of Allow or Deny");
                };
        var conditions = new ArrayList<Condition>();
        for (var operator : PolicyDocument.fields(json.path("Condition"))) {
            if (!operator.getValue().isObject()) {
                throw new IllegalArgumentException(
                        "statement " + id + " has a malformed Condition");
            }
            for (var key : PolicyDocument.fields(operator.getValue())) {
                conditions.add(
                        new Condition(
                                operator.getKey(),
                                key.getKey(),
                                PolicyDocument.texts(key.getValue())));
            }
        }
        return new PolicyStatement(
                id,
                deny,
                principals(json.path("Principal")),
                PolicyDocument.texts(json.path("Action")),
                PolicyDocument.texts(json.path("NotAction")),
                PolicyDocument.texts(json.path("Resource")),
                PolicyDocument.texts(json.path("NotResource")),
                conditions);
    }

    private static List<String> principals(JsonNode principal) {
        var out = new ArrayList<String>();
        if (principal.isTextual()) {
            out.add(principal.asText());
        } else {
            for (Map.Entry<String, JsonNode> kind : PolicyDocument.fields(principal)) {
                for (String value : PolicyDocument.texts(kind.getValue())) {
                    out.add(
                            value.equals("*") && kind.getKey().equals("AWS")
                                    ? "*"
                                    : kind.getKey() + ":" + value);
                }
            }
        }
        return out;
    }

    /** Whether the statement speaks of this action. */
    boolean coversAction(String action) {
        return actions.isEmpty() ? !anyAction(notActions, action) : anyAction(actions, action);
    }

    private static boolean anyAction(List<String> patterns, String action) {
        var empty = new RequestContext();
        String lower = action.toLowerCase(Locale.ROOT);
        return patterns.stream()
                .anyMatch(pattern ->
                        Glob.compile(pattern.toLowerCase(Locale.ROOT), empty)
                                .filter(glob -> Glob.matches(glob, lower))
                                .isPresent());
    }

    /** Whether the statement speaks of this resource, where variables are filled from the request. */
    Coverage coversResource(String resource, RequestContext context) {
        boolean not = resources.isEmpty();
        List<String> patterns = not ? notResources : resources;
        if (patterns.isEmpty()) {
            return Coverage.YES;
        }
        boolean matched = false;
        boolean unresolved = false;
        for (String pattern : patterns) {
            var glob = Glob.compile(pattern, context);
            unresolved |= glob.isEmpty();
            matched |= glob.isPresent() && Glob.matchesArn(glob.get(), resource);
        }
        if (matched) {
            return not ? Coverage.NO : Coverage.YES;
        }
        // a pattern that cannot be filled in matches nothing when it allows, and everything when it
        // denies
        return unresolved ? Coverage.UNRESOLVED : not ? Coverage.YES : Coverage.NO;
    }

    enum Coverage {
        YES,
        NO,
        UNRESOLVED
    }
}
