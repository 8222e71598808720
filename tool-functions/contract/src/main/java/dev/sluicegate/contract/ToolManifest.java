package dev.sluicegate.contract;

import static java.util.Collections.unmodifiableMap;
import static java.util.Collections.unmodifiableSet;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The manifest of one tool, {@code tool.json}: the tool's listing, its Cedar action, its roles and its
 * limits all come from here. The JSON Schema of the file is {@code tool.schema.json} beside this class.
 *
 * @param name {@code <target>___<tool>}, the MCP tool name and the Cedar action
 * @param receivers JSON pointers of the arguments that name a receiver; a pointer may lead to a string
 *     or to an array of strings
 * @param bind tag name to JSON path ({@code $.customer_id}): these arguments become signed session tags
 * @param consequence one sentence for an approver, with {@code {argument}} placeholders
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolManifest(
        String name,
        String version,
        String owner,
        String title,
        String description,
        Effect effect,
        Risk risk,
        List<String> scopes,
        ObjectNode inputSchema,
        ObjectNode outputSchema,
        Out out,
        List<String> receivers,
        boolean egress,
        Map<String, String> bind,
        @Nullable Quota quota,
        Limits limits,
        Audit audit,
        Isolation isolation,
        RoleStatements role,
        String consequence) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]*___[a-z][a-z0-9_.-]*");
    private static final Pattern TAG = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Pattern TOP_LEVEL_PATH = Pattern.compile("\\$\\.([A-Za-z_][A-Za-z0-9_]*)");

    /** MCP 2026-07-28 allows 128 characters in a tool name. */
    private static final int MAX_NAME = 128;

    /** A manifest above this is refused: it is read at start and published as one item. */
    private static final int MAX_BYTES = 256 * 1024;

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    public ToolManifest {
        required("name", name);
        if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("tool name `" + name + "` is not <target>___<tool>");
        }
        required("version", version);
        required("owner", owner);
        required("title", title);
        required("description", description);
        required("effect", effect);
        required("risk", risk);
        requireObject("inputSchema", inputSchema, true);
        requireObject("outputSchema", outputSchema, false);
        MirroredArguments.check(inputSchema);
        scopes = scopes == null ? List.of() : List.copyOf(scopes);
        receivers = receivers == null ? List.of() : List.copyOf(receivers);
        // sorted, so that the JSON of a manifest is the same in every run
        bind = bind == null ? Map.of() : unmodifiableMap(new TreeMap<>(bind));
        out = out == null ? new Out(Set.of(), Map.of()) : out;
        limits = limits == null ? Limits.DEFAULT : limits;
        audit = audit == null ? new Audit(Audit.Payload.DIGEST, List.of()) : audit;
        isolation = isolation == null ? Isolation.NONE : isolation;
        role = role == null ? new RoleStatements(List.of()) : role;
        consequence = consequence == null ? "" : consequence;
        if (egress && receivers.isEmpty()) {
            throw new IllegalArgumentException(
                    "`" + name + "` sends data out but names no receivers");
        }
        for (var receiver : receivers) {
            requireArgument("receivers", inputSchema, pointed(receiver));
        }
        for (var fact : audit.facts()) {
            requireArgument("audit.facts", inputSchema, pointed(fact));
        }
        bind.forEach((tag, path) -> {
            if (!TAG.matcher(tag).matches() || SessionTags.RESERVED.contains(tag)) {
                throw new IllegalArgumentException("bind: tag `" + tag + "` is not free");
            }
            // an argument that may be absent would leave the session unbound
            if (!requiredArguments(inputSchema).contains(argument("bind", path))) {
                throw new IllegalArgumentException(
                        "bind: `" + path + "` is not a required argument");
            }
        });
        if (quota != null) {
            requireArgument("quota.sum", inputSchema, argument("quota.sum", quota.sum()));
        }
    }

    private static <T> void required(String field, @Nullable T value) {
        if (value == null || (value instanceof String text && text.isBlank())) {
            throw new IllegalArgumentException("manifest without `" + field + "`");
        }
    }

    /** An open input schema would let arguments through that no policy can name. */
    private static void requireObject(String field, @Nullable ObjectNode schema, boolean closed) {
        required(field, schema);
        var additional = requireNonNull(schema).path("additionalProperties");
        if (!"object".equals(schema.path("type").asText())
                || (closed && (!additional.isBoolean() || additional.booleanValue()))) {
            throw new IllegalArgumentException(
                    "`" + field + "` is not an object schema" + (closed ? " that is closed" : ""));
        }
    }

    private static void requireArgument(String field, ObjectNode inputSchema, String argument) {
        if (!inputSchema.path("properties").has(argument)) {
            throw new IllegalArgumentException(field + ": no argument `" + argument + "`");
        }
    }

    private static Set<String> requiredArguments(ObjectNode inputSchema) {
        var names = new HashSet<String>();
        inputSchema.path("required").forEach(name -> names.add(name.asText()));
        return names;
    }

    /** First step of a JSON pointer. */
    private static String pointed(String pointer) {
        if (!pointer.startsWith("/")) {
            throw new IllegalArgumentException("`" + pointer + "` is not a JSON pointer");
        }
        var step = pointer.substring(1);
        var end = step.indexOf('/');
        return (end < 0 ? step : step.substring(0, end)).replace("~1", "/").replace("~0", "~");
    }

    private static String argument(String field, String path) {
        var matcher = TOP_LEVEL_PATH.matcher(path);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(field + ": `" + path + "` is not $.<argument>");
        }
        return matcher.group(1);
    }

    /**
     * The session tags that bind a call to its resources: the arguments that {@code bind} names, as
     * text.
     *
     * @throws IllegalArgumentException if one is absent or is neither text nor a whole number
     */
    public Map<String, String> bound(ObjectNode arguments) {
        var tags = new TreeMap<String, String>();
        bind.forEach((tag, path) -> {
            var value = arguments.path(argument("bind", path));
            if (!value.isTextual() && !value.isIntegralNumber()) {
                throw new IllegalArgumentException("`" + path + "` cannot bind the call");
            }
            tags.put(tag, value.asText());
        });
        return tags;
    }

    /** Everything before {@code ___}. */
    public String target() {
        return name.substring(0, name.indexOf("___"));
    }

    /** The scopes a caller needs: that of the effect and those of the manifest, sorted. */
    public Set<String> requiredScopes() {
        var all = new TreeSet<>(scopes);
        all.add(effect.scope());
        return all;
    }

    /** SHA-256 over the canonical input and output schema, {@code sha256:<hex>}. */
    public String schemaSha() {
        var both = JSON.createObjectNode();
        both.set("inputSchema", inputSchema);
        both.set("outputSchema", outputSchema);
        return CanonicalJson.sha256(both);
    }

    /**
     * @throws IllegalArgumentException if the file is not a manifest; the message names the field
     */
    public static ToolManifest read(InputStream json) {
        try {
            var bytes = json.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IllegalArgumentException("not a tool manifest: larger than 256 KiB");
            }
            return of(StrictJson.read(bytes));
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new IllegalArgumentException("not a tool manifest: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read tool manifest", e);
        }
    }

    /**
     * As {@link #read}, from parsed JSON such as that of {@link #toJson}.
     *
     * @throws IllegalArgumentException if it is not a manifest
     */
    public static ToolManifest of(JsonNode json) {
        if (!json.isObject()) {
            throw new IllegalArgumentException("not a tool manifest: not an object");
        }
        try {
            return JSON.treeToValue(json, ToolManifest.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a tool manifest: " + e.getOriginalMessage(), e);
        }
    }

    /** As {@link #read}, from {@code tool.json} beside {@code handler} on the class path. */
    public static ToolManifest of(Class<?> handler) {
        try (var in = handler.getResourceAsStream("tool.json")) {
            if (in == null) {
                throw new IllegalArgumentException("no tool.json beside " + handler.getName());
            }
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read tool manifest", e);
        }
    }

    /** The manifest as JSON, for the catalogue. */
    public ObjectNode toJson() {
        return JSON.valueToTree(this);
    }

    /**
     * Labels of what the tool returns.
     *
     * @param labels of the whole result
     * @param fields JSON pointer into the structured result to label; {@code *} matches any element
     */
    public record Out(Set<Label> labels, Map<String, Label> fields) {
        public Out {
            labels =
                    labels == null || labels.isEmpty()
                            ? Set.of()
                            : unmodifiableSet(EnumSet.copyOf(labels));
            fields = fields == null ? Map.of() : unmodifiableMap(new TreeMap<>(fields));
            for (var pointer : fields.keySet()) {
                pointed(pointer);
            }
        }
    }

    /**
     * @param sum JSON path of the argument that counts against the amount of the day
     */
    public record Quota(String sum) {}

    public record Limits(int timeoutMs, int resultBytes, int rows) {
        /** Below the 29 s of API Gateway; 1 MiB and 1,000 rows are what a model can still read. */
        public static final Limits DEFAULT = new Limits(10_000, 1_048_576, 1_000);

        // the router waits a little longer and still has to record the outcome within 28 s
        private static final int MAX_TIMEOUT_MS = 20_000;
        private static final int MAX_RESULT_BYTES =
                5 * 1024 * 1024; // Lambda answers 6 MB, envelope in

        public Limits {
            timeoutMs = timeoutMs == 0 ? 10_000 : timeoutMs;
            resultBytes = resultBytes == 0 ? 1_048_576 : resultBytes;
            rows = rows == 0 ? 1_000 : rows;
            if (timeoutMs < 0 || resultBytes < 0 || rows < 0) {
                throw new IllegalArgumentException("limits must be positive");
            }
            if (timeoutMs > MAX_TIMEOUT_MS || resultBytes > MAX_RESULT_BYTES) {
                throw new IllegalArgumentException("limits are above what a function can do");
            }
        }
    }

    /**
     * @param payload how much of arguments and result the trail keeps
     * @param facts JSON pointers of arguments that are recorded as they are
     */
    public record Audit(Payload payload, List<String> facts) {
        public Audit {
            payload = payload == null ? Payload.DIGEST : payload;
            facts = facts == null ? List.of() : List.copyOf(facts);
        }

        public enum Payload {
            FULL,
            SUMMARY,
            DIGEST;

            @JsonValue
            public String word() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    public enum Isolation {
        NONE,
        TENANT;

        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * IAM statements of the tool's data role, as in an IAM policy document; resources may use {@code
     * ${aws:PrincipalTag/…}} and, for names that depend on the stage, {@code ${table:<name>}}.
     */
    public record RoleStatements(List<JsonNode> statements) {
        public RoleStatements {
            statements = statements == null ? List.of() : List.copyOf(statements);
            for (var statement : statements) {
                if (!"Allow".equals(statement.path("Effect").asText())
                        || isWildcard(statement.path("Action"))
                        || isWildcard(statement.path("Resource"))) {
                    throw new IllegalArgumentException(
                            "role: a statement allows named actions on named resources");
                }
            }
        }

        private static boolean isWildcard(JsonNode words) {
            if (words.isArray() && !words.isEmpty()) {
                return words.valueStream().anyMatch(RoleStatements::isWildcard);
            }
            return !words.isTextual() || words.asText().matches("\\*|[a-z0-9-]+:\\*");
        }
    }
}
