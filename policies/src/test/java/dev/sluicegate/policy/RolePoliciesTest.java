package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.policy.RolePolicies.Grant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RolePoliciesTest {
    @Test
    void eachGrantIsAPermitWithIdAndReasonThatCompilesAndDecides() {
        var cedar =
                RolePolicies.cedar(
                        "roles.csv",
                        List.of(
                                new Grant("support", "crm___get_customer", null),
                                new Grant("support", "billing___refund", "billing-leads")));

        var engine = new PolicyEngine(compile(cedar), Gateway.PLAIN);

        assertThat(cedar)
                .contains("@id(\"rbac-support-crm___get_customer\")")
                .contains("@reason(\"The role support may use crm___get_customer\")");
        var read = engine.decide(Requests.of("crm___get_customer", "{'customer_id': 'C-1001'}"));
        assertThat(read.word()).isEqualTo("permit");
        assertThat(read.basis().policies()).containsExactly("rbac-support-crm___get_customer");
        var refund =
                engine.decide(
                        Requests.of(
                                "billing___refund",
                                "{'invoice_id': 'INV-1', 'amount': 5, 'currency': 'EUR'}"));
        assertThat(refund.word()).isEqualTo("needs_approval");
        assertThat(
                        engine.decide(
                                        Requests.of(
                                                "mail___send",
                                                "{'to': 'a@b.example', 'subject': 's', 'body':"
                                                        + " 'b'}"))
                                .word())
                .isEqualTo("deny");
    }

    @Test
    void rolesThatLookAlikeInAnIdStayTwoPolicies() {
        var cedar =
                RolePolicies.cedar(
                        "t",
                        List.of(
                                new Grant("a/b", "crm___get_customer", null),
                                new Grant("a:b", "crm___get_customer", null)));

        assertThat(compile(cedar).rules()).hasSize(2);
    }

    @Test
    void aRoleThatCouldBeMoreThanANameIsRefused() {
        for (var role : new String[] {"", "a\"b", "a b", "a\nb", "x".repeat(129)}) {
            assertThatThrownBy(() -> new Grant(role, "crm___get_customer", null))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Grant("a", "crm___get_customer", role))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(RolePolicies.cedar("a\npermit (principal, action, resource);", List.of()))
                .hasLineCount(1);
    }

    private static PolicySet compile(String cedar) {
        return PolicyCompiler.compile(
                new PolicySources(
                        new TreeMap<>(Map.of("rbac.cedar", cedar)),
                        PolicySources.baseline().stub()),
                Tools.shipped(),
                1);
    }
}
