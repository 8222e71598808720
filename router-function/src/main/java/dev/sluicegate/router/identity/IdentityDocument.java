package dev.sluicegate.router.identity;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;

/** The effective identity as its own caller is told it: what policy and audit see, and nothing of the token itself. */
public final class IdentityDocument {
    private IdentityDocument() {}

    /**
     * @param now what the age of the authentication is counted to
     * @return {@code {principal, issuer, tenant, human, roles, scopes, client: {id, trust}, environment,
     *     mfa, authAgeSeconds | null, expires}}; roles and scopes sorted, {@code expires} an instant
     */
    public static ObjectNode of(EffectiveIdentity identity, Instant now) {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("principal", identity.principalId())
                .put("issuer", identity.issuer())
                .put("tenant", identity.tenant())
                .put("human", identity.human());
        var roles = document.putArray("roles");
        identity.roles().stream().sorted().forEach(roles::add);
        var scopes = document.putArray("scopes");
        identity.scopes().stream().sorted().forEach(scopes::add);
        document.putObject("client")
                .put("id", identity.clientId())
                .put("trust", identity.clientTrust());
        document.put("environment", identity.env()).put("mfa", identity.mfa());
        var authenticated = identity.authTime();
        if (authenticated == null) {
            document.putNull("authAgeSeconds");
        } else {
            document.put("authAgeSeconds", Duration.between(authenticated, now).toSeconds());
        }
        return document.put("expires", identity.tokenExpires().toString());
    }
}
