package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Forms of objects that say what their values are: keys, secrets, pairs of name and value, media. */
final class ObjectForm {
    private static final int MAX_FIELD = 40;
    private static final int MAX_NEAR_KEY_ID = 256;
    private static final Pattern MEDIA = Pattern.compile("(?i)(image|audio|video|font)/");
    private static final Set<String> JWK_PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "k");
    private static final List<String> NAME_FIELDS = List.of("name", "key", "Name", "Key");

    private ObjectForm() {}

    /** A name in a place is shown when it could be a field name; other keys are data. */
    static boolean isField(String name) {
        if (name.isEmpty()
                || name.length() > MAX_FIELD
                || !isFieldCharacter(name.charAt(0), true)) {
            return false;
        }
        for (var i = 1; i < name.length(); i++) {
            if (!isFieldCharacter(name.charAt(i), false)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFieldCharacter(char c, boolean first) {
        if (Leaf.isDigit(c) || c == '.' || c == '-') {
            return !first;
        }
        return Leaf.isAlphanumeric(c) || c == '_' || c == '$';
    }

    static boolean holdsKeyId(JsonNode parent) {
        for (var child : parent) {
            if (child.isTextual() && mayHoldKeyId(child.textValue())) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayHoldKeyId(String text) {
        return text.length() < MAX_NEAR_KEY_ID
                && (text.contains("AKIA")
                        || text.contains("ASIA")
                        || text.contains("ABIA")
                        || text.contains("ACCA"));
    }

    /**
     * @see <a href="https://www.rfc-editor.org/rfc/rfc7518#section-6">RFC 7518, section 6</a>
     */
    static boolean isPrivateJwk(ObjectNode object) {
        var type = object.get("kty");
        return type != null
                && type.isTextual()
                && (object.path("d").isTextual()
                        || (type.textValue().equals("oct") && object.path("k").isTextual()));
    }

    static boolean isPrivateJwkField(String key) {
        return JWK_PRIVATE.contains(key);
    }

    /** The name that stands beside a value, as in lists of settings; null when there is none. */
    static @Nullable String nameOfPair(ObjectNode object) {
        if (!object.path("value").isTextual() && !object.path("Value").isTextual()) {
            return null;
        }
        for (var field : NAME_FIELDS) {
            var name = object.path(field);
            if (name.isTextual()) {
                var clean = HiddenCharacters.clean(name.textValue()).text();
                if (isField(clean)) {
                    return clean;
                }
            }
        }
        return null;
    }

    static boolean isValueOfPair(String key) {
        return key.equals("value") || key.equals("Value");
    }

    /**
     * @see <a href="https://kubernetes.io/docs/concepts/configuration/secret/">Secrets of Kubernetes</a>
     */
    static boolean isClusterSecret(ObjectNode object) {
        var kind = object.get("kind");
        return kind != null
                && HiddenCharacters.clean(kind.asText()).text().equals("Secret")
                && (object.path("data").isObject() || object.path("stringData").isObject());
    }

    static boolean isSecretData(String key) {
        return key.equals("data") || key.equals("stringData");
    }

    /** Base64 in the content blocks of MCP. */
    static boolean isBinary(String key, ObjectNode parent) {
        return switch (key) {
            case "data" -> parent.path("mimeType").isTextual();
            case "blob" -> parent.has("uri");
            default -> false;
        };
    }

    /** Bytes that are shown or played: what would be a hidden character in a text is a part of the picture. */
    static boolean isMedia(ObjectNode parent) {
        return MEDIA.matcher(parent.path("mimeType").asText()).lookingAt();
    }
}
