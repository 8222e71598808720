package dev.sluicegate.router.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.router.enforcement.PolicyDecisionPoint;
import dev.sluicegate.router.identity.EffectiveIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolListingTest {
    private static final EffectiveIdentity ADA =
            new EffectiveIdentity(
                    "demo",
                    "aaaaaaaaaaaaaaaaaaaaaaaaaa",
                    "https://id.example.com",
                    true,
                    Set.of("support"),
                    Set.of("tools:read", "tools:write", "tools:destructive", "mail:send"),
                    "inspector",
                    "managed",
                    "dev",
                    false,
                    null,
                    null,
                    null,
                    Instant.parse("2026-11-23T11:00:00Z"));

    private final List<DecisionRequest.Caller> asked = new ArrayList<>();

    @Test
    void pagesFollowEachOtherInNameOrderWithoutGapsAndEnd() {
        var listing = new ToolListing(new Tools(), policyThatHides(""), 1);

        var names = new ArrayList<String>();
        var params = JsonNodeFactory.instance.objectNode();
        for (var more = true; more; ) {
            var page = page(listing, params);
            assertThat(page.path("tools")).hasSize(1);
            assertThat(page.path("cacheScope").asText()).isEqualTo("private");
            names.add(page.path("tools").path(0).path("name").asText());
            more = page.has("nextCursor");
            params = JsonNodeFactory.instance.objectNode();
            params.set("cursor", page.path("nextCursor"));
        }

        assertThat(names).containsExactly(Tools.LOOKUP, Tools.PURGE, Tools.SEND);
    }

    @Test
    void aLastPageThatIsFullNamesNoOther() {
        var page =
                page(
                        new ToolListing(new Tools(), policyThatHides(""), 3),
                        JsonNodeFactory.instance.objectNode());

        assertThat(page.path("tools")).hasSize(3);
        assertThat(page.has("nextCursor")).isFalse();
    }

    @Test
    void aHiddenToolLeavesNoTraceInAPage() {
        var page =
                page(
                        new ToolListing(new Tools(), policyThatHides(Tools.SEND), 2),
                        JsonNodeFactory.instance.objectNode());

        assertThat(page.path("tools")).hasSize(2);
        assertThat(page.has("nextCursor")).isFalse();
    }

    @Test
    void policyIsAskedAboutTheCallerAsItIs() {
        page(
                new ToolListing(new Tools(), policyThatHides(""), 3),
                JsonNodeFactory.instance.objectNode());

        assertThat(asked.getFirst().principalId()).isEqualTo(ADA.principalId());
        assertThat(asked.getFirst().roles()).containsExactly("support");
        assertThat(asked.getFirst().tags()).containsEntry("tenant", "demo");
        assertThat(asked.getFirst().env()).isEqualTo("dev");
    }

    private PolicyDecisionPoint policyThatHides(String hidden) {
        return new PolicyDecisionPoint() {
            @Override
            public Decision decide(DecisionRequest request) {
                throw new AssertionError("a listing decides nothing");
            }

            @Override
            public boolean mayPermit(DecisionRequest.Caller caller, String tool) {
                asked.add(caller);
                return !tool.equals(hidden);
            }
        };
    }

    private static ObjectNode page(ToolListing listing, ObjectNode params) {
        return ((Answer.Result) listing.list(ADA, params, ProtocolVersion.V2026_07_28)).result();
    }
}
