package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.record.PrincipalId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an issuer's configuration makes of its claims. */
class ClaimMappingTest {
    private final TickingClock clock = new TickingClock();
    private final IssuerServer issuer = new IssuerServer(clock);

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void rolesOfSeveralClaimsCountTogether() {
        var identity =
                verified(
                        "\"rolesClaim\":[\"groups\",\"realm_access.roles\"]",
                        issuer.token()
                                .claim("groups", List.of("sales"))
                                .claim("realm_access", Map.of("roles", List.of("support"))));

        assertThat(identity.roles()).containsExactlyInAnyOrder("sales", "support");
    }

    @Test
    void groupsThatAreNotNamedCountForNothing() {
        var identity =
                verified(
                        "\"rolesClaim\":\"groups\",\"roles\":{\"7f3a-eu\":\"support\",\"lead\":[\"support\",\"support-leads\"]}",
                        issuer.token().claim("groups", List.of("7f3a-eu", "lead", "admin")));

        assertThat(identity.roles()).containsExactlyInAnyOrder("support", "support-leads");
    }

    @Test
    void aClaimSaysWhichOfTheNamedTenantsItIs() {
        var fields = "\"tenantClaim\":\"org\",\"tenants\":{\"o-1\":\"acme\",\"o-2\":\"umbrella\"}";

        assertThat(verified(fields, issuer.token().claim("org", "o-2")).tenant())
                .isEqualTo("umbrella");
        assertThat(refused(fields, issuer.token().claim("org", "o-3"))).isEqualTo(Rejection.TENANT);
        assertThat(refused(fields, issuer.token().claim("org", "acme")))
                .isEqualTo(Rejection.TENANT);
        assertThat(refused(fields, issuer.token())).isEqualTo(Rejection.TENANT);
    }

    @Test
    void clientAndScopeHaveTheNamesThatTheIssuerGivesThem() {
        var identity =
                verified(
                        "\"clientClaim\":\"azp\",\"scopeClaim\":\"scp\",\"scopePrefix\":\"api://gate/\"",
                        issuer.token()
                                .claim("client_id", null)
                                .claim("azp", "inspector")
                                .claim("scope", "tools:destructive")
                                .claim("scp", List.of("api://gate/tools:read", "tools:write")));

        assertThat(identity.clientId()).isEqualTo("inspector");
        assertThat(identity.clientTrust()).isEqualTo("managed");
        assertThat(identity.scopes()).containsExactly("tools:read");
    }

    @Test
    void aPersonIsOnePersonInAllAccountsOfATenant() {
        var fields = "\"personClaim\":\"employee\"";
        var one = verified(fields, issuer.token().claim("sub", "a").claim("employee", "e-7"));
        var other = verified(fields, issuer.token().claim("sub", "b").claim("employee", "e-7"));

        assertThat(one.principalId()).isNotEqualTo(other.principalId());
        assertThat(one.person()).isEqualTo(other.person());
        assertThat(one.person()).isEqualTo(PrincipalId.of("person#demo", "e-7"));
    }

    @Test
    void anIssuersOwnWordForTwoFactorsCounts() {
        var fields = "\"stepUp\":[\"urn:acme:silver\"]";

        assertThat(verified(fields, issuer.token().claim("acr", "urn:acme:silver")).mfa()).isTrue();
        assertThat(verified(fields, issuer.token().claim("acr", "urn:acme:bronze")).mfa())
                .isFalse();
    }

    /** RS duty of the enterprise-managed extension: none beyond this. */
    @Test
    void aTokenThatWasExchangedForAnAssertionOfTheEnterpriseIsATokenLikeAnyOther() {
        var identity =
                verified(
                        "\"personClaim\":\"employee\"",
                        issuer.token()
                                .claim("act", Map.of("sub", "inspector"))
                                .claim("employee", "e-7"));

        assertThat(identity.human()).isTrue();
        assertThat(identity.clientTrust()).isEqualTo("managed");
    }

    /** What came to the token endpoint does not count at the resource. */
    @Test
    void theAssertionItselfIsNoAccessToken() {
        assertThat(refused("", issuer.token().header("typ", "oauth-id-jag+jwt")))
                .isEqualTo(Rejection.TYPE);
    }

    @Test
    void oneIssuerDoesNotSpeakForAnother() {
        try (var other = new IssuerServer(clock)) {
            var both =
                    new AccessTokens(
                            List.of(
                                    issuer.config(),
                                    IssuerConfig.parse(other.json(), IssuerServer.RESOURCE)
                                            .getFirst()),
                            "dev",
                            clock);

            // the key id is known to both, the key to one
            var forged = issuer.token().claim("iss", other.url()).compact();
            var genuine = other.token().compact();

            assertThat(both.verify(forged, null))
                    .isEqualTo(new Authentication.Rejected(Rejection.SIGNATURE, other.url()));
            assertThat(both.verify(genuine, null)).isInstanceOf(Authentication.Verified.class);
        }
    }

    private EffectiveIdentity verified(String fields, TokenDraft token) {
        var answer = verify(fields, token);
        assertThat(answer).isInstanceOf(Authentication.Verified.class);
        return ((Authentication.Verified) answer).identity();
    }

    private Rejection refused(String fields, TokenDraft token) {
        return ((Authentication.Rejected) verify(fields, token)).reason();
    }

    private Authentication verify(String fields, TokenDraft token) {
        var json = issuer.json();
        if (fields.contains("tenantClaim")) {
            json = json.replace("\"tenant\":\"demo\",", "");
        }
        if (!fields.isEmpty()) {
            json = json.replace("\"clients\"", fields + ",\"clients\"");
        }
        return new AccessTokens(IssuerConfig.parse(json, IssuerServer.RESOURCE), "dev", clock)
                .verify(token.compact(), null);
    }
}
