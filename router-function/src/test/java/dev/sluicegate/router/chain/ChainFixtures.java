package dev.sluicegate.router.chain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.router.identity.EffectiveIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;

/** Identities, manifests and arguments for tests of chains. */
final class ChainFixtures {
    static final Instant NOW = Instant.parse("2026-11-23T23:30:00Z");

    private static final ObjectMapper JSON = new ObjectMapper();

    private ChainFixtures() {}

    static EffectiveIdentity ada(String client) {
        return new EffectiveIdentity(
                "demo",
                "adaadaadaadaadaadaadaadaad",
                "https://issuer.example",
                true,
                Set.of("support"),
                Set.of(),
                client,
                "known",
                "dev",
                false,
                null,
                null,
                null,
                NOW.plusSeconds(3_600));
    }

    /**
     * @param more members of the manifest, each with a comma before it
     */
    static ToolManifest manifest(String more) {
        var json =
                """
                {"name":"billing___refund","version":"1","owner":"test","title":"t","description":"d",
                 "effect":"write","risk":"low",
                 "inputSchema":{"type":"object","additionalProperties":false,
                  "properties":{"customer_id":{},"order":{},"amount":{}},
                  "required":["customer_id","order"]},
                 "outputSchema":{"type":"object"}%s}
                """
                        .formatted(more);
        return ToolManifest.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
