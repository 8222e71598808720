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
import java.util.ArrayDeque;
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

    private static final Pattern PLAIN_ID = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    /** Both characters of {@code &&} count, so this is a chain of about 700 comparisons. */
    private static final int MAX_NESTING = 3_000;

    /** A string of 100 KB fits; a person reads no more, and stored parts of a set have limits. */
    private static final int MAX_TEXT = 128 * 1024;

    private CedarParser() {}

    /** One policy statement of a file, {@code line} counted from 1. */
    record Statement(String file, int line, String text) {
        /** For messages: where it is and, when it says, what it is called. */
        String place() {
            var id = ID.matcher(text);
            // what is no legal id may be anything, and places are printed
            return file
                    + ":"
                    + line
                    + (id.find() && PLAIN_ID.matcher(id.group(1)).matches()
                            ? " " + id.group(1)
                            : "");
        }
    }

    /** Text of a policy and what it parsed to. */
    record Parsed(Statement statement, ObjectNode json) {
        @Nullable String id() {
            return annotations().get("id");
        }

        Map<String, String> annotations() {
            var annotations = new TreeMap<String, String>();
            json.path("annotations")
                    .properties()
                    .forEach(one -> annotations.put(one.getKey(), one.getValue().asText("")));
            return annotations;
        }
    }

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
     * How deep the engine may have to go for {@code text}, at most: brackets that are open and operators that
     * may hold each other. The engine ends the process, not the request, when its stack ends.
     */
    static int nesting(String text) {
        var open = new ArrayDeque<Integer>();
        var here = 0;
        var outside = 0; // sum of what is open
        var deepest = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"') {
                for (i++; i < text.length() && text.charAt(i) != '"'; i++) {
                    i += text.charAt(i) == '\\' ? 1 : 0;
                }
            } else if (c == '/' && text.startsWith("//", i)) {
                var end = text.indexOf('\n', i);
                i = end < 0 ? text.length() : end;
            } else if (c == '(' || c == '[' || c == '{') {
                open.push(here);
                outside += here + 1;
                here = 0;
            } else if (c == ')' || c == ']' || c == '}') {
                var before = open.isEmpty() ? 0 : open.pop();
                outside = Math.max(0, outside - before - 1);
                here = before;
            } else if (c == ',') {
                here = 0;
            } else if ("!-+*&|.".indexOf(c) >= 0 || (c == 'i' && text.startsWith("if", i))) {
                here++;
            }
            deepest = Math.max(deepest, outside + here);
        }
        return deepest;
    }

    /**
     * Call it with a {@linkplain PolicyCompiler deep stack}.
     *
     * @throws InvalidPolicyException if the statement is not one policy
     */
    static Parsed parse(Statement statement) {
        if (statement.text().length() > MAX_TEXT) {
            throw new InvalidPolicyException(
                    statement.place()
                            + ": has "
                            + statement.text().length()
                            + " characters, at most "
                            + MAX_TEXT
                            + "; what is in long lists belongs into attributes or roles");
        }
        if (nesting(statement.text()) > MAX_NESTING) {
            throw new InvalidPolicyException(statement.place() + ": is nested too deeply");
        }
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
            var parsed =
                    new Parsed(statement, (ObjectNode) JSON.readTree(NativeParser.json(policy)));
            // what the router could not load is refused here, where somebody can mend it
            Policies.of(
                    List.of(
                            PolicyJson.read(
                                    parsed.annotations().getOrDefault("id", "?"), parsed.json())));
            return parsed;
        } catch (InvalidPolicyException | MalformedPolicyException e) {
            throw placed(statement, e);
        } catch (InternalException e) {
            throw new InvalidPolicyException(statement.place() + ": " + message(e));
        } catch (StreamConstraintsException e) {
            throw placed(statement, new InvalidPolicyException("is nested too deeply"));
        } catch (JsonProcessingException e) {
            // the reader's limit of nesting: no evaluator should have to go deeper either
            throw new InvalidPolicyException(statement.place() + ": is nested too deeply");
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
