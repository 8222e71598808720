package dev.sluicegate.local.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A policy as IAM reads it.
 *
 * @param name where it comes from, for explanations
 */
public record PolicyDocument(String name, List<PolicyStatement> statements) {
    public PolicyDocument {
        statements = List.copyOf(statements);
    }

    /** A policy that allows nothing: what stands for a document that is not known locally. */
    public static PolicyDocument empty(String name) {
        return new PolicyDocument(name, List.of());
    }

    /**
     * Reads a resolved policy document.
     *
     * @throws IllegalArgumentException if it is not a policy document, or has an element IAM does not know
     */
    public static PolicyDocument of(String name, JsonNode document) {
        JsonNode statement = document.path("Statement");
        if (!document.isObject() || !(statement.isObject() || statement.isArray())) {
            throw new IllegalArgumentException("policy " + name + " has no Statement");
        }
        JsonNode version = document.path("Version");
        if (!version.isMissingNode()
                && !version.asText().equals("2012-10-17")
                && !version.asText().equals("2008-10-17")) {
            throw new IllegalArgumentException("policy " + name + " has an unknown Version");
        }
        var statements = new ArrayList<PolicyStatement>();
        if (statement.isObject()) {
            statements.add(PolicyStatement.of(name + "[0]", statement));
        } else {
            for (int i = 0; i < statement.size(); i++) {
                statements.add(PolicyStatement.of(name + "[" + i + "]", statement.get(i)));
            }
        }
        return new PolicyDocument(name, statements);
    }

    static List<String> texts(JsonNode node) {
        var out = new ArrayList<String>();
        if (node.isArray()) {
            node.forEach(item -> out.add(item.asText()));
        } else if (node.isValueNode() && !node.isNull()) {
            out.add(node.asText());
        }
        return out;
    }

    static Iterable<Map.Entry<String, JsonNode>> fields(JsonNode node) {
        return node.properties();
    }
}
