package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
