package dev.sluicegate.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.router.policy.PublishedSets;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** What was published, as the admin endpoint says it. */
final class StoredPolicies {
    private final PublishedSets sets;

    StoredPolicies(DynamoDbClient db, String policyTable) {
        this.sets = new PublishedSets(db, policyTable);
    }

    /**
     * @param set {@code sha256:<hex>}, or null for the one in force
     * @throws NoSuchElementException if there is no such set
     */
    ObjectNode set(@Nullable String set) {
        var head =
                sets.inForce()
                        .orElseThrow(() -> new NoSuchElementException("no policies are published"));
        var id = set == null ? head.set() : set;
        var sources =
                sets.sources(id)
                        .orElseThrow(
                                () -> new NoSuchElementException("no policy set `" + id + "`"));
        var json = JsonNodeFactory.instance.objectNode();
        json.put("set", id);
        if (set == null) {
            json.put("version", head.version());
            json.put("publishedAt", head.publishedAt().toString());
            json.put("by", head.by());
        }
        var files = json.putObject("files");
        sources.files().forEach(files::put);
        files.put("stub.cedarschema", sources.stub());
        var roles = sources.roles();
        if (roles != null) {
            files.put("roles.txt", String.join("\n", roles) + "\n");
        }
        var tools = json.putArray("tools");
        sets.tools(head.catalogue()).forEach(tool -> tools.add(tool.manifest().toJson()));
        return json;
    }
}
