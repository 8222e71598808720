package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.schema.Schema;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes the Cedar schema: the hand-written stub, then one action and one input type per tool. The stub's
 * {@code @mcp_*} annotations are those of cedar-for-agents and say which of its types are principals,
 * resources and parts of the context.
 */
public final class SchemaGenerator {
    /** Parts of the context that the engine fills; {@code input} and {@code system} are always there. */
    private static final Set<String> SUPPLIED =
            Set.of("session", "chain", "approval", "quota", "egress");

    private static final Pattern PRINCIPAL =
            Pattern.compile("@mcp_principal\\(\"[^\"]*\"\\)\\s*entity\\s+(\\w+)");
    private static final Pattern RESOURCE =
            Pattern.compile("@mcp_resource\\(\"[^\"]*\"\\)\\s*entity\\s+(\\w+)");
    private static final Pattern CONTEXT =
            Pattern.compile("@mcp_context\\(\"([^\"]*)\"\\)\\s*type\\s+(\\w+)");

    private final String stub;
    private final List<String> principals;
    private final List<String> resources;
    private final List<String> context;

    /**
     * @throws InvalidPolicyException if the stub is not a schema of one namespace {@code Mcp} with
     *     principals, a resource and only contexts that the engine fills
     */
    public SchemaGenerator(String stub) {
        this.stub = stub.stripTrailing();
        var schema = json(stub);
        if (!this.stub.endsWith("}") || !stub.contains("namespace " + Cedar.NAMESPACE + " {")) {
            throw problem("must be one `namespace " + Cedar.NAMESPACE + " { … }`");
        }
        principals = PRINCIPAL.matcher(stub).results().map(m -> m.group(1)).toList();
        resources = RESOURCE.matcher(stub).results().map(m -> m.group(1)).toList();
        if (principals.isEmpty() || resources.isEmpty()) {
            throw problem("names no @mcp_principal or no @mcp_resource");
        }
        context = new ArrayList<>();
        for (var match : CONTEXT.matcher(stub).results().toList()) {
            if (!SUPPLIED.contains(match.group(1))) {
                throw problem("asks for context `" + match.group(1) + "`, which nobody fills");
            }
            context.add(match.group(1) + ": " + match.group(2));
        }
        if (!names(schema, "entityTypes", "mcp_principal").equals(new TreeSet<>(principals))
                || !names(schema, "entityTypes", "mcp_resource").equals(new TreeSet<>(resources))
                || names(schema, "commonTypes", "mcp_context").size() != context.size()) {
            throw problem("an @mcp_ annotation stands right before what it is about, once");
        }
        context.add("system: { now: datetime }");
        var wrong = StubTypes.problems(schema);
        if (!wrong.isEmpty()) {
            throw new InvalidPolicyException(
                    wrong.stream().map(what -> PolicySources.STUB + ": " + what).toList());
        }
    }

    /** Those that have an annotation, as the parser sees them: no comment counts. */
    private static SortedSet<String> names(JsonNode schema, String kind, String annotation) {
        var names = new TreeSet<String>();
        for (var one : schema.path(Cedar.NAMESPACE).path(kind).properties()) {
            if (one.getValue().path("annotations").has(annotation)) {
                names.add(one.getKey());
            }
        }
        return names;
    }

    /**
     * The schema for {@code tools}, the same text for the same tools in any order.
     *
     * @throws InvalidPolicyException if two tools have one name or a property cannot be named in Cedar
     */
    public String generate(Collection<ToolManifest> tools) {
        return generate(tools, new TreeSet<>());
    }

    /**
     * As {@link #generate(Collection)}, with one more tool without arguments in {@code placeholderIn}: so
     * that policies about groups no tool is in yet can be validated at all.
     */
    String generate(Collection<ToolManifest> tools, SortedSet<String> placeholderIn) {
        var text = text(tools, placeholderIn);
        parse(text, "generated schema");
        return text;
    }

    /** As {@link #generate(Collection, SortedSet)}, for tools that were generated before: not parsed again. */
    String text(Collection<ToolManifest> tools, SortedSet<String> placeholderIn) {
        var sorted = tools.stream().sorted(Comparator.comparing(ToolManifest::name)).toList();
        var out = new StringBuilder(stub.substring(0, stub.length() - 1).stripTrailing());
        out.append("\n\n  // generated from the tool manifests\n");
        for (var group : ActionGroups.declared(tools)) {
            out.append("  action ")
                    .append(Cedar.quoted(group))
                    .append(" in [")
                    .append(Cedar.quoted(Cedar.CALL_TOOL))
                    .append("];\n");
        }
        var previous = "";
        for (var tool : sorted) {
            if (tool.name().equals(previous)) {
                throw new InvalidPolicyException("two tools are named `" + tool.name() + "`");
            }
            previous = tool.name();
            action(out, tool.name(), inputType(tool), ActionGroups.of(tool));
        }
        if (!placeholderIn.isEmpty()) {
            // no tool can have this name: it lacks the ___ of tool names
            action(out, "placeholder", "{}", placeholderIn);
        }
        return out.append("}\n").toString();
    }

    private static String inputType(ToolManifest tool) {
        try {
            return InputType.of(tool.inputSchema()).cedar();
        } catch (InvalidPolicyException e) {
            throw new InvalidPolicyException("tool `" + tool.name() + "`: " + e.getMessage());
        }
    }

    private void action(StringBuilder out, String name, String input, SortedSet<String> groups) {
        var type = typeName(name);
        out.append("\n  type ").append(type).append(" = ").append(input).append(";\n");
        out.append("  action ")
                .append(Cedar.quoted(name))
                .append(" in ")
                .append(groups.stream().map(Cedar::quoted).collect(list()))
                .append("\n    appliesTo { principal: ")
                .append(principals.stream().collect(list()))
                .append(", resource: ")
                .append(resources.stream().collect(list()))
                .append(", context: { input: ")
                .append(type)
                .append(", ")
                .append(String.join(", ", context))
                .append(" } };\n");
    }

    private static java.util.stream.Collector<CharSequence, ?, String> list() {
        return Collectors.joining(", ", "[", "]");
    }

    /** Type names are identifiers; a name that had to change gets a hash, so that no two meet. */
    static String typeName(String tool) {
        var identifier = tool.replaceAll("[^A-Za-z0-9_]", "_");
        if (identifier.equals(tool)) {
            return tool + "Input";
        }
        var hash = CanonicalJson.sha256(tool.getBytes(StandardCharsets.UTF_8));
        return identifier
                + "_"
                + hash.substring("sha256:".length(), "sha256:".length() + 8)
                + "Input";
    }

    static void parse(String schema, String what) {
        try {
            Schema.parse(Schema.JsonOrCedar.Cedar, schema);
        } catch (InternalException e) {
            throw new InvalidPolicyException(what + ": " + CedarParser.message(e));
        }
    }

    private static JsonNode json(String stub) {
        try {
            return Schema.parse(Schema.JsonOrCedar.Cedar, stub).toJsonFormat();
        } catch (InternalException e) {
            throw new InvalidPolicyException(PolicySources.STUB + ": " + CedarParser.message(e));
        } catch (JsonProcessingException e) {
            throw new PolicyEngineException("the official parser wrote no JSON", e);
        }
    }

    private static InvalidPolicyException problem(String what) {
        return new InvalidPolicyException(PolicySources.STUB + ": " + what);
    }
}
