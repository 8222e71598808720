package dev.sluicegate.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A checkout of a test's own: the synthesized templates with one more tool, or with other settings of the
 * router, and the baseline policies with one more rule. What is added exists in this folder only.
 */
final class Assembly {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The shipped tool that others are made after. */
    private static final String ORIGINAL = "mail___send";

    private final Path home;

    private Assembly(Path home) {
        this.home = home;
    }

    static Assembly in(Path home) throws IOException {
        var templates = Path.of("infra-cdk", "target", "cdk.out");
        copy(Stacks.home().resolve(templates), home.resolve(templates));
        var baseline = Path.of("policies", "baseline");
        copy(Stacks.home().resolve(baseline), home.resolve(baseline));
        return new Assembly(home);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    Path home() {
        return home;
    }

    Assembly withPolicy(String file, String text) throws IOException {
        Files.writeString(
                home.resolve("policies").resolve("baseline").resolve(file + ".cedar"), text);
        return this;
    }

    Assembly withRouterVariable(String name, String value) throws IOException {
        var file = template("control-plane");
        var template = (ObjectNode) JSON.readTree(file.toFile());
        for (var resource : template.path("Resources")) {
            var properties = resource.path("Properties");
            if (properties
                    .path("FunctionName")
                    .asText()
                    .equals(Product.resource("dev", "router"))) {
                properties
                        .path("Environment")
                        .withObject("/Variables", JsonNode.OverwriteMode.NONE, false)
                        .put(name, value);
            }
        }
        Files.writeString(file, template.toString());
        return this;
    }

    /**
     * Everything that the templates have for {@code mail___send}, once more for another tool.
     *
     * @param tool a name of the form {@code test___word}
     * @param seconds until Lambda ends its function
     */
    Assembly withTool(String tool, Class<?> handler, int seconds) throws IOException {
        var word = tool.substring("test___".length());
        var id = "Test" + Character.toUpperCase(word.charAt(0)) + word.substring(1);
        var names =
                Map.of(
                        ORIGINAL,
                        tool,
                        "mail-send",
                        "test-" + word,
                        "MailSend",
                        id,
                        "dev.sluicegate.tools.mail.send.Send",
                        handler.getName());
        for (var stack : new String[] {"tools", "control-plane"}) {
            var file = template(stack);
            var template = (ObjectNode) JSON.readTree(file.toFile());
            var resources = (ObjectNode) template.path("Resources");
            for (var known : resources.properties().stream().map(Map.Entry::getKey).toList()) {
                var resource = resources.path(known);
                if (known.startsWith("MailSend")) {
                    var more = (ObjectNode) renamed(resource, names);
                    if (more.path("Type").asText().equals("AWS::Lambda::Function")) {
                        ((ObjectNode) more.path("Properties")).put("Timeout", seconds);
                    }
                    resources.set(known.replace("MailSend", id), more);
                } else {
                    alsoListed(resource, names);
                }
            }
            Files.writeString(file, template.toString());
        }
        return this;
    }

    /** Where a list names the tool or what belongs to it, the other one is named, too. */
    private static void alsoListed(JsonNode node, Map<String, String> names) throws IOException {
        for (var child : node) {
            alsoListed(child, names);
        }
        if (node instanceof ArrayNode list) {
            for (var item : list.deepCopy()) {
                var isName = item.has("Fn::Join") || item.asText().equals(ORIGINAL);
                if (isName && names.keySet().stream().anyMatch(item.toString()::contains)) {
                    list.add(renamed(item, names));
                }
            }
        }
    }

    private static JsonNode renamed(JsonNode node, Map<String, String> names) throws IOException {
        var text = node.toString();
        for (var name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        return JSON.readTree(text);
    }

    private Path template(String stack) {
        return home.resolve("infra-cdk")
                .resolve("target")
                .resolve("cdk.out")
                .resolve(Product.resource("dev", stack) + ".template.json");
    }
}
