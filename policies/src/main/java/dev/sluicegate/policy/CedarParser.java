package dev.sluicegate.policy;

import com.cedarpolicy.model.exception.InternalException;
import com.cedarpolicy.model.policy.Policy;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.cedar.MalformedPolicyException;
import dev.sluicegate.policy.cedar.Policies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Cedar text to policies, with the place of each: the official parser does not say where it stood. */
final class CedarParser {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Pattern ID = Pattern.compile("@id\\(\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    private CedarParser() {}

    /** One policy statement of a file, {@code line} counted from 1. */
    record Statement(String file, int line, String text) {
        /** For messages: where it is and, when it says, what it is called. */
        String place() {
            var id = ID.matcher(text);
            return file + ":" + line + (id.find() ? " " + id.group(1) : "");
        }
    }

    /** Text of a policy and what it parsed to. */
    record Parsed(Statement statement, Map<String, String> annotations, ObjectNode json) {}

    /** Splits at the semicolons that end statements. */
    static List<Statement> statements(String file, String text) {
        var statements = new ArrayList<Statement>();
        var start = -1;
        var line = 1;
        var startLine = 1;
        var quoted = false;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\n') {
                line++;
            }
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else {
                    quoted = c != '"';
                }
                continue;
            }
            if (c == '/' && text.startsWith("//", i)) {
                var end = text.indexOf('\n', i);
                i = (end < 0 ? text.length() : end) - 1;
                continue;
            }
            if (start < 0 && !Character.isWhitespace(c)) {
                start = i;
                startLine = line;
            }
            quoted = c == '"';
            if (c == ';') {
                statements.add(new Statement(file, startLine, text.substring(start, i + 1)));
                start = -1;
            }
        }
        if (start >= 0) {
            statements.add(new Statement(file, startLine, text.substring(start)));
        }
        return statements;
    }

    /**
     * @throws InvalidPolicyException if the statement is not one policy
     */
    static Parsed parse(Statement statement) {
        try {
            var set = NativeParser.parse(statement.text());
            if (!set.templates.isEmpty()) {
                throw new InvalidPolicyException(
                        statement.place() + ": templates are not supported");
            }
            var policy = only(set.policies);
            if (policy == null) {
                throw new InvalidPolicyException(statement.place() + ": is not one policy");
            }
            var json = (ObjectNode) JSON.readTree(NativeParser.json(policy));
            var annotations = new TreeMap<String, String>();
            json.path("annotations")
                    .properties()
                    .forEach(one -> annotations.put(one.getKey(), one.getValue().asText("")));
            // what the router could not load is refused here, where somebody can mend it
            Policies.of(List.of(PolicyJson.read(annotations.getOrDefault("id", "?"), json)));
            return new Parsed(statement, annotations, json);
        } catch (InvalidPolicyException | MalformedPolicyException e) {
            throw placed(statement, e);
        } catch (InternalException e) {
            throw new InvalidPolicyException(statement.place() + ": " + message(e));
        } catch (StreamConstraintsException e) {
            throw placed(statement, new InvalidPolicyException("is nested too deeply"));
        } catch (JsonProcessingException e) {
            throw new PolicyEngineException("the engine wrote malformed JSON", e);
        }
    }

    private static InvalidPolicyException placed(Statement statement, RuntimeException problem) {
        var message = String.valueOf(problem.getMessage()).replaceFirst("^policy `[^`]*`: ", "");
        return message.startsWith(statement.place())
                ? new InvalidPolicyException(message)
                : new InvalidPolicyException(statement.place() + ": " + message);
    }

    private static @Nullable Policy only(java.util.Set<Policy> policies) {
        return policies.size() == 1 ? policies.iterator().next() : null;
    }

    /** The engine's message without the layers it wraps around. */
    static String message(InternalException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("^(Internal error: )?(Internal JNI Error: )?", "")
                .replaceFirst(":?\\s*$", "");
    }
}
