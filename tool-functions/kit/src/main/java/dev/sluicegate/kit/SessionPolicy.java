package dev.sluicegate.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.record.CanonicalJson;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The inline session policy of a tool: the statements of its manifest on its own tables. The tool's
 * process chooses it, so it guards against bugs; what holds against a compromised tool is the data role
 * and the signed tags.
 */
final class SessionPolicy {
    /** An STS limit. */
    static final int MAX_LENGTH = 2_048;

    private static final Pattern TABLE = Pattern.compile("\\$\\{table:([a-z][a-z0-9-]*)}");

    private SessionPolicy() {}

    /** Names of the tables that the manifest's statements speak of, sorted. */
    static Set<String> tables(ToolManifest manifest) {
        var names = new TreeSet<String>();
        for (var statement : manifest.role().statements()) {
            TABLE.matcher(statement.path("Resource").toString())
                    .results()
                    .forEach(match -> names.add(match.group(1)));
        }
        return names;
    }

    /** The variable that holds the physical name of a table, {@code CUSTOMERS_TABLE}. */
    static String variable(String table) {
        return table.toUpperCase(Locale.ROOT).replace('-', '_') + "_TABLE";
    }

    /**
     * @param tables physical table names, by the manifest's names
     * @param function ARN of this function: its tables are in the same account and region
     * @throws IllegalStateException above {@link #MAX_LENGTH}
     */
    static String of(ToolManifest manifest, Map<String, String> tables, FunctionArn function) {
        var policy = JsonNodeFactory.instance.objectNode().put("Version", "2012-10-17");
        var statements = policy.putArray("Statement");
        for (var statement : manifest.role().statements()) {
            var copy = (ObjectNode) statement.deepCopy();
            copy.remove("Sid");
            copy.set("Resource", resolve(statement.path("Resource"), tables, function));
            statements.add(copy);
        }
        var text = CanonicalJson.string(policy);
        if (text.length() > MAX_LENGTH) {
            throw new IllegalStateException(
                    "session policy has " + text.length() + " characters, at most " + MAX_LENGTH);
        }
        return text;
    }

    private static JsonNode resolve(
            JsonNode resource, Map<String, String> tables, FunctionArn function) {
        if (resource.isArray()) {
            var resolved = JsonNodeFactory.instance.arrayNode();
            resource.forEach(element -> resolved.add(resolve(element, tables, function)));
            return resolved;
        }
        return TextNode.valueOf(
                TABLE.matcher(resource.asText())
                        .replaceAll(match -> {
                            var name = tables.get(match.group(1));
                            if (name == null) {
                                throw new IllegalStateException(
                                        "no table `" + match.group(1) + "`");
                            }
                            return Matcher.quoteReplacement(function.table(name));
                        }));
    }
}
