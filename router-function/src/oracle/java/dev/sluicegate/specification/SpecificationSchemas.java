package dev.sluicegate.specification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the specification's JSON schemas say about a message of a server: an oracle that was not written
 * by whoever wrote the server. The schemas come with the clients' npm folder ({@code schemas.mjs} there)
 * and are in no commit of ours; without them nothing is checked, and the standard error says so.
 */
public final class SpecificationSchemas {
    /** Versions that begin with {@code initialize}, and the one that does not. */
    public static final List<String> VERSIONS =
            List.of("2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28");

    public static final String MODERN = "2026-07-28";

    private static final String PROPERTY = "mcp.schemas";

    /** From the folder of any module. */
    private static final String DEFAULT = "../localstack/clients/node_modules/.mcp-schemas";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Optional<SpecificationSchemas> INSTALLED = read();

    private final Map<String, Version> versions;

    private SpecificationSchemas(Map<String, Version> versions) {
        this.versions = versions;
    }

    public static Optional<SpecificationSchemas> installed() {
        return INSTALLED;
    }

    private static Optional<SpecificationSchemas> read() {
        var folder = Path.of(System.getProperty(PROPERTY, DEFAULT)).toAbsolutePath().normalize();
        var versions = new HashMap<String, Version>();
        for (var version : VERSIONS) {
            var file = folder.resolve(version + ".json");
            if (!Files.isReadable(file)) {
                System.err.println(
                        "SKIPPED: no message is checked against the specification, there is no "
                                + file
                                + "; run `npm ci --ignore-scripts && node schemas.mjs` in"
                                + " localstack/clients");
                return Optional.empty();
            }
            try {
                versions.put(version, new Version((ObjectNode) JSON.readTree(file.toFile())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.of(new SpecificationSchemas(versions));
    }

    /**
     * What is wrong with a message of a server; empty when nothing is.
     *
     * @param version that was negotiated, or that the request names
     * @param method of the request that is answered, or null for a message that answers none
     */
    public List<String> objections(String version, @Nullable String method, JsonNode message) {
        var schemas = versions.get(version);
        if (schemas == null) {
            throw new IllegalArgumentException("no schema of version `" + version + "`");
        }
        if (message.has("method")) {
            var known = schemas.byMethod.get(message.path("method").asText());
            return schemas.errors(known == null ? "JSONRPCNotification" : known, message);
        }
        if (message.has("error")) {
            var known = schemas.byCode.get(message.path("error").path("code").asInt());
            return schemas.errors(
                    known == null ? schemas.either("JSONRPCErrorResponse", "JSONRPCError") : known,
                    message);
        }
        var envelope =
                schemas.errors(schemas.either("JSONRPCResultResponse", "JSONRPCResponse"), message);
        var request = method == null ? null : schemas.byMethod.get(method);
        if (!envelope.isEmpty() || request == null) {
            return envelope;
        }
        var result = request.replaceFirst("Request$", "Result");
        return schemas.errors(
                schemas.definitions.has(result) ? result : "EmptyResult", message.path("result"));
    }

    /** The definitions of one version, and which is for what. */
    private static final class Version {
        private static final SchemaRegistry REGISTRY =
                SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12,
                        builder ->
                                builder.schemaLoader(loader -> loader.fetchRemoteResources(false)));

        private final ObjectNode document;
        private final JsonNode definitions;
        private final String keyword;
        private final Map<String, String> byMethod = new HashMap<>();
        private final Map<Integer, String> byCode = new HashMap<>();
        private final Map<String, Schema> compiled = new ConcurrentHashMap<>();

        Version(ObjectNode document) {
            this.document = document;
            this.keyword = document.has("$defs") ? "$defs" : "definitions";
            this.definitions = document.path(keyword);
            for (var definition : definitions.properties()) {
                var properties = definition.getValue().path("properties");
                var method = properties.path("method").path("const").textValue();
                if (method != null) {
                    byMethod.put(method, definition.getKey());
                }
                for (var part : properties.path("error").path("allOf")) {
                    var code = part.path("properties").path("code").path("const");
                    if (code.isInt()) {
                        byCode.put(code.intValue(), definition.getKey());
                    }
                }
            }
        }

        String either(String newer, String older) {
            return definitions.has(newer) ? newer : older;
        }

        List<String> errors(String definition, JsonNode value) {
            return compiled.computeIfAbsent(definition, this::compile).validate(value).stream()
                    .map(Error::toString)
                    .map(error -> definition + ": " + error)
                    .toList();
        }

        private Schema compile(String definition) {
            if (!definitions.has(definition)) {
                throw new IllegalArgumentException("no definition of `" + definition + "`");
            }
            var schema = JSON.createObjectNode();
            schema.set("$schema", document.path("$schema"));
            schema.set(keyword, definitions);
            // draft 7 ignores what stands beside a reference
            schema.putArray("allOf").addObject().put("$ref", "#/" + keyword + "/" + definition);
            return REGISTRY.getSchema(schema);
        }
    }
}
