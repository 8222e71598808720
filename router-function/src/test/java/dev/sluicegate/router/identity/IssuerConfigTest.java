package dev.sluicegate.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerConfigTest {
    private static final String RESOURCE = "https://mcp.example.com/mcp";

    @Test
    void whatIsLeftOutIsTheStricterOne() {
        var issuers =
                IssuerConfig.parse(
                        "[{\"issuer\":\"https://id.example.com\",\"tenant\":\"acme\"}]", RESOURCE);

        assertThat(issuers).hasSize(1);
        var issuer = issuers.getFirst();
        assertThat(issuer.jwksUri()).isNull();
        assertThat(issuer.types()).containsExactly("at+jwt");
        assertThat(issuer.audience()).containsExactly(RESOURCE);
        assertThat(issuer.algorithms()).containsExactlyInAnyOrder("ES256", "RS256");
        assertThat(issuer.names().roles()).containsExactly("roles");
        assertThat(issuer.names().client()).isEqualTo("client_id");
        assertThat(issuer.names().scopePrefix()).isEmpty();
        assertThat(issuer.boundOnly()).isFalse();
        assertThat(issuer.facade()).isNull();
        assertThat(issuer.trustOf("any")).isEqualTo("unknown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "[1]",
                "[{\"issuer\":\"https://a.test\"}]",
                "[{\"tenant\":\"t\"}]",
                "[{\"issuer\":\"http://a.test\",\"tenant\":\"t\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"a#b\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\" \"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"jwksUri\":\"http://169.254.169.254/\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"algorithms\":[\"HS256\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"algorithms\":[\"none\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"algorithms\":[]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"algorithms\":\"ES256\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"audience\":[]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"clients\":{\"c\":\"trusted\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"audiance\":[\"x\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\"},{\"issuer\":\"https://a.test\",\"tenant\":\"u\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"tenantClaim\":\"org\",\"tenants\":{\"o\":\"t\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenantClaim\":\"org\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenantClaim\":\"org\",\"tenants\":{}}]",
                "[{\"issuer\":\"https://a.test\",\"tenantClaim\":\"org\",\"tenants\":{\"o\":\"a#b\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenants\":{\"o\":\"t\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"roles\":[\"a\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"roles\":{\"a\":1}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"boundOnly\":\"yes\"}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"stepUp\":[\"a b\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"stepUp\":[\"a\\\"b\"]}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"a\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"https://a.test/y\",\"clientId\":\"c\",\"clientSecret\":\"s\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"a\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"http://a.test/y\",\"clientId\":\"c\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"A/b\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"https://a.test/y\",\"clientId\":\"c\"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"a\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"https://a.test/y\",\"clientId\":\" \"}}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":true}]",
                "[{\"issuer\":\"https://a.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"a\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"https://a.test/y\",\"clientId\":\"c\"}},{\"issuer\":\"https://b.test\",\"tenant\":\"t\",\"facade\":{\"name\":\"a\",\"authorizationEndpoint\":\"https://a.test/x\",\"tokenEndpoint\":\"https://a.test/y\",\"clientId\":\"c\"}}]"
            })
    void aConfigurationWithAMistakeIsRefused(String json) {
        assertThatThrownBy(() -> IssuerConfig.parse(json, RESOURCE))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
