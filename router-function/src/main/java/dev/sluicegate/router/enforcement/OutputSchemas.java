package dev.sluicegate.router.enforcement;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluicegate.contract.ToolManifest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Output schemas of tools, compiled once per manifest. The kit checks its tool's results, too; a function
 * without the kit, or with another's code in it, does not.
 */
final class OutputSchemas {
    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder ->
                            builder.schemaLoader(loader -> loader.fetchRemoteResources(false))
                                    .schemaCacheEnabled(false));

    private final Map<String, Compiled> compiled = new ConcurrentHashMap<>();

    private record Compiled(ToolManifest manifest, Schema schema) {}

    boolean allow(ToolManifest manifest, JsonNode result) {
        var known = compiled.get(manifest.name());
        if (known == null || !known.manifest().equals(manifest)) {
            known = new Compiled(manifest, REGISTRY.getSchema(manifest.outputSchema()));
            compiled.put(manifest.name(), known);
        }
        return known.schema().validate(result).isEmpty();
    }
}
