package dev.sluicegate.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionTagsTest {
    @Test
    void aCallIsExpressedAsTags() {
        assertThat(tags("support", List.of("b", "a"), "inspector", Map.of("customer", "C-1001")))
                .isEqualTo(
                        Map.of(
                                "tenant", "demo",
                                "user", "ada",
                                "role", "support",
                                "roles", "a:b",
                                "env", "dev",
                                "tool", "crm___get_customer",
                                "client", "inspector",
                                "customer", "C-1001"));
    }

    @Test
    void nobodysRoleIsNone() {
        var tags = tags(null, List.of(), "inspector", Map.of());

        assertThat(tags).containsEntry("role", "none").containsEntry("roles", "none");
    }

    @Test
    void rolesThatDoNotFitBecomeTheirHash() {
        var many = IntStream.range(0, 100).mapToObj(i -> "role-" + i).toList();

        assertThat(tags("support", many, "inspector", Map.of()).get("roles"))
                .matches("[a-z2-7]{26}");
    }

    @Test
    void oneRoleWithAColonIsNotTwoRoles() {
        assertThat(tags("support", List.of("a:b"), "c", Map.of()).get("roles"))
                .isNotEqualTo(tags("support", List.of("a", "b"), "c", Map.of()).get("roles"));
    }

    @Test
    void aClientThatIsNoTagValueBecomesItsHash() {
        var fits = "https://client.example/id.json";

        assertThat(tags("r", List.of(), fits, Map.of())).containsEntry("client", fits);
        assertThat(tags("r", List.of(), "client?x=1&y", Map.of()).get("client"))
                .matches("[a-z2-7]{26}");
        assertThat(tags("r", List.of(), "x".repeat(257), Map.of()).get("client"))
                .matches("[a-z2-7]{26}");
        assertThat(tags("r", List.of(), "x".repeat(256), Map.of()))
                .containsEntry("client", "x".repeat(256));
    }

    @Test
    void aResourceIsNeverReplacedByAHash() {
        assertThatThrownBy(() -> tags("r", List.of(), "c", Map.of("customer", "C-1*")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("C-1*");
        assertThatThrownBy(() -> tags("r", List.of(), "c", Map.of("customer", "C".repeat(257))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Map<String, String> tags(
            @Nullable String role, List<String> roles, String client, Map<String, String> bound) {
        return SessionTags.of(
                "demo", "ada", role, roles, "dev", "crm___get_customer", client, bound);
    }
}
