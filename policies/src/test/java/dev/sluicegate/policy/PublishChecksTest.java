package dev.sluicegate.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluicegate.contract.ToolManifest;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the compiler refuses beyond what the official validator does, and how little it validates twice. */
class PublishChecksTest {
    private static final String ANY = "(principal, action, resource)";
    private static final String READ =
            "(principal, action == Mcp::Action::\"crm___read\", resource)";

    private static final List<ToolManifest> READING =
            List.of(
                    Tools.reading(
                            "crm___read",
                            "{'n': {'type': 'integer'}, 'm': {'type': 'integer'}, 'amount':"
                                    + " {'type': 'number'}, 'at': {'type': 'string', 'format':"
                                    + " 'date-time'}, 'span': {'type': 'string', 'format':"
                                    + " 'duration'}, 'to': {'type': 'string'}}"
                                            .replace("}}", "}}")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "when { context.input has n && context.input.n + 1 > 5 }",
                "when { context.input has n && context.input.n * 2 > 5 }",
                "when { context.input has n && -context.input.n > 5 }",
                "when { context.input has n && context.input has m && context.input.n - context.input.m > 5 }",
                "when { context.session.authAgeSec + 1 > 5 }",
                "when { context.quota.callsToday * 2 > 5 }",
                // bounded on one side only
                "when { context.input has n && context.input.n < 10 && context.input.n * 2 > 5 }",
                // bounded where it does not help
                "when { context.input has n && (context.input.n < 10 || context.input.n * 2 > 5) }",
                "when { context.input has n && !(context.input.n < 10 && context.input.n > 0) && context.input.n + 1 > 5 }",
                "unless { context.input has n && context.input.n + 1 > 5 }",
                "when { if context.input has n then context.input.n + 1 > 5 else false }",
                "when { context.input has span && context.system.now.offset(context.input.span) > context.session.now }",
            })
    void aForbidWhoseArithmeticCanOverflowIsRefused(String conditions) {
        refused(
                "@id(\"x\") forbid " + READ + " " + conditions + ";",
                "test.cedar:1 x: a forbid must have a value for every request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "when { resource.account == \"1\" }",
                "when { resource has region && resource.account == \"1\" }",
                "when { !(resource has account) || resource.region == \"1\" }",
                "when { resource has account || resource.account == \"1\" }",
                "unless { resource.account == \"1\" }",
                "when { resource == Mcp::Gateway::\"other\" && Mcp::Gateway::\"other\".account == \"1\" }",
                "when { Mcp::User::\"ada\".id == \"1\" }",
            })
    void aForbidAboutAnAttributeThatNobodyMayHaveFilledIsRefused(String conditions) {
        refused("@id(\"x\") forbid " + ANY + " " + conditions + ";", "may be absent; ask first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "when { context.session.hour * 60 + 30 > 600 }",
                "when { context.input has n && context.input.n < 1000 && context.input.n > -1000 && context.input.n * 2 > 5 }",
                "when { context.input has n && !(context.input.n >= 1000 || context.input.n <= 0) && context.input.n + 1 > 5 }",
                "when { context.input has n && context.input.n <= 10 && 0 <= context.input.n && 5 < context.input.n + 1 }",
                "when { if context.input has n && context.input.n == 7 then context.input.n + 1 > 5 else false }",
                "when { context.session.now.offset(duration(\"-1d\")) < context.system.now }",
                "when { context.input has at && context.system.now.durationSince(context.input.at) > duration(\"1h\") }",
                "when { context.system.now.toDate() == datetime(\"2026-01-01\") }",
                "when { resource has account && resource.account == \"1\" }",
                "when { !(resource has account) || resource.account == \"1\" }",
                "when { if resource has account then resource.account == \"1\" else true }",
                "when { resource has account } unless { resource.account == \"1\" }",
                "when { Mcp::Gateway::\"other\" has account && Mcp::Gateway::\"other\".account == \"1\" }",
                "when { principal.hasTag(\"tenant\") && principal.getTag(\"tenant\") == \"x\" }",
                "when { context.input has to && context.input.to like \"*@evil.test\" }",
                "when { context.input has amount && context.input.amount.lessThan(decimal(\"1.0\")) }",
                "when { context.session.ip.isInRange(ip(\"10.0.0.0/8\")) }",
            })
    void aForbidThatAlwaysHasAValueIsAccepted(String conditions) {
        assertThat(compile("@id(\"x\") forbid " + READ + " " + conditions + ";").rules())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "decimal(context.input.to).lessThan(decimal(\"1.0\"))",
                "ip(context.input.to).isLoopback()",
                "decimal(\"1.00000\").lessThan(decimal(\"1.0\"))",
                "ip(\"10.0.0.256\").isLoopback()",
                "duration(\"1w\") < duration(\"1d\")",
                "datetime(\"2026-13-01\") < context.system.now",
            })
    void extensionValuesThatMayNotExistAreRefused(String condition) {
        refused(
                "@id(\"x\") forbid "
                        + READ
                        + " when { context.input has to && "
                        + condition
                        + " };",
                "test.cedar:1 x: ");
    }

    @Test
    void aPermitMayFailUnlessItAsksForARemedy() {
        var overflow = "context.input has n && context.input.n + 1 > 5";

        assertThat(compile("@id(\"x\") permit " + READ + " when { " + overflow + " };").rules())
                .hasSize(1);
        refused(
                "@id(\"x\") permit " + READ + " when { context.session.mfa && " + overflow + " };",
                "a policy about approval or authentication must have a value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resource.account == \"1\"",
                "context.input has n && resource.region == \"1\"",
                "Mcp::User::\"x\".id == \"1\"",
                "context.quota.rowsToday + 1 > 5",
                "context.input has n && context.quota.callsToday * 2 > 5",
                "(if context.input has n then resource else resource).account == \"1\"",
            })
    void aPermitThatFailsWhateverTheArgumentsIsRefused(String condition) {
        refused(
                "@id(\"x\") permit " + READ + " when { " + condition + " };",
                "test.cedar:1 x: a permit may fail by the call's own arguments only");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "context.input has n && context.input has m && context.input.n * context.input.m > 5",
                "context.input has n && context.quota.callsToday + context.input.n < 500",
                "resource has account && resource.account == \"1\"",
                "context.session.hour * 60 > 5",
            })
    void aPermitMayFailByTheArgumentsOfTheCallThatItDenies(String condition) {
        assertThat(compile("@id(\"x\") permit " + READ + " when { " + condition + " };").rules())
                .hasSize(1);
    }

    @Test
    void wordsThatAreInNoListOfTheirsAreWarnedOf() {
        warned(
                "forbid (principal, action, resource in Mcp::Environment::\"prdo\");",
                "there is no environment `prdo`, there is dev, prod");
        warned(
                "forbid " + ANY + " when { resource in [Mcp::Environment::\"prdo\"] };",
                "there is no environment `prdo`");
        warned(
                "forbid " + ANY + " when { context.session.client.trust == \"unkown\" };",
                "`context.session.client.trust` never has `unkown`, only known, managed, unknown");
        warned(
                "forbid "
                        + ANY
                        + " unless { [\"managed\", \"knwon\"].contains(context.session.client.trust) };",
                "never has `knwon`");
        warned(
                "forbid " + ANY + " when { context.chain.labels.containsAny([\"pii\", \"ppi\"]) };",
                "`context.chain.labels` never has `ppi`, only credential, ");
        warned(
                "forbid "
                        + ANY
                        + " when { !(context.session.hour > 3 && context.chain.tools.contains(\"crm___raed\")) };",
                "`context.chain.tools` never has `crm___raed`: no tool has this name");
        assertThat(
                        compile(
                                        "@id(\"x\") forbid (principal, action, resource in"
                                                + " Mcp::Environment::\"prod\") when {"
                                                + " context.chain.labels.contains(\"pii\") &&"
                                                + " context.session.client.trust != \"unknown\" &&"
                                                + " context.session.client.id != \"ppi\" &&"
                                                + " context.chain.tools.contains(\"crm___read\") };")
                                .warnings())
                .isEmpty();
    }

    private static void warned(String policy, String warning) {
        assertThat(compile("\n@id(\"x\") " + policy).warnings())
                .singleElement()
                .asString()
                .startsWith("test.cedar:2 x: ")
                .contains(warning);
    }

    @Test
    void rolesThatNobodyHasAreRefusedWhereverTheyAreNamed() {
        var roles = new TreeSet<>(List.of("support"));

        for (var policy :
                List.of(
                        "permit (principal in Mcp::Role::\"suport\", action, resource);",
                        "permit (principal is Mcp::User in Mcp::Role::\"suport\", action, resource);",
                        "permit "
                                + ANY
                                + " when { principal in [Mcp::Role::\"support\","
                                + " Mcp::Role::\"suport\"] };",
                        "@approver(\"Mcp::Role::suport\") permit "
                                + ANY
                                + " when { context.approval.granted };")) {
            assertThatThrownBy(() -> compile("\n@id(\"x\") " + policy, roles))
                    .isInstanceOf(InvalidPolicyException.class)
                    .hasMessageContaining("test.cedar:2 x: ")
                    .hasMessageContaining("names the unknown role `suport`")
                    .hasMessageContaining("roles.txt");
        }
        assertThat(
                        compile(
                                        "@id(\"x\") permit (principal in Mcp::Role::\"support\","
                                                + " action, resource);",
                                        roles)
                                .rules())
                .hasSize(1);
    }

    @Test
    void theBaselinesRolesAreKnown() {
        assertThat(PolicySources.baseline().roles()).contains("support", "policy-admin");
    }

    @Test
    void anApprovalRuleThatCannotBeAskedDoesNotMakeAHighRiskToolSafe() {
        var refund = "(principal, action == Mcp::Action::\"pay___out\", resource)";
        var approval =
                "@id(\"a\") @approver(\"Mcp::Role::lead\") permit "
                        + refund
                        + " when { context.approval.granted };";

        accepted(approval);
        accepted(
                approval
                        + "@id(\"small\") permit "
                        + refund
                        + " when { context.quota.callsToday < 3 };");
        // shadowed by a permit that asks for nothing
        risky(approval + "@id(\"blanket\") permit " + ANY + ";");
        // not in force
        risky(
                approval.replace("@id(\"a\")", "@id(\"a\") @mode(\"shadow\")")
                        + "@id(\"small\") permit "
                        + refund
                        + " when { context.quota.callsToday < 3 };");
        // only for some conversations
        risky(
                "@id(\"blanket\") permit "
                        + ANY
                        + "; @id(\"u\") @approver(\"Mcp::Role::lead\") forbid "
                        + ANY
                        + " when { context.chain.untrusted } unless { context.approval.granted };");
        // about another tool
        risky(
                "@id(\"blanket\") permit "
                        + ANY
                        + "; @id(\"u\") @approver(\"Mcp::Role::lead\") forbid "
                        + READ
                        + " unless { context.approval.granted };");
        accepted(
                "@id(\"blanket\") permit "
                        + ANY
                        + "; @id(\"u\") @approver(\"Mcp::Role::lead\") forbid "
                        + ANY
                        + " unless { context.approval.granted };");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // always true, or made so
                "A permit OUT when { context.approval has granted };",
                "A permit OUT when { context.approval.granted || true };",
                "A permit OUT when { context.approval.granted }; @id(\"p\") permit OUT when { true };",
                "A permit OUT when { context.approval.granted }; @id(\"p\") permit OUT when { true || context.input has n };",
                "A permit OUT when { context.approval.granted }; @id(\"p\") permit OUT unless { false };",
                "A permit OUT when { context.approval.granted }; @id(\"p\") permit OUT when { context.session.hour >= 0 };",
                // for somebody else, or somewhere else
                "A permit (principal == Mcp::User::\"nobody\", action == Mcp::Action::\"pay___out\", resource)"
                        + " when { context.approval.granted };"
                        + " @id(\"p\") permit (principal in Mcp::Role::\"support\", action == Mcp::Action::\"pay___out\", resource);",
                "A permit (principal in Mcp::Role::\"lead\", action == Mcp::Action::\"pay___out\", resource)"
                        + " when { context.approval.granted };"
                        + " @id(\"p\") permit (principal in Mcp::Role::\"support\", action == Mcp::Action::\"pay___out\", resource)"
                        + " when { context.quota.callsToday < 3 };",
                "A forbid (principal, action == Mcp::Action::\"pay___out\", resource in Mcp::Environment::\"dev\")"
                        + " unless { context.approval.granted }; @id(\"p\") permit OUT;",
                // never, or after what no ordinary call comes after
                "A forbid OUT when { context.session.dow > 7 } unless { context.approval.granted };"
                        + " @id(\"p\") permit OUT;",
                "A forbid OUT when { context.session.dow > 7 && !context.approval.granted };"
                        + " @id(\"p\") permit OUT;",
                "A forbid OUT unless { context.approval.granted || context.session.dow < 8 };"
                        + " @id(\"p\") permit OUT;",
                "A forbid OUT when { context.quota.callsToday > 100000000 } unless {"
                        + " context.approval.granted }; @id(\"p\") permit OUT;",
                "A forbid OUT when { false } unless { context.approval.granted };"
                        + " @id(\"p\") permit OUT;",
            })
    void aHighRiskToolIsNotPermittedUnaskedBesideAnApprovalRuleForShow(String cedar) {
        var policies =
                cedar.replace("OUT", "(principal, action == Mcp::Action::\"pay___out\", resource)")
                        .replaceFirst("^A ", "@id(\"a\") @approver(\"Mcp::Role::lead\") ");

        assertThatThrownBy(() -> PolicyCompiler.compile(Sources.of(policies), risky(), 1))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("high-risk tool `pay___out` cannot be published");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A forbid OUT unless { context.approval.granted && context.session.mfa && context.session.authAgeSec < 900 };"
                        + " @id(\"p\") permit OUT;",
                "A forbid (principal, action == Mcp::Action::\"pay___out\", resource in Mcp::Environment::\"prod\")"
                        + " unless { context.approval.granted }; @id(\"p\") permit OUT;",
                "A permit OUT when { context.approval.granted }; @id(\"p\") permit (principal,"
                        + " action == Mcp::Action::\"pay___out\", resource in Mcp::Environment::\"dev\");",
                "A permit OUT when { context.session.hour > 6 && context.approval.granted };",
            })
    void aHighRiskToolWithAnApprovalOfOrdinaryCallsIsPublished(String cedar) {
        var policies =
                cedar.replace("OUT", "(principal, action == Mcp::Action::\"pay___out\", resource)")
                        .replaceFirst("^A ", "@id(\"a\") @approver(\"Mcp::Role::lead\") ");

        assertThat(PolicyCompiler.compile(Sources.of(policies), risky(), 1).rules()).isNotEmpty();
    }

    @Test
    void aPolicyInShadowIsNotEnforcedAndHasASliceOfItsOwn() {
        var set =
                compile(
                        "@id(\"grant\") permit "
                                + ANY
                                + "; @id(\"trial\") @mode(\"shadow\") forbid "
                                + READ
                                + "; @id(\"on\") @mode(\"enforce\") forbid "
                                + ANY
                                + " when { context.chain.untrusted };");

        assertThat(ids(set.slices().get("crm___read"))).containsExactly("grant", "on");
        assertThat(ids(set.shadows().get("crm___read"))).containsExactly("grant", "on", "trial");
        assertThat(set.rules()).hasSize(3);
        refused("@id(\"x\") @mode(\"dark\") forbid " + ANY + ";", "@mode is enforce or shadow");
        // it is to be enforced one day, so it is checked like the others
        refused(
                "@id(\"x\") @mode(\"shadow\") forbid "
                        + ANY
                        + " when { resource.account == \"1\" };",
                "may be absent");
    }

    @Test
    void aToolThatNoShadowPolicyCanMatchHasNoShadowSlice() {
        assertThat(compile("@id(\"grant\") permit " + ANY + ";").shadows()).isEmpty();
    }

    @Test
    void whatNestsTooDeeplyIsRefusedNotCrashedOn() {
        for (var condition :
                List.of(
                        "(".repeat(3_000) + "true" + ")".repeat(3_000),
                        "!".repeat(3_000) + "true",
                        "true" + " && true".repeat(3_000),
                        "if true then true else ".repeat(2_000) + "true",
                        "[".repeat(3_000) + "]".repeat(3_000) + ".isEmpty()")) {
            refused(
                    "@id(\"x\") forbid " + ANY + " when { " + condition + " };",
                    "test.cedar:1 x: ");
        }
    }

    @Test
    void onlyWhatChangedIsValidatedAgain() {
        var tools = new ArrayList<ToolManifest>();
        var files = new TreeMap<String, String>();
        for (var i = 0; i < 20; i++) {
            tools.add(Tools.reading("t" + i + "___read", "{'n': {'type': 'integer'}}"));
            files.put(
                    i + ".cedar",
                    "@id(\"p%1$d\") permit (principal, action == Mcp::Action::\"t%1$d___read\", resource) when { context.session.mfa };"
                            .formatted(i));
        }
        files.put("all.cedar", "@id(\"all\") forbid " + ANY + " when { context.chain.untrusted };");
        var first = PolicyCompiler.compile(sources(files), tools, 1, Receipts.NONE);
        var known = Receipts.read(first.set().receipts().toJson());

        var same = PolicyCompiler.compile(sources(files), tools, 2, known);
        files.merge("3.cedar", " when { context.session.hour > 8 };", (a, b) -> a.replace(";", b));
        var one = PolicyCompiler.compile(sources(files), tools, 2, known);
        tools.set(5, Tools.reading("t5___read", "{'n': {'type': 'string'}}"));
        var two = PolicyCompiler.compile(sources(files), tools, 3, one.set().receipts());

        assertThat(first.validated()).isEqualTo(21);
        assertThat(same.validated()).isZero();
        assertThat(same.set().id()).isEqualTo(first.set().id());
        assertThat(one.validated()).isEqualTo(1);
        assertThat(two.validated()).as("p5, and the one about every tool").isEqualTo(2);
        assertThat(PolicyCompiler.compile(sources(files), tools, 3).id())
                .as("the set is the same without receipts")
                .isEqualTo(two.set().id());
    }

    @Test
    void aReceiptDoesNotOutliveTheSchemaItWasGivenFor() {
        var files = new TreeMap<String, String>();
        files.put(
                "a.cedar",
                "@id(\"x\") forbid "
                        + READ
                        + " when { context.input has n && context.input.n == 1 };");
        var before = List.of(Tools.reading("crm___read", "{'n': {'type': 'integer'}}"));
        var after = List.of(Tools.reading("crm___read", "{'n': {'type': 'string'}}"));
        var known = PolicyCompiler.compile(sources(files), before, 1).receipts();

        assertThatThrownBy(() -> PolicyCompiler.compile(sources(files), after, 2, known))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("a.cedar:1 x: ");
    }

    @Test
    void warningsAreKeptWithTheReceipt() {
        var files = new TreeMap<String, String>();
        files.put(
                "a.cedar",
                "@id(\"x\") permit "
                        + ANY
                        + " when { context.session.client.id == \"say\u0430\" };");
        var first = PolicyCompiler.compile(sources(files), READING, 1);

        var again = PolicyCompiler.compile(sources(files), READING, 2, first.receipts());

        assertThat(again.validated()).isZero();
        assertThat(first.warnings()).isNotEmpty();
        assertThat(again.set().warnings()).isEqualTo(first.warnings());
    }

    private static void accepted(String cedar) {
        assertThat(PolicyCompiler.compile(Sources.of(cedar), risky(), 1).rules()).isNotEmpty();
    }

    private static void risky(String cedar) {
        assertThatThrownBy(() -> PolicyCompiler.compile(Sources.of(cedar), risky(), 1))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("high-risk tool `pay___out` cannot be published");
    }

    private static List<ToolManifest> risky() {
        return List.of(READING.getFirst(), Tools.tool("pay___out", "write", "high", "{}"));
    }

    private static void refused(String cedar, String message) {
        assertThatThrownBy(() -> compile(cedar))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining(message);
    }

    private static PolicySet compile(String cedar) {
        return PolicyCompiler.compile(Sources.of(cedar), READING, 1);
    }

    private static PolicySet compile(String cedar, SortedSet<String> roles) {
        var plain = Sources.of(cedar);
        return PolicyCompiler.compile(
                new PolicySources(plain.files(), plain.stub(), roles), READING, 1);
    }

    private static PolicySources sources(SortedMap<String, String> files) {
        return new PolicySources(files, PolicySources.baseline().stub());
    }

    private static List<String> ids(@Nullable Slice slice) {
        return requireNonNull(slice).rules().stream().map(Rule::id).toList();
    }
}
