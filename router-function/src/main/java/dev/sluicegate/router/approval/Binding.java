package dev.sluicegate.router.approval;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.record.CanonicalJson;
import dev.sluicegate.router.enforcement.InboundCall;

/**
 * What an approval is for: this operation, by this person through this client, on this tool as it is
 * now, under these policies. If any of it changes, it is another operation.
 *
 * @param sha {@code sha256:<hex>} over the canonical JSON of all of it
 */
record Binding(String sha) {
    static Binding of(InboundCall call, Decision.Basis basis) {
        var identity = call.identity();
        var tool = call.tool();
        var operation = JsonNodeFactory.instance.objectNode();
        operation.put("tool", tool.name());
        operation.put("version", tool.manifest().version());
        operation.put("schemaSha", tool.manifest().schemaSha());
        operation.put("codeSha", tool.codeSha());
        operation.set("arguments", call.arguments());
        operation.put("principal", identity.principalId());
        operation.put("client", identity.clientId());
        operation.put("env", identity.env());
        operation.put("tenant", identity.tenant());
        operation.put("policySet", basis.set());
        return new Binding(CanonicalJson.sha256(operation));
    }
}
