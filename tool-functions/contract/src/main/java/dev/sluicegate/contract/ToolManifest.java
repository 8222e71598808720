package dev.sluicegate.contract;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.record.CanonicalJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** MCP 2026-07-28 allows 128 characters in a tool name. */
    private static final int MAX_NAME = 128;

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(
                            com.fasterxml.jackson.databind.MapperFeature
                                    .ACCEPT_CASE_INSENSITIVE_ENUMS)
                    .build();

    public ToolManifest {
        if (!NAME.matcher(name).matches() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException("tool name `" + name + "` is not <target>___<tool>");
        }
        requireNonNull(inputSchema, "inputSchema");
        requireNonNull(outputSchema, "outputSchema");
        scopes = scopes == null ? List.of() : List.copyOf(scopes);
        receivers = receivers == null ? List.of() : List.copyOf(receivers);
        bind = bind == null ? Map.of() : Map.copyOf(bind);
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
            return JSON.readValue(json, ToolManifest.class);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException("not a tool manifest: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read tool manifest", e);
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
                            : Set.copyOf(EnumSet.copyOf(labels));
            fields = fields == null ? Map.of() : Map.copyOf(fields);
        }
    }

    /**
     * @param sum JSON path of the argument that counts against the amount of the day
     */
    public record Quota(String sum) {}

    public record Limits(int timeoutMs, int resultBytes, int rows) {
        /** Below the 29 s of API Gateway; 1 MiB and 1,000 rows are what a model can still read. */
        public static final Limits DEFAULT = new Limits(10_000, 1_048_576, 1_000);

        public Limits {
            timeoutMs = timeoutMs == 0 ? 10_000 : timeoutMs;
            resultBytes = resultBytes == 0 ? 1_048_576 : resultBytes;
            rows = rows == 0 ? 1_000 : rows;
            if (timeoutMs < 0 || resultBytes < 0 || rows < 0) {
                throw new IllegalArgumentException("limits must be positive");
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
            DIGEST
        }
    }

    public enum Isolation {
        NONE,
        TENANT
    }

    /**
     * IAM statements of the tool's data role, as in an IAM policy document; resources may use {@code
     * ${aws:PrincipalTag/…}} and, for names that depend on the stage, {@code ${table:<name>}}.
     */
    public record RoleStatements(List<JsonNode> statements) {
        public RoleStatements {
            statements = statements == null ? List.of() : List.copyOf(statements);
        }
    }
}
