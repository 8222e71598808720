package dev.sluicegate.router.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.AnnotationKeyword;
import dev.sluicegate.contract.ToolManifest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Input schemas of tools, compiled once per manifest: draft 2020-12 unless a schema says otherwise,
 * nothing fetched from anywhere.
 */
final class ToolSchemas {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(
                    Dialect.builder(Dialects.getDraft202012())
                            .keyword(new AnnotationKeyword(MirroredParameter.KEYWORD))
                            .build(),
                    builder ->
                            builder.schemaLoader(loader -> loader.fetchRemoteResources(false))
                                    .schemaCacheEnabled(false)
                                    .schemaRegistryConfig(
                                            SchemaRegistryConfig.builder()
                                                    .locale(Locale.ENGLISH)
                                                    .build()));

    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    /**
     * The first rule that arguments break.
     *
     * @param path JSON pointer into the arguments
     * @param rule the schema keyword
     * @param message for the caller
     * @param schemaPath where the rule stands: words of the manifest only, fit for a record
     */
    record Violation(String path, String rule, String message, String schemaPath) {}

    /** The schema of one manifest. */
    static final class Compiled {
        private final ToolManifest manifest;
        private final Schema schema;
        private final SchemaDefaults defaults;
        private final List<MirroredParameter> mirrored;

        private Compiled(ToolManifest manifest) {
            this.manifest = manifest;
            this.schema = REGISTRY.getSchema(manifest.inputSchema());
            this.schema.initializeValidators(); // a reference that leads nowhere shows here
            this.defaults = new SchemaDefaults(manifest.inputSchema());
            this.mirrored = MirroredParameter.of(manifest.inputSchema());
        }

        List<MirroredParameter> mirrored() {
            return mirrored;
        }

        /** A copy of {@code arguments} with the schema's defaults. */
        ObjectNode withDefaults(ObjectNode arguments) {
            var copy = arguments.deepCopy();
            defaults.apply(copy);
            return copy;
        }

        Optional<Violation> violation(JsonNode arguments) {
            return schema.validate(arguments).stream()
                    .map(Compiled::violation)
                    .min(
                            Comparator.comparing(Violation::path)
                                    .thenComparing(Violation::schemaPath));
        }

        private static Violation violation(Error error) {
            var path = error.getInstanceLocation().toString();
            var property = error.getProperty();
            if (property != null) {
                path += "/" + property.replace("~", "~0").replace("/", "~1");
            }
            return new Violation(
                    path,
                    error.getKeyword(),
                    error.getMessage(),
                    error.getEvaluationPath().toString());
        }
    }

    /**
     * @throws com.networknt.schema.SchemaException if the manifest's schema is not one
     */
    Compiled of(ToolManifest manifest) {
        var known = compiled.get(manifest.name());
        if (known != null && known.manifest.equals(manifest)) {
            return known;
        }
        var fresh = new Compiled(manifest);
        compiled.put(manifest.name(), fresh);
        return fresh;
    }
}
