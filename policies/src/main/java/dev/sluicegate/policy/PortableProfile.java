package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.Policy;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Policies in the profile that other gateways understand: principal by id and tags, action, gateway, {@code
 * context.input}, {@code context.system.now}. A translation never permits more than the original: where a loss
 * would, the policy is refused, and a forbid that cannot be said refuses the whole set.
 */
public final class PortableProfile {
    private static final String USER = "AgentCore::OAuthUser";
    private static final String ACTION = "AgentCore::Action";
    private static final String GATEWAY = "AgentCore::Gateway";

    /** Parts of the context that other gateways have, too. */
    private static final Set<String> CONTEXT = Set.of("input", "system");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Collection<ToolManifest> tools;
    private final @Nullable String gateway;
    private final List<String> losses = new ArrayList<>();

    private PortableProfile(Collection<ToolManifest> tools, @Nullable String gateway) {
        this.tools = tools;
        this.gateway = gateway;
    }

    /**
     * @param cedar the translated policies, empty when none could be
     * @param losses what the translation does not say, one line each
     * @param refused why there must be no translation, one line each
     */
    public record Translation(String cedar, List<String> losses, List<String> refused) {
        public Translation {
            losses = List.copyOf(losses);
            refused = List.copyOf(refused);
        }
    }

    /** Why a policy is outside of the profile. */
    private static final class OutsideException extends Exception {
        private static final long serialVersionUID = 1L;

        OutsideException(String why) {
            super(why);
        }
    }

    /**
     * @param tools of the catalogue: groups of actions become the tools that are in them
     * @param gateway the one the policies are for, or null for any
     */
    public static Translation translate(
            List<Rule> rules, Collection<ToolManifest> tools, @Nullable String gateway) {
        var profile = new PortableProfile(tools, gateway);
        var cedar = new StringBuilder();
        var refused = new ArrayList<String>();
        for (var rule : rules) {
            if (rule.shadow()) {
                profile.losses.add(rule.id() + " is left out: it is in shadow, not in force");
                continue;
            }
            try {
                var translated = profile.translate(rule);
                cedar.append(cedar.isEmpty() ? "" : "\n")
                        .append(Policy.fromJson(rule.id(), translated.toString()).getSource())
                        .append('\n');
            } catch (OutsideException e) {
                if (rule.permits()) {
                    profile.losses.add(rule.id() + " is left out: " + e.getMessage());
                } else {
                    refused.add(rule.id() + " forbids, and cannot be left out: " + e.getMessage());
                }
            } catch (InternalException e) {
                throw new PolicyEngineException("the engine cannot print a translation", e);
            }
        }
        return new Translation(cedar.toString(), profile.losses, refused);
    }

    private ObjectNode translate(Rule rule) throws OutsideException {
        var json = rule.json().deepCopy();
        for (var condition : json.path("conditions")) {
            check(condition.path("body"));
        }
        principal(rule, json);
        json.set("action", action(rule, json.path("action")));
        json.set("resource", resource(json.path("resource")));
        if (!rule.permits() || !Totality.of(rule).problems().isEmpty()) {
            losses.add(
                    rule.id()
                            + ": where it fails to evaluate it is skipped there, and denies here");
        }
        var annotations = json.path("annotations");
        if (annotations instanceof ObjectNode all) {
            for (var name : List.copyOf(all.properties())) {
                if (!name.getKey().equals("id") && !name.getKey().equals("reason")) {
                    losses.add(rule.id() + ": @" + name.getKey() + " is dropped");
                    all.remove(name.getKey());
                }
            }
        }
        return json;
    }

    private void principal(Rule rule, ObjectNode json) throws OutsideException {
        var scope = json.path("principal");
        switch (scope.path("op").asText()) {
            case "All" -> {
                // nothing to say
            }
            case "==" -> {
                if (!scope.path("entity").path("type").asText().equals(Cedar.USER_TYPE)) {
                    throw new OutsideException("it names a principal that is no user");
                }
                ((ObjectNode) scope.path("entity")).put("type", USER);
                losses.add(rule.id() + ": the user's id must be the one of the other issuer");
            }
            case "in" -> {
                if (!scope.path("entity").path("type").asText().equals(Cedar.ROLE_TYPE)) {
                    throw new OutsideException("it names a group that is no role");
                }
                if (!rule.permits()) {
                    throw new OutsideException(
                            "a role is only a tag there, which holds one role of a user");
                }
                json.putObject("principal").put("op", "is").put("entity_type", USER);
                role(json, scope.path("entity").path("id").asText());
                losses.add(
                        rule.id() + ": the role is looked for in the tag `role`, which holds one");
            }
            default -> throw new OutsideException("its principal is neither a user nor a role");
        }
    }

    private static void role(ObjectNode json, String role) {
        var has = NODES.objectNode();
        var tagged = has.putObject("hasTag");
        tagged.putObject("left").put("Var", "principal");
        tagged.putObject("right").put("Value", "role");
        var equals = NODES.objectNode();
        var compared = equals.putObject("==");
        var tag = compared.putObject("left").putObject("getTag");
        tag.putObject("left").put("Var", "principal");
        tag.putObject("right").put("Value", "role");
        compared.putObject("right").put("Value", role);
        var condition = NODES.objectNode().put("kind", "when");
        var both = condition.putObject("body").putObject("&&");
        both.set("left", has);
        both.set("right", equals);
        var conditions = NODES.arrayNode().add(condition);
        json.path("conditions").forEach(conditions::add);
        json.set("conditions", conditions);
    }

    private ObjectNode action(Rule rule, JsonNode scope) throws OutsideException {
        var named = new ArrayList<String>();
        var groups = new ArrayList<String>();
        if (scope.path("op").asText().equals("All")) {
            return NODES.objectNode().put("op", "All");
        }
        for (var entity : entities(scope)) {
            var id = entity.path("id").asText();
            var isTool = tools.stream().anyMatch(tool -> tool.name().equals(id));
            if (isTool) {
                named.add(id);
            } else if (id.equals(Cedar.CALL_TOOL)) {
                return NODES.objectNode().put("op", "All");
            } else {
                groups.add(id);
                tools.stream()
                        .filter(tool -> ActionGroups.of(tool).contains(id))
                        .forEach(tool -> named.add(tool.name()));
            }
        }
        if (!groups.isEmpty()) {
            if (!rule.permits()) {
                throw new OutsideException(
                        "it is about every tool that is `" + groups.getFirst() + "`, new ones too");
            }
            losses.add(
                    rule.id()
                            + ": tools that will be `"
                            + String.join("`, `", groups)
                            + "` later are not in it");
        }
        if (named.isEmpty()) {
            throw new OutsideException("no tool is in its actions");
        }
        var action = NODES.objectNode().put("op", "in");
        var list = action.putArray("entities");
        named.stream()
                .distinct()
                .sorted()
                .forEach(tool -> list.addObject().put("type", ACTION).put("id", tool));
        return action;
    }

    private ObjectNode resource(JsonNode scope) throws OutsideException {
        var op = scope.path("op").asText();
        if (!op.equals("All")
                && !(op.equals("==")
                        && scope.path("entity").path("type").asText().equals(Cedar.GATEWAY_TYPE))) {
            throw new OutsideException("it is about an environment");
        }
        var resource = NODES.objectNode();
        if (gateway == null) {
            return resource.put("op", "All");
        }
        resource.put("op", "==").putObject("entity").put("type", GATEWAY).put("id", gateway);
        return resource;
    }

    private static List<JsonNode> entities(JsonNode scope) {
        var all = new ArrayList<JsonNode>();
        if (scope.has("entity")) {
            all.add(scope.path("entity"));
        }
        scope.path("entities").forEach(all::add);
        return all;
    }

    private static void check(JsonNode expression) throws OutsideException {
        if (expression.has("Var")) {
            throw new OutsideException(
                    "it uses `" + expression.path("Var").asText() + "` as a whole");
        }
        if (expression.has("Value")) {
            checkValue(expression.path("Value"));
            return;
        }
        for (var operation : expression.properties()) {
            checkOperation(operation.getKey(), operation.getValue());
        }
    }

    private static void checkOperation(String operator, JsonNode arguments)
            throws OutsideException {
        var variable = arguments.path("left").path("Var").asText();
        switch (operator) {
            case ".", "has" -> {
                var attribute = arguments.path("attr").asText();
                if (variable.equals("context")) {
                    if (!CONTEXT.contains(attribute)) {
                        throw new OutsideException("it uses context." + attribute);
                    }
                } else if (variable.equals("principal")) {
                    if (!attribute.equals("id")) {
                        throw new OutsideException("it uses principal." + attribute);
                    }
                } else {
                    check(arguments.path("left"));
                }
            }
            case "hasTag", "getTag" -> {
                if (!variable.equals("principal")) {
                    check(arguments.path("left"));
                }
                check(arguments.path("right"));
            }
            default -> {
                if (arguments.isArray()) {
                    for (var argument : arguments) {
                        check(argument);
                    }
                } else {
                    for (var argument : arguments.properties()) {
                        if (argument.getValue().isObject()) {
                            check(argument.getValue());
                        }
                    }
                }
            }
        }
    }

    private static void checkValue(JsonNode value) throws OutsideException {
        if (value.has("__entity")) {
            throw new OutsideException("it compares with an entity of ours");
        }
        for (var part : value) {
            checkValue(part);
        }
    }
}
