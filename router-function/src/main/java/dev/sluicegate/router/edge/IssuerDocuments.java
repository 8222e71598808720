package dev.sluicegate.router.edge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Public documents of the gateway's own token issuer, below {@code /sts}. */
public interface IssuerDocuments {
    /**
     * @param path below {@code /sts}, with its slash: {@code /jwks.json}
     */
    Optional<JsonNode> document(String path);
}
