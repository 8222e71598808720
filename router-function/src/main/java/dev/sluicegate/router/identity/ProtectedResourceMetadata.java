package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Tells clients where to get a token for this resource.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9728">RFC 9728</a>
 */
public final class ProtectedResourceMetadata {
    private final ObjectNode document;

    public ProtectedResourceMetadata(ProtectedResource resource, List<IssuerConfig> issuers) {
        document = JsonNodeFactory.instance.objectNode();
        document.put("resource", resource.uri().toString());
        var servers = document.putArray("authorization_servers");
        for (var issuer : issuers) {
            // where there is a facade it is the authorization server, as far as clients know
            servers.add(
                    issuer.facade() == null
                            ? issuer.issuer()
                            : resource.origin() + issuer.facadePath());
        }
        var scopes = document.putArray("scopes_supported");
        Challenge.SCOPES.forEach(scopes::add);
        document.putArray("bearer_methods_supported").add("header");
        var algorithms = document.putArray("dpop_signing_alg_values_supported");
        ProofOfPossession.ALGORITHMS.forEach(algorithms::add);
    }

    public ObjectNode document() {
        return document.deepCopy();
    }
}
