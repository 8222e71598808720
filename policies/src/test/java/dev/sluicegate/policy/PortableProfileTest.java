package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PortableProfileTest {
    private static final String GATEWAY =
            "arn:aws:bedrock-agentcore:eu-central-1:000000000000:gateway/g1";
    private static final String PERMIT =
            """
            @id("read") @reason("r") @egress("profile:x")
            permit (principal in Mcp::Role::"support", action == Mcp::Action::"crm___get_customer", resource)
            when { context.input.customer_id like "C-*" };
            """;

    @Test
    void aRoleBecomesATagAnActionTheirsAndWhatIsLostIsSaid() {
        var translated = translate(PERMIT);

        assertThat(translated.refused()).isEmpty();
        assertThat(translated.cedar())
                .contains("AgentCore::Action::\"crm___get_customer\"")
                .contains("resource == AgentCore::Gateway::\"" + GATEWAY + "\"")
                .contains("principal.hasTag(\"role\")")
                .containsPattern("principal\\.getTag\\(\"role\"\\)\\)? == \"support\"")
                .doesNotContain("Mcp::");
        assertThat(translated.losses())
                .contains(
                        "read: the role is looked for in the tag `role`, which holds one",
                        "read: @egress is dropped");
    }

    @Test
    void aPermitOutsideOfTheProfileIsLeftOutAndSaid() {
        var translated =
                translate(
                        PERMIT
                                + """
                                @id("limited") permit (principal, action == Mcp::Action::"crm___get_customer", resource)
                                when { context.quota.callsToday < 5 };
                                """);

        assertThat(translated.cedar()).contains("read").doesNotContain("limited");
        assertThat(translated.losses()).contains("limited is left out: it uses context.quota");
    }

    @Test
    void aPolicyInShadowIsLeftOutAndSaid() {
        var translated =
                translate(
                        PERMIT
                                + """
                                @id("trial") @mode("shadow") permit (principal, action == Mcp::Action::"crm___get_customer", resource);
                                @id("no-trial") @mode("shadow") forbid (principal, action, resource in Mcp::Environment::"prod");
                                """);

        assertThat(translated.cedar()).contains("read").doesNotContain("trial");
        assertThat(translated.refused()).isEmpty();
        assertThat(translated.losses())
                .contains("trial is left out: it is in shadow, not in force");
    }

    @Test
    void aForbidThatCannotBeSaidRefusesTheWholeSet() {
        for (var forbid :
                new String[] {
                    "forbid (principal, action == Mcp::Action::\"crm___get_customer\", resource) when"
                            + " { context.chain.untrusted };",
                    "forbid (principal in Mcp::Role::\"support\", action =="
                            + " Mcp::Action::\"crm___get_customer\", resource);",
                    "forbid (principal, action in Mcp::Action::\"effect:read\", resource);",
                    "forbid (principal, action, resource in Mcp::Environment::\"prod\");"
                }) {
            var translated = translate(PERMIT + "@id(\"no\") " + forbid);

            assertThat(translated.refused()).as(forbid).hasSize(1);
            assertThat(translated.refused().getFirst())
                    .startsWith("no forbids, and cannot be left out: ");
        }
    }

    @Test
    void aForbidWithinTheProfileStays() {
        var translated =
                translate(
                        PERMIT
                                + """
                                @id("no") forbid (principal, action == Mcp::Action::"crm___get_customer", resource)
                                when { context.input.customer_id == "C-1" };
                                """);

        assertThat(translated.refused()).isEmpty();
        assertThat(translated.cedar()).contains("forbid");
        assertThat(translated.losses())
                .contains("no: where it fails to evaluate it is skipped there, and denies here");
    }

    private static PortableProfile.Translation translate(String cedar) {
        var set =
                PolicyCompiler.compile(
                        new PolicySources(
                                new TreeMap<>(Map.of("p.cedar", cedar)),
                                PolicySources.baseline().stub()),
                        Tools.shipped(),
                        1);
        return PortableProfile.translate(set.rules(), Tools.shipped(), GATEWAY);
    }
}
