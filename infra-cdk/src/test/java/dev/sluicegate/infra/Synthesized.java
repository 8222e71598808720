package dev.sluicegate.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluicegate.contract.Product;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;

/** The templates of one stage, as JSON. */
final class Synthesized {
    static final String ROOT = "src/test/resources/repository";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String stage;
    private final Map<String, JsonNode> stacks = new HashMap<>();

    private Synthesized(String stage, Map<String, String> context) {
        this.stage = stage;
        var all = new HashMap<>(context);
        all.put("stage", stage);
        all.put("root", ROOT);
        all.put("assets", "false");
        var app = ControlPlaneApp.app(App.Builder.create(), all);
        for (var child : app.getNode().getChildren()) {
            if (child instanceof Stack stack) {
                stacks.put(
                        stack.getStackName(), JSON.valueToTree(Template.fromStack(stack).toJSON()));
            }
        }
    }

    static Synthesized stage(String stage, Map<String, String> context) {
        return new Synthesized(stage, context);
    }

    JsonNode stack(String what) {
        var template = stacks.get(Product.resource(stage, what));
        if (template == null) {
            throw new AssertionError("no stack " + what + " in " + stacks.keySet());
        }
        return template;
    }

    /** Properties of every resource of a type, in all stacks. */
    List<JsonNode> all(String type) {
        var found = new ArrayList<JsonNode>();
        for (var template : stacks.values()) {
            for (var resource : template.path("Resources")) {
                if (resource.path("Type").asText().equals(type)) {
                    found.add(resource);
                }
            }
        }
        return found;
    }

    /** Properties of the one resource of a type whose {@code property} is our name of {@code what}. */
    JsonNode named(String type, String property, String what) {
        return resource(type, property, what).path("Properties");
    }

    JsonNode resource(String type, String property, String what) {
        return all(type).stream()
                .filter(r ->
                        r.path("Properties")
                                .path(property)
                                .asText()
                                .equals(Product.resource(stage, what)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " named " + what));
    }

    JsonNode role(String what) {
        return named("AWS::IAM::Role", "RoleName", what);
    }

    /** Statements of a role's own policies. */
    static List<JsonNode> statements(JsonNode role) {
        var found = new ArrayList<JsonNode>();
        for (var policy : role.path("Policies")) {
            policy.path("PolicyDocument").path("Statement").forEach(found::add);
        }
        return found;
    }

    static JsonNode own(JsonNode role, String sid) {
        return statement(statements(role), sid);
    }

    static JsonNode statement(Iterable<JsonNode> statements, String sid) {
        for (var statement : statements) {
            if (statement.path("Sid").asText().equals(sid)) {
                return statement;
            }
        }
        throw new AssertionError("no statement " + sid + " in " + statements);
    }

    /** One or many, as a sorted list. */
    static List<String> texts(JsonNode oneOrMany) {
        var out = new TreeSet<String>();
        if (oneOrMany.isArray()) {
            oneOrMany.forEach(node -> out.add(text(node)));
        } else {
            out.add(text(oneOrMany));
        }
        return List.copyOf(out);
    }

    /** An ARN with its pseudo parameters in angle brackets. */
    static String text(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.has("Ref")) {
            return "<" + value.path("Ref").asText() + ">";
        }
        if (value.has("Fn::GetAtt")) {
            return "<" + value.path("Fn::GetAtt").path(0).asText() + ">";
        }
        var out = new StringBuilder();
        value.path("Fn::Join").path(1).forEach(part -> out.append(text(part)));
        return out.toString();
    }

    static List<String> actions(JsonNode role) {
        var out = new TreeSet<String>();
        statements(role).forEach(statement -> out.addAll(texts(statement.path("Action"))));
        return List.copyOf(out);
    }
}
