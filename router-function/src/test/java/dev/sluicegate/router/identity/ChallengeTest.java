package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {
    private static final ProtectedResource RESOURCE =
            ProtectedResource.of("https://mcp.example.com/mcp");
    private static final String METADATA =
            "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"";
    private static final String ALL = "scope=\"tools:read tools:write tools:destructive\"";

    @Test
    void withoutATokenItNamesNoError() {
        assertThat(Challenge.unauthenticated(RESOURCE).header())
                .isEqualTo("Bearer " + METADATA + ", " + ALL);
    }

    @Test
    void aRefusedTokenIsAnInvalidToken() {
        assertThat(Challenge.invalidToken(RESOURCE).header())
                .isEqualTo("Bearer error=\"invalid_token\", " + ALL + ", " + METADATA);
    }

    @Test
    void allScopesThatACallNeedsAreNamedOnce() {
        var needed = List.of("tools:write", "mail:send", "tools:write");

        assertThat(Challenge.insufficientScope(RESOURCE, needed).header())
                .isEqualTo(
                        "Bearer error=\"insufficient_scope\", scope=\"mail:send tools:write\", "
                                + METADATA);
    }

    @Test
    void aLoginThatIsTooWeakOrTooOldIsToldWhichWouldDo() {
        var contexts = new StepUpContexts(Map.of("https://id.test", List.of("gold", "silver")));

        var challenge =
                Challenge.insufficientAuthentication(RESOURCE, contexts, "https://id.test", 300L);

        assertThat(challenge.header())
                .isEqualTo(
                        "Bearer error=\"insufficient_user_authentication\", error_description=\"a"
                                + " fresh, stronger authentication is needed\", acr_values=\"gold"
                                + " silver\", max_age=\"300\", "
                                + ALL
                                + ", "
                                + METADATA);
        assertThat(
                        Challenge.insufficientAuthentication(
                                        RESOURCE, contexts, "https://other.test", null)
                                .header())
                .contains(
                        "acr_values=\"http://schemas.openid.net/pape/policies/2007/06/multi-factor\", "
                                + ALL)
                .doesNotContain("max_age");
    }

    @Test
    void aBoundTokenIsToldHowItHasToCome() {
        assertThat(Challenge.proofOfPossession(RESOURCE, "invalid_dpop_proof").header())
                .isEqualTo(
                        "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 ES384 ES512\", "
                                + ALL
                                + ", "
                                + METADATA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "a\\b", "a\r\nb", "ä"})
    void aScopeThatWouldBreakTheHeaderIsRefused(String scope) {
        assertThatThrownBy(() -> Challenge.insufficientScope(RESOURCE, List.of(scope)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://mcp.example.com/mcp",
                "https://mcp.example.com",
                "https://mcp.example.com/",
                "https://mcp.example.com/mcp/",
                "https://mcp.example.com/mcp?x",
                "https://mcp.example.com/mcp#x",
                "mcp.example.com/mcp",
                "https:///mcp",
                "not a url"
            })
    void aPublicUrlThatIsNoResourceIsRefused(String url) {
        assertThatThrownBy(() -> ProtectedResource.of(url))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
