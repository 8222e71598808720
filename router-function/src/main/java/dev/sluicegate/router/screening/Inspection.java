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
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the arguments or the result of one call: builds the copy that may go on and collects
 * what was found. Not reusable.
 */
final class Inspection {
    /** More findings than this are no accident, and no record could hold them. */
    static final int MAX_FINDINGS = 1_000;

    /** A value of JSON text inside of JSON text inside of a value is the deepest that tools produce. */
    private static final int MAX_EMBEDDED = 2;

    /** Leaves over which a private key may be spread, one line each. */
    private static final int MAX_KEY_LINES = 400;

    /** Nothing that a detector knows is shorter. */
    private static final int MIN_LENGTH = 3;

    private static final Pattern MEDIA = Pattern.compile("(?i)(image|audio|video|font)/");

    /** What is hidden below two encodings is hidden on purpose, and no tool reads it either. */
    private static final int MAX_DECODED = 2;

    /** Replacing can bring parts together; what does not come to rest soon was built not to. */
    private static final int MAX_ROUNDS = 6;

    private static final int MAX_CONTEXT = 48;

    private static final int MIN_KEY_LINE = 16;

    /** A name in a place is shown when it could be a field name; other keys are data. */
    private static final Pattern FIELD = Pattern.compile("[A-Za-z_$][A-Za-z0-9_$.-]{0,39}");

    private static final Set<String> JWK_PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "k");
    private static final List<String> NAME_FIELDS = List.of("name", "key", "Name", "Key");
    private static final int MIN_JWK_VALUE = 16;
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

    private record Key(
            String at, String type, @Nullable Label label, @Nullable String fingerprint) {}

    /** Where the walk is, and what is known there. */
    private record Place(
            String at,
            String context,
            Set<Label> declared,
            boolean nearKeyId,
            int embedded,
            int decoded) {
        /** In a text of its own that stands here. */
        Place inside() {
            return new Place(at, context, declared, nearKeyId, embedded + 1, decoded);
        }

        /** In what comes out of an encoding that stands here. */
        Place behindEncoding() {
            return new Place(at, context, declared, nearKeyId, embedded, decoded + 1);
        }
    }

    private final Scanner scanner;
    private final KeyedDigest digest;
    private final Set<Label> removed;
    private final Set<String> kept;
    private final Limits limits;
    private final Map<Key, Integer> found = new LinkedHashMap<>();
    private final Set<Label> labels = EnumSet.noneOf(Label.class);
    private final Deque<String> path = new ArrayDeque<>();
    private List<DeclaredField> fields = List.of();
    private int keyLines;
    private long rows;
    private boolean renamed;
    private long hits;
    private long replaced;
    private String replacedType = "";
    private Label replacedLabel = Label.SECRET;
    private long decoded;
    private long work;
    private boolean again;

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
        this.scanner = scanner;
        this.digest = digest;
        this.removed = removed;
        this.kept = kept;
        this.limits = limits;
    }

    /** Characters that were looked at, each time again. */
    long work() {
        return work;
    }

    List<Finding> findings() {
        return found.entrySet().stream()
                .map(entry ->
                        new Finding(
                                entry.getKey().at(),
                                entry.getKey().type(),
                                entry.getValue(),
                                entry.getKey().label(),
                                entry.getKey().fingerprint()))
                .toList();
    }

    /** Of findings and of declared fields that are present. */
    Set<Label> labels() {
        return labels;
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
        var walked = walk(node, new Place(at, "", Set.of(), false, 0, 0), "");
        fields = List.of();
        return walked;
    }

    /** As {@link #json}, for a text of its own. */
    String text(String text, String at) {
        return leaf(text, new Place(at, "", Set.of(), false, 0, 0), true);
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
        labels.addAll(more);
        more.addAll(place.declared());
        return new Place(place.at(), place.context(), more, place.nearKeyId(), 0, place.decoded());
    }

    private JsonNode object(ObjectNode given, Place place, String key) {
        var object = readable(given, place);
        var near = place.nearKeyId() || holdsKeyId(object);
        var jwk = isPrivateJwk(object);
        var pair = nameOfPair(object);
        var cluster = isClusterSecret(object);
        var copy = JSON.objectNode();
        var collisions = 0;
        for (var field : object.properties()) {
            var before = hits;
            var clean = key(field.getKey(), place);
            // a key that stays, but holds something, would tell it in every place below it
            var telling = hits > before;
            var name = clean;
            renamed |= place.embedded() == 0 && !clean.equals(field.getKey());
            while (copy.has(name)) {
                name = clean + "#" + ++collisions; // keys that differed in what was taken out
            }
            var own = tail(pair == null || !isValue(field.getKey()) ? field.getKey() : pair);
            var context = key.isEmpty() ? own : key + "." + own;
            var child =
                    new Place(
                            place.at() + "/" + (telling ? "*" : shown(name)),
                            context,
                            place.declared(),
                            near,
                            place.embedded(),
                            place.decoded());
            path.addLast(field.getKey());
            var value = field.getValue();
            if (jwk
                    && JWK_PRIVATE.contains(field.getKey())
                    && value.isTextual()
                    && value.textValue().length() >= MIN_JWK_VALUE
                    && !isTag(value.textValue())
                    && isRemoved(PrivateKey.TYPE, Label.SECRET, child)) {
                copy.put(name, whole(value.textValue(), child, PrivateKey.TYPE, Label.SECRET));
            } else if (cluster && isSecretData(field.getKey()) && value.isObject()) {
                copy.set(name, clusterSecret((ObjectNode) value, child));
            } else if (isBinary(field.getKey(), object) && value.isTextual()) {
                copy.put(name, binary(value.textValue(), child, isMedia(object)));
            } else {
                copy.set(name, walk(value, child, own));
            }
            path.removeLast();
        }
        return copy;
    }

    private ArrayNode array(ArrayNode array, Place place, String key) {
        rows = Math.max(rows, array.size());
        var near = place.nearKeyId() || holdsKeyId(array);
        var copy = JSON.arrayNode(array.size());
        for (var i = 0; i < array.size(); i++) {
            path.addLast(Integer.toString(i));
            var child =
                    new Place(
                            place.at() + "/" + i,
                            place.context(),
                            place.declared(),
                            near,
                            place.embedded(),
                            place.decoded());
            copy.add(walk(array.get(i), child, key));
            path.removeLast();
        }
        return copy;
    }

    private static boolean holdsKeyId(JsonNode parent) {
        for (var child : parent) {
            if (child.isTextual() && mayHoldKeyId(child.textValue())) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayHoldKeyId(String text) {
        return text.length() < 256
                && (text.contains("AKIA")
                        || text.contains("ASIA")
                        || text.contains("ABIA")
                        || text.contains("ACCA"));
    }

    /**
     * @see <a href="https://www.rfc-editor.org/rfc/rfc7518#section-6">RFC 7518, section 6</a>
     */
    private static boolean isPrivateJwk(ObjectNode object) {
        return object.path("kty").isTextual()
                && (object.path("d").isTextual()
                        || (object.path("kty").textValue().equals("oct")
                                && object.path("k").isTextual()));
    }

    /** The object under names that a person sees: what hides in a name must not hide what it says. */
    private ObjectNode readable(ObjectNode object, Place place) {
        var hidden = false;
        for (var names = object.fieldNames(); !hidden && names.hasNext(); ) {
            var name = names.next();
            hidden = !HiddenCharacters.clean(name).text().equals(name);
        }
        if (!hidden) {
            return object;
        }
        renamed |= place.embedded() == 0;
        var at = below(place);
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

    /** The name that stands beside a value, as in lists of settings; null when there is none. */
    private static @Nullable String nameOfPair(ObjectNode object) {
        if (!object.path("value").isTextual() && !object.path("Value").isTextual()) {
            return null;
        }
        for (var field : NAME_FIELDS) {
            var name = object.path(field);
            if (name.isTextual()) {
                var clean = HiddenCharacters.clean(name.textValue()).text();
                if (FIELD.matcher(clean).matches()) {
                    return clean;
                }
            }
        }
        return null;
    }

    private static boolean isValue(String key) {
        return key.equals("value") || key.equals("Value");
    }

    /**
     * @see <a href="https://kubernetes.io/docs/concepts/configuration/secret/">Secrets of Kubernetes</a>
     */
    private static boolean isClusterSecret(ObjectNode object) {
        return HiddenCharacters.clean(object.path("kind").asText()).text().equals("Secret")
                && (object.path("data").isObject() || object.path("stringData").isObject());
    }

    private static boolean isSecretData(String key) {
        return key.equals("data") || key.equals("stringData");
    }

    private JsonNode clusterSecret(ObjectNode data, Place place) {
        if (!isRemoved("secret", Label.SECRET, place)) {
            return walk(data, place, "data");
        }
        var copy = JSON.objectNode();
        for (var field : readable(data, place).properties()) {
            var value = field.getValue().asText();
            if (value.isEmpty() || isTag(value)) {
                copy.set(key(field.getKey(), place), field.getValue());
            } else {
                copy.put(key(field.getKey(), place), whole(value, place, "secret", Label.SECRET));
            }
        }
        return copy;
    }

    private static boolean isTag(String value) {
        return value.startsWith(ReplacedValue.START) && value.endsWith("]");
    }

    /** Base64 in the content blocks of MCP. */
    private static boolean isBinary(String key, ObjectNode parent) {
        return switch (key) {
            case "data" -> parent.path("mimeType").isTextual();
            case "blob" -> parent.has("uri");
            default -> false;
        };
    }

    private String key(String name, Place place) {
        return scan(name, below(place));
    }

    /** Where names stand; a place that showed them could show what they hold. */
    private static Place below(Place place) {
        return new Place(
                place.at() + "/*", "", Set.of(), place.nearKeyId(), MAX_EMBEDDED, place.decoded());
    }

    /** The end of a key says what the value is, and a long key must not be read again for each leaf. */
    private static String tail(String key) {
        return key.length() <= MAX_CONTEXT ? key : key.substring(key.length() - MAX_CONTEXT);
    }

    /** A field name as a place may show it: what could hold data becomes {@code *}. */
    private static String shown(String name) {
        return FIELD.matcher(name).matches() ? name : "*";
    }

    private JsonNode number(JsonNode node, Place place) {
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            return node; // no JSON number; the canonical form will refuse it
        }
        var value = node.decimalValue();
        if ((value.scale() > 0 && value.stripTrailingZeros().scale() > 0)
                || value.precision() - value.scale() > 20) {
            return node; // a fraction, or longer than anything we look for
        }
        var digits = value.toBigInteger().toString();
        var screened = scan(digits, place);
        return screened.equals(digits) ? node : TextNode.valueOf(screened);
    }

    /** Bytes that are shown or played: what would be a hidden character in a text is a part of the picture. */
    private static boolean isMedia(ObjectNode parent) {
        return MEDIA.matcher(parent.path("mimeType").asText()).lookingAt();
    }

    private String binary(String text, Place place, boolean media) {
        var decoded = decodedText(text);
        if (decoded != null && place.embedded() < MAX_EMBEDDED) {
            var screened =
                    media && !looksLikeJson(decoded)
                            ? line(decoded, place.inside())
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
            var inner = place.embedded() < MAX_EMBEDDED ? parsed(text) : null;
            if (inner != null) {
                var last = place.context().lastIndexOf('.');
                var walked = walk(inner, place.inside(), place.context().substring(last + 1));
                return walked.equals(inner) ? text : walked.toString();
            }
            // no parser will decode it for us, so letters must not hide behind escapes
            var unescaped = unescaped(text);
            var screened = line(unescaped, place);
            return screened.equals(unescaped) ? text : screened;
        }
        return line(text, place);
    }

    private String cleaned(String raw, Place place) {
        var cleaned = HiddenCharacters.clean(raw);
        if (cleaned.hidden() > 0) {
            found(place, HiddenCharacters.HIDDEN, cleaned.hidden(), null, null);
        }
        if (cleaned.bidi() > 0) {
            found(place, HiddenCharacters.BIDI, cleaned.bidi(), null, null);
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

    /** Printable ASCII that needs no escape, out of its JSON escapes. */
    private static String unescaped(String text) {
        var at = text.indexOf("\\u00");
        if (at < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        var from = 0;
        while (at >= 0) {
            var c = at + 6 <= text.length() ? hex(text.charAt(at + 4), text.charAt(at + 5)) : -1;
            if (c > ' ' && c < 0x7F && c != '"' && c != '\\') {
                out.append(text, from, at).append((char) c);
                from = at + 6;
                at = text.indexOf("\\u00", from);
            } else {
                at = text.indexOf("\\u00", at + 1);
            }
        }
        return out.append(text, from, text.length()).toString();
    }

    private static int hex(char high, char low) {
        var a = Character.digit(high, 16);
        var b = Character.digit(low, 16);
        return a < 0 || b < 0 ? -1 : 16 * a + b;
    }

    /** Scans a value that may be one line of a private key that began in an earlier leaf. */
    private String line(String text, Place place) {
        if (keyLines > 0) {
            keyLines--;
            if (text.contains("END")) {
                keyLines = 0;
            }
            if (isKeyLine(text) && isRemoved(PrivateKey.TYPE, Label.SECRET, place)) {
                return whole(text, place, PrivateKey.TYPE, Label.SECRET);
            }
        }
        return scan(text, place);
    }

    /** Replaces until nothing is left to replace, so that screening again would change nothing. */
    private String scan(String text, Place place) {
        if (text.length() < MIN_LENGTH) {
            return text;
        }
        var before = again;
        var current = text;
        for (var round = 0; round < MAX_ROUNDS; round++) {
            var next = round(current, place);
            if (next.equals(current)) {
                again = before;
                return next;
            }
            current = next;
            again = true;
        }
        again = before;
        return whole(text, place, "unstable_text", Label.SECRET);
    }

    private String round(String text, Place place) {
        var leaf = Leaf.of(place.context(), text);
        var spans = scanner.scan(leaf);
        if (leaf.keyOpen()) {
            keyLines = MAX_KEY_LINES;
        }
        var near = AwsSecretKey.near(leaf, spans, place.nearKeyId());
        if (!near.isEmpty()) {
            spans = new ArrayList<>(spans);
            spans.addAll(near);
            spans.sort(Comparator.comparingInt(Span::start));
        }
        worked(leaf.work() + text.length());
        var out = new StringBuilder(text.length());
        var from = 0;
        for (var span : spans) {
            if (place.declared().contains(span.label())) {
                continue; // declared data, labelled by its field
            }
            var start = span.start() - leaf.offset();
            if (start < from) {
                continue;
            }
            if (isRemoved(span.type(), span.label(), place)) {
                out.append(text, from, start).append(tag(span, place));
                from = span.end() - leaf.offset();
            } else if (!again) {
                found(place, span.type(), 1, span.label(), digest.fingerprint(span.identity()));
            }
        }
        return from == 0 ? decoded(text, place) : out.append(text, from, text.length()).toString();
    }

    private String tag(Span span, Place place) {
        return whole(span.identity(), place, span.type(), span.label());
    }

    /** What is written in another way: found inside, it is replaced as a whole. */
    private String decoded(String text, Place place) {
        if (place.decoded() >= MAX_DECODED) {
            return text;
        }
        var out = new StringBuilder();
        var from = 0;
        for (var blob : EncodedText.in(text)) {
            decoded += blob.text().length();
            worked(blob.text().length());
            if (decoded > limits.decoded()) {
                throw new LimitExceededException("decoded");
            }
            var before = replaced;
            leaf(blob.text(), place.behindEncoding(), true);
            if (replaced > before) {
                out.append(text, from, blob.start());
                out.append(
                        whole(
                                text.substring(blob.start(), blob.end()),
                                place,
                                replacedType,
                                replacedLabel));
                from = blob.end();
            }
        }
        return from == 0 ? text : out.append(text, from, text.length()).toString();
    }

    private void worked(long characters) {
        work += characters;
        if (work > limits.work()) {
            throw new LimitExceededException("work");
        }
    }

    private static boolean isKeyLine(String text) {
        var line = text.strip();
        if (line.length() < MIN_KEY_LINE && !line.endsWith("=")) {
            return false;
        }
        for (var i = 0; i < line.length(); i++) {
            if (!Alphabet.BASE64_PADDED.holds(line.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean isRemoved(String type, Label label, Place place) {
        return removed.contains(label) && !kept.contains(type) && !place.declared().contains(label);
    }

    private String whole(String value, Place place, String type, Label label) {
        var fingerprint = digest.fingerprint(value);
        found(place, type, 1, label, fingerprint);
        replaced++;
        replacedType = type;
        replacedLabel = label;
        return ReplacedValue.tag(type, fingerprint);
    }

    private void found(
            Place place,
            String type,
            int count,
            @Nullable Label label,
            @Nullable String fingerprint) {
        hits++;
        found.merge(new Key(place.at(), type, label, fingerprint), count, Integer::sum);
        if (label != null) {
            labels.add(label);
        }
        if (found.size() > limits.findings()) {
            throw new LimitExceededException("findings");
        }
    }
}
