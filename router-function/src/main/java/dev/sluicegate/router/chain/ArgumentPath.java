package dev.sluicegate.router.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The JSON paths that a manifest may use for arguments: {@code $.a} and {@code $.a.b}. */
record ArgumentPath(List<String> names) {
    private static final Pattern SYNTAX = Pattern.compile("\\$(?:\\.[A-Za-z_][A-Za-z0-9_-]*)+");

    ArgumentPath {
        names = List.copyOf(names);
    }

    /**
     * @throws IllegalArgumentException if {@code text} is no such path
     */
    static ArgumentPath of(String text) {
        if (!SYNTAX.matcher(text).matches()) {
            throw new IllegalArgumentException("`" + text + "` is not a path like `$.a.b`");
        }
        return new ArgumentPath(Arrays.asList(text.substring(2).split("\\.", -1)));
    }

    /** The value there; a missing node when there is none. */
    JsonNode in(ObjectNode arguments) {
        JsonNode value = arguments;
        for (var name : names) {
            value = value.path(name);
        }
        return value;
    }

    /** The same place as a JSON pointer. */
    String pointer() {
        return "/" + String.join("/", names);
    }
}
