package dev.sluicegate.router.screening;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluicegate.contract.Label;
import dev.sluicegate.record.KeyedDigest;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the arguments or the result of one call: builds the copy that may go on and collects
 * what was found. Not reusable.
 */
final class Inspection {
    /** More findings than this are no accident, and no record could hold them. */
    static final int MAX_FINDINGS = 1_000;

    private static final int MAX_CONTEXT = 48;
    private static final int MIN_JWK_VALUE = 16;

    /** Names of fields that are remembered as plain; of the keys of a map of data only the first. */
    private static final int MAX_PLAIN = 256;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /**
     * What one inspection may cost. Over any of these the walk stops and nothing passes.
     *
     * @param findings different ones
     * @param decoded characters that come out of base64, hexadecimal and percent encoding
     * @param work characters that are looked at, each time again
     */
    record Limits(int findings, long decoded, long work) {
        /** Some 10 looks a character are usual; the worst text that we know takes 600. */
        static final Limits STANDARD = new Limits(MAX_FINDINGS, 16L << 20, 1L << 30);
    }

    /** The walk stopped at a limit. */
    static final class LimitExceededException extends RuntimeException {
        private final String type;

        LimitExceededException(String type) {
            super(type);
            this.type = type;
        }

        String type() {
            return type;
        }
    }

    private final TextInspection texts;
    private final Findings findings;
    private final Set<String> plain = new HashSet<>();
    private final Deque<String> path = new ArrayDeque<>();
    private List<DeclaredField> fields = List.of();
    private long rows;
    private boolean renamed;

    /**
     * @param removed values with these labels are replaced, others only reported
     * @param kept types that are only reported whatever their label
     */
    Inspection(
            Scanner scanner,
            KeyedDigest digest,
            Set<Label> removed,
            Set<String> kept,
            Limits limits) {
        findings = new Findings(limits.findings());
        texts =
                new TextInspection(
                        scanner,
                        digest,
                        removed,
                        kept,
                        limits,
                        findings,
                        (text, place) -> leaf(text, place, true));
    }

    /** Characters that were looked at, each time again. */
    long work() {
        return texts.work();
    }

    List<Finding> findings() {
        return findings.all();
    }

    /** Of findings and of declared fields that are present. */
    Set<Label> labels() {
        return findings.labels();
    }

    /** Whether a key had to become another one; what stood under it was checked under its old name. */
    boolean renamed() {
        return renamed;
    }

    /** Length of the largest array. */
    long rows() {
        return rows;
    }

    /**
     * The copy of {@code node} that may go on.
     *
     * @param declared fields whose labels the manifest declares
     * @throws LimitExceededException if it holds more than can be recorded or looked at
     */
    JsonNode json(JsonNode node, String at, List<DeclaredField> declared) {
        fields = declared;
        var walked = walk(node, Place.root(at), "");
        fields = List.of();
        return walked;
    }

    /** As {@link #json}, for a text of its own. */
    String text(String text, String at) {
        return leaf(text, Place.root(at), true);
    }

    private JsonNode walk(JsonNode node, Place place, String key) {
        var here = declared(node, place);
        if (node instanceof ObjectNode object) {
            return object(object, here, key);
        }
        if (node instanceof ArrayNode array) {
            return array(array, here, key);
        }
        if (node.isTextual()) {
            return TextNode.valueOf(leaf(node.textValue(), here, true));
        }
        return node.isNumber() ? number(node, here) : node;
    }

    private Place declared(JsonNode node, Place place) {
        if (fields.isEmpty() || place.embedded() > 0) {
            return place;
        }
        Set<Label> more = EnumSet.noneOf(Label.class);
        for (var field : fields) {
            if (field.matches(path) && !node.isNull()) {
                more.add(field.label());
            }
        }
        if (more.isEmpty()) {
            return place;
        }
        findings.declared(more);
        more.addAll(place.declared());
        return place.declaring(more);
    }

    private JsonNode object(ObjectNode given, Place place, String key) {
        var object = readable(given, place);
        var near = place.nearKeyId() || ObjectForm.holdsKeyId(object);
        var jwk = ObjectForm.isPrivateJwk(object);
        var pair = ObjectForm.nameOfPair(object);
        var cluster = ObjectForm.isClusterSecret(object);
        var copy = JSON.objectNode();
        var changed = false;
        var collisions = 0;
        for (var field : object.properties()) {
            var before = findings.hits();
            var clean = key(field.getKey(), place);
            // a key that stays, but holds something, would tell it in every place below it
            var telling = findings.hits() > before;
            var name = clean;
            changed |= !clean.equals(field.getKey());
            renamed |= place.embedded() == 0 && !clean.equals(field.getKey());
            while (changed && copy.has(name)) {
                name = clean + "#" + ++collisions; // keys that differed in what was taken out
            }
            var own =
                    tail(
                            pair == null || !ObjectForm.isValueOfPair(field.getKey())
                                    ? field.getKey()
                                    : pair);
            var child =
                    place.member(
                            telling || !ObjectForm.isField(name) ? "*" : name,
                            key.isEmpty() ? own : key + "." + own,
                            near);
            path.addLast(field.getKey());
            var value = field.getValue();
            if (jwk && isPrivateOfJwk(field.getKey(), value, child)) {
                copy.put(
                        name, texts.whole(value.textValue(), child, PrivateKey.TYPE, Label.SECRET));
            } else if (cluster && ObjectForm.isSecretData(field.getKey()) && value.isObject()) {
                copy.set(name, clusterSecret((ObjectNode) value, child));
            } else if (ObjectForm.isBinary(field.getKey(), object) && value.isTextual()) {
                copy.put(name, binary(value.textValue(), child, ObjectForm.isMedia(object)));
            } else {
                copy.set(name, walk(value, child, own));
            }
            path.removeLast();
        }
        return copy;
    }

    private boolean isPrivateOfJwk(String key, JsonNode value, Place place) {
        return ObjectForm.isPrivateJwkField(key)
                && value.isTextual()
                && value.textValue().length() >= MIN_JWK_VALUE
                && !isTag(value.textValue())
                && texts.isRemoved(PrivateKey.TYPE, Label.SECRET, place);
    }

    private ArrayNode array(ArrayNode array, Place place, String key) {
        rows = Math.max(rows, array.size());
        var near = place.nearKeyId() || ObjectForm.holdsKeyId(array);
        var copy = JSON.arrayNode(array.size());
        for (var i = 0; i < array.size(); i++) {
            path.addLast(fields.isEmpty() ? "" : Integer.toString(i));
            copy.add(walk(array.get(i), place.element(i, near), key));
            path.removeLast();
        }
        return copy;
    }

    /** The object under names that a person sees: what hides in a name must not hide what it says. */
    private ObjectNode readable(ObjectNode object, Place place) {
        var hidden = false;
        for (var names = object.fieldNames(); !hidden && names.hasNext(); ) {
            var name = names.next();
            hidden = !plain.contains(name) && !HiddenCharacters.clean(name).text().equals(name);
        }
        if (!hidden) {
            return object;
        }
        renamed |= place.embedded() == 0;
        var at = place.names();
        var copy = JSON.objectNode();
        var collisions = 0;
        for (var field : object.properties()) {
            var clean = cleaned(field.getKey(), at);
            var name = clean;
            while (copy.has(name)) {
                name = clean + "#" + ++collisions; // names that differed in what was taken out
            }
            copy.set(name, field.getValue());
        }
        return copy;
    }

    private JsonNode clusterSecret(ObjectNode data, Place place) {
        if (!texts.isRemoved("secret", Label.SECRET, place)) {
            return walk(data, place, "data");
        }
        var copy = JSON.objectNode();
        for (var field : readable(data, place).properties()) {
            var value = field.getValue().asText();
            if (value.isEmpty() || isTag(value)) {
                copy.set(key(field.getKey(), place), field.getValue());
            } else {
                copy.put(
                        key(field.getKey(), place),
                        texts.whole(value, place, "secret", Label.SECRET));
            }
        }
        return copy;
    }

    private static boolean isTag(String value) {
        return value.startsWith(ReplacedValue.START) && value.endsWith("]");
    }

    /** The name as it may go on. The rows of a result have the same names, so plain ones are remembered. */
    private String key(String name, Place place) {
        if (!place.nearKeyId() && plain.contains(name)) {
            return name;
        }
        var before = findings.hits();
        var screened = texts.scan(name, place.names());
        if (findings.hits() == before
                && screened.equals(name)
                && name.length() <= MAX_CONTEXT
                && place.decoded() == 0
                && !texts.keyOpen()
                && plain.size() < MAX_PLAIN) {
            plain.add(name);
        }
        return screened;
    }

    /** The end of a key says what the value is, and a long key must not be read again for each leaf. */
    private static String tail(String key) {
        return key.length() <= MAX_CONTEXT ? key : key.substring(key.length() - MAX_CONTEXT);
    }

    private JsonNode number(JsonNode node, Place place) {
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            return node; // no JSON number; the canonical form will refuse it
        }
        var digits = wholeDigits(node);
        if (digits == null) {
            return node;
        }
        var screened = texts.scan(digits, place);
        return screened.equals(digits) ? node : TextNode.valueOf(screened);
    }

    /** Null for a fraction, and for what is longer than anything we look for. */
    private static @Nullable String wholeDigits(JsonNode node) {
        if (node.isInt() || node.isLong()) {
            return Long.toString(node.longValue());
        }
        if (node.isDouble() && Math.rint(node.doubleValue()) != node.doubleValue()) {
            return null;
        }
        var value = node.decimalValue();
        if ((value.scale() > 0 && value.stripTrailingZeros().scale() > 0)
                || value.precision() - value.scale() > 20) {
            return null;
        }
        return value.toBigInteger().toString();
    }

    private String binary(String text, Place place, boolean media) {
        var decoded = decodedText(text);
        if (decoded != null && place.embedded() < Place.MAX_EMBEDDED) {
            var screened =
                    media && !looksLikeJson(decoded)
                            ? texts.line(decoded, place.inside())
                            : leaf(decoded, place.inside(), true);
            if (!screened.equals(decoded)) {
                return Base64.getEncoder()
                        .encodeToString(screened.getBytes(StandardCharsets.UTF_8));
            }
        }
        // what only claims to be base64 is text
        return leaf(text, place, false);
    }

    private static @Nullable String decodedText(String base64) {
        try {
            var bytes = Base64.getDecoder().decode(base64);
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    /** Screens one decoded string. */
    private String leaf(String raw, Place place, boolean mayHoldJson) {
        var text = cleaned(raw, place);
        if (mayHoldJson && looksLikeJson(text)) {
            var inner = place.embedded() < Place.MAX_EMBEDDED ? parsed(text) : null;
            if (inner != null) {
                var last = place.context().lastIndexOf('.');
                var walked = walk(inner, place.inside(), place.context().substring(last + 1));
                return walked.equals(inner) ? text : walked.toString();
            }
        }
        // no parser will decode it for us, so letters must not hide behind escapes: a line of a log
        // holds JSON as well
        var unescaped = unescaped(text);
        var screened = texts.line(unescaped, place);
        return screened.equals(unescaped) ? text : screened;
    }

    private String cleaned(String raw, Place place) {
        var cleaned = HiddenCharacters.clean(raw);
        if (cleaned.hidden() > 0) {
            findings.add(place, HiddenCharacters.HIDDEN, cleaned.hidden(), null, null);
        }
        if (cleaned.bidi() > 0) {
            findings.add(place, HiddenCharacters.BIDI, cleaned.bidi(), null, null);
        }
        return cleaned.text();
    }

    private static boolean looksLikeJson(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return c == '{' || c == '[' || c == '"';
            }
        }
        return false;
    }

    private static @Nullable JsonNode parsed(String text) {
        try {
            var value = StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
            return StrictJson.depth(value) > StrictJson.MAX_DEPTH ? null : value;
        } catch (MalformedJsonException | NotCanonicalException e) {
            return null;
        }
    }

    /** Printable ASCII that needs no escape, and slashes, out of their JSON escapes. */
    private static String unescaped(String text) {
        var at = text.indexOf('\\');
        if (at < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        var from = 0;
        while (at >= 0) {
            var next = at + 1 < text.length() ? text.charAt(at + 1) : '\0';
            var c = next == '/' ? '/' : text.startsWith("u00", at + 1) ? escaped(text, at) : -1;
            var end = at + (next == '/' ? 2 : 6);
            if (c > ' ' && c < 0x7F && c != '"' && c != '\\') {
                out.append(text, from, at).append((char) c);
                from = end;
            } else {
                end = at + 2; // an escaped backslash escapes nothing
            }
            at = text.indexOf('\\', end);
        }
        return from == 0 ? text : out.append(text, from, text.length()).toString();
    }

    private static int escaped(String text, int at) {
        return at + 6 <= text.length() ? hex(text.charAt(at + 4), text.charAt(at + 5)) : -1;
    }

    private static int hex(char high, char low) {
        var a = Character.digit(high, 16);
        var b = Character.digit(low, 16);
        return a < 0 || b < 0 ? -1 : 16 * a + b;
    }
}
