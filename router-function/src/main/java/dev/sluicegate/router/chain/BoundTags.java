package dev.sluicegate.router.chain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The session tags that bind a call to its resources, from the manifest's {@code bind}. A data role that
 * asks for such a tag opens that one resource and no other.
 */
public sealed interface BoundTags {
    /** Every bound argument has a value that can be a tag. */
    record Bound(Map<String, String> tags) implements BoundTags {
        public Bound {
            tags = Map.copyOf(tags);
        }
    }

    /**
     * @param pointer of the argument that is absent or cannot be a tag
     */
    record Unbindable(String pointer) implements BoundTags {}

    /**
     * What STS accepts as the value of a session tag, in ASCII.
     *
     * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html">Tag</a>
     */
    Pattern VALUE = Pattern.compile("[A-Za-z0-9 _.:/=+@-]{1,256}");

    /** Reads the bound arguments; that no tag of the caller is among them is the manifest's promise. */
    static BoundTags of(ToolManifest manifest, ObjectNode arguments) {
        var tags = new TreeMap<String, String>();
        for (var bind : new TreeMap<>(manifest.bind()).entrySet()) {
            var path = ArgumentPath.of(bind.getValue());
            var value = path.in(arguments);
            if (!value.isTextual() && !value.isIntegralNumber()) {
                return new Unbindable(path.pointer());
            }
            var text = value.asText();
            if (!VALUE.matcher(text).matches()) {
                return new Unbindable(path.pointer());
            }
            tags.put(bind.getKey(), text);
        }
        return new Bound(tags);
    }
}
