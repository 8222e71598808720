package dev.sluicegate.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyCompilerTest {
    private static final String GRANT =
            "@id(\"grant\") permit (principal in Mcp::Role::\"support\", action, resource);\n";

    @Test
    void theBaselineCompilesForTheShippedToolsWithoutWarnings() {
        var set = PolicyCompiler.compile(PolicySources.baseline(), Tools.shipped(), 7);

        assertThat(set.id()).matches("sha256:[0-9a-f]{64}");
        assertThat(set.version()).isEqualTo(7);
        assertThat(set.warnings()).isEmpty();
        assertThat(set.sources().files()).containsKeys("grants.cedar", "refunds.cedar");
        assertThat(set.rules()).extracting(Rule::id).contains("prod-destructive", "refund-small");
    }

    @Test
    void aSliceHoldsThePoliciesThatCanMatchItsTool() {
        var set = PolicyCompiler.compile(Sources.all(), Tools.all(), 1);

        assertThat(ids(set, "mail___send"))
                .containsExactly(
                        "chain-exfil",
                        "chain-exfil-financial",
                        "grant-support-mail",
                        "untrusted-content-no-write");
        assertThat(ids(set, "crm___get_customer"))
                .containsExactly("grant-support-read", "quota-pii-rows");
        assertThat(ids(set, "ops___run_runbook"))
                .containsExactly(
                        "grant-ops-runbooks", "prod-destructive", "untrusted-content-no-write");
    }

    @Test
    void aSliceSurvivesStorage() {
        var set = PolicyCompiler.compile(Sources.all(), Tools.all(), 1);

        for (var slice : set.slices().values()) {
            assertThat(Slice.read(slice.toJson())).isEqualTo(slice);
        }
        assertThatThrownBy(() -> Slice.read("{}")).isInstanceOf(PolicyEngineException.class);
        assertThatThrownBy(() -> Slice.read("x")).isInstanceOf(PolicyEngineException.class);
    }

    @Test
    void equalContentHasOneIdAndAnyChangeAnother() {
        var set = PolicyCompiler.compile(Sources.of(GRANT), Tools.lowerRisk(), 1);

        assertThat(compile(GRANT.replace("\n", "\r\n")).id()).isEqualTo(set.id());
        assertThat(set.withVersion(2).id()).isEqualTo(set.id());
        assertThat(compile(GRANT + "// why\n").id()).isNotEqualTo(set.id());
        assertThat(
                        PolicyCompiler.compile(
                                        Sources.of(GRANT),
                                        List.of(Tools.manifest("mail___send")),
                                        1)
                                .id())
                .isNotEqualTo(set.id());
    }

    @Test
    void aPolicyForAnUnknownToolIsRefusedWithItsPlace() {
        refused(
                GRANT
                        + "\n@id(\"typo\")\npermit (principal, action =="
                        + " Mcp::Action::\"billing___refnd\", resource);",
                "test.cedar:3 typo: unrecognized action `Mcp::Action::\"billing___refnd\"`");
    }

    @Test
    void aPolicyForATargetWithoutToolsIsRefused() {
        refused(
                "@id(\"x\") permit (principal, action in Mcp::Action::\"target:opps\", resource);",
                "unrecognized action");
    }

    @Test
    void aPolicyForAGroupThatNoToolIsInYetIsKeptAndStillValidated() {
        var good =
                "@id(\"later\") forbid (principal, action in Mcp::Action::\"effect:destructive\","
                        + " resource) when { context.chain.untrusted };";

        assertThat(compile(good).rules()).extracting(Rule::id).containsExactly("later");
        refused(good.replace("untrusted", "untrussted"), "attribute `chain.untrussted`");
    }

    @Test
    void aSyntaxErrorIsRefusedWithItsPlace() {
        refused(
                "// one; \"two\n\n"
                        + GRANT
                        + "@id(\"broken; \\\" really\")\npermit (principal, action, resource) when { a b };",
                "test.cedar:4: unexpected token `b`"); // what is no legal id is not repeated
        refused("permit (principal, action, resource)", "test.cedar:1: ");
        refused(";", "test.cedar:1: ");
    }

    @Test
    void templatesAreRefused() {
        refused(
                "@id(\"t\") permit (principal == ?principal, action, resource);",
                "templates are not supported");
    }

    @Test
    void everyPolicyNeedsAnIdOfItsOwn() {
        refused("permit (principal, action, resource);", "test.cedar:1: policy has no @id");
        refused("@id(\"a b\") permit (principal, action, resource);", "@id is not letters");
        refused(GRANT + GRANT, "test.cedar:2 grant: @id is taken by test.cedar:1 grant");
    }

    @Test
    void unknownAnnotationsAreRefused() {
        refused(
                "@id(\"x\") @aprover(\"Mcp::Role::lead\") permit (principal, action, resource);",
                "unknown annotation @aprover");
    }

    @Test
    void everyProblemIsSaidAtOnce() {
        assertThatThrownBy(() ->
                        compile(
                                "permit (principal, action, resource);\n"
                                        + "permit (;\n"
                                        + "@id(\"c\") permit (principal, action, resource)"
                                        + " when { context.nope };"))
                .isInstanceOfSatisfying(
                        InvalidPolicyException.class,
                        e -> assertThat(e.problems()).hasSizeGreaterThanOrEqualTo(3));
    }

    @Test
    void aTypeErrorIsRefused() {
        refused(
                "@id(\"x\") permit (principal, action == Mcp::Action::\"crm___get_customer\","
                        + " resource) when { context.input.customer_id == 1 };",
                "test.cedar:1 x: ");
    }

    @Test
    void anImpossiblePolicyIsRefused() {
        refused(
                "@id(\"x\") permit (principal, action == Mcp::Action::\"crm___get_customer\","
                        + " resource) when { 1 == 2 };",
                "policy is impossible");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "forbid (principal, action, resource) when { context.approval.granted }",
                "forbid (principal, action, resource) when { context.session.mfa }",
                "permit (principal, action, resource) unless { context.session.mfa }",
                "permit (principal, action, resource) when { !context.session.mfa }",
                "permit (principal, action, resource) when { context.session.mfa == false }",
                "permit (principal, action, resource) when { context.session.authAgeSec > 900 }",
                "permit (principal, action, resource) when { 900 <= context.session.authAgeSec }",
                "forbid (principal, action, resource) when { context.session.authAgeSec < 900 }",
                "permit (principal, action, resource) when { context.session.authAgeSec == 0 }",
                "permit (principal, action, resource) when { context.session.authAgeSec * 2 < 9 }",
                "forbid (principal, action, resource) when { context.approval has by }",
                "permit (principal, action, resource) when"
                        + " { if context.session.mfa then false else true }",
                "permit (principal, action, resource) when { [context.session.mfa].contains(false) }",
                "permit (principal, action, resource) when { {a: context.session.mfa}.a }",
                "permit (principal, action, resource) when"
                        + " { context.approval == {granted: false} }",
            })
    void whatARemedyWouldNarrowIsRefused(String policy) {
        refused(
                "@id(\"x\") @approver(\"Mcp::Role::lead\") " + policy + ";",
                "may only widen: name it plainly");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permit (principal, action, resource) when { context.session.mfa }",
                "forbid (principal, action, resource) unless { context.session.mfa }",
                "forbid (principal, action, resource) when { !context.session.mfa }",
                "permit (principal, action, resource) when"
                        + " { context.session.authAgeSec < 900 || context.session.hour > 8 }",
                "permit (principal, action, resource) when { 900 > context.session.authAgeSec }",
                "permit (principal, action, resource) unless { context.session.authAgeSec >= 9 }",
                "permit (principal, action, resource) when { !!context.session.mfa }",
                "permit (principal, action, resource) when"
                        + " { if context.chain.untrusted then context.session.mfa else true }",
                "permit (principal, action, resource) when"
                        + " { context.session.client.trust == \"managed\" }",
            })
    void whatARemedyCanOnlyWidenIsAccepted(String policy) {
        assertThat(compile("@id(\"x\") " + policy + ";").rules()).hasSize(1);
    }

    @Test
    void approvalAndApproverNeedEachOther() {
        refused(
                "@id(\"x\") permit (principal, action, resource) when { context.approval.granted };",
                "depends on approval but names no @approver");
        refused(
                "@id(\"x\") @approver(\"Mcp::Role::lead\") permit (principal, action, resource);",
                "names an @approver but does not depend on approval");
        refused(
                "@id(\"x\") @quorum(\"2\") permit (principal, action, resource);",
                "need an @approver");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@approver(\"lead\")",
                "@approver(\"Mcp::User::ada\")",
                "@approver(\"Mcp::Role::\")",
                "@approver(\"Mcp::Role::lead\") @approval_ttl(\"15\")",
                "@approver(\"Mcp::Role::lead\") @approval_ttl(\"0m\")",
                "@approver(\"Mcp::Role::lead\") @approval_ttl(\"25h\")",
                "@approver(\"Mcp::Role::lead\") @quorum(\"0\")",
                "@approver(\"Mcp::Role::lead\") @quorum(\"11\")",
                "@approver(\"Mcp::Role::lead\") @quorum(\"two\")",
            })
    void malformedApprovalParametersAreRefused(String annotations) {
        refused(
                "@id(\"x\") "
                        + annotations
                        + " permit (principal, action, resource) when { context.approval.granted };",
                " x: @");
    }

    @Test
    void aHighRiskToolWithoutAnApprovalRuleCannotBePublished() {
        var refund = List.of(Tools.manifest("billing___refund"));

        assertThatThrownBy(() -> PolicyCompiler.compile(Sources.of(GRANT), refund, 1))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("high-risk tool `billing___refund` cannot be published");
    }

    @Test
    void aHighRiskToolThatNothingPermitsNeedsNoApprovalRule() {
        var tools = List.of(Tools.manifest("billing___refund"), Tools.manifest("mail___send"));

        var set =
                PolicyCompiler.compile(
                        Sources.of(
                                "@id(\"x\") permit (principal, action =="
                                        + " Mcp::Action::\"mail___send\", resource);"),
                        tools,
                        1);

        assertThat(ids(set, "billing___refund")).isEmpty();
    }

    @Test
    void moreTextThanAnItemHoldsIsRefused() {
        refused(GRANT + "// " + "x".repeat(PolicySources.MAX_BYTES), "at most");
    }

    @Test
    void aDirectoryIsReadWithItsOwnStubOrTheBaselines(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("a.cedar"), GRANT);
        Files.writeString(directory.resolve("notes.txt"), "not a policy");

        var read = PolicySources.read(directory);
        Files.writeString(directory.resolve("stub.cedarschema"), "namespace Mcp { }");

        assertThat(read.files()).containsOnlyKeys("a.cedar");
        assertThat(read.stub()).isEqualTo(PolicySources.baseline().stub());
        assertThat(PolicySources.read(directory).stub()).isEqualTo("namespace Mcp { }");
    }

    @Test
    void aDirectoryWithoutPoliciesIsRefused(@TempDir Path directory) {
        assertThatThrownBy(() -> PolicySources.read(directory))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining("no *.cedar file");
    }

    @Test
    void sourcesDoNotChangeUnderTheirReader() {
        var files = new TreeMap<String, String>();
        files.put("a.cedar", GRANT);
        var sources = new PolicySources(files, "stub");

        files.clear();

        assertThat(sources.files()).hasSize(1);
    }

    private static void refused(String cedar, String message) {
        assertThatThrownBy(() -> compile(cedar))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining(message);
    }

    /** For the shipped tools that are not high-risk. */
    private static PolicySet compile(String cedar) {
        return PolicyCompiler.compile(Sources.of(cedar), Tools.lowerRisk(), 1);
    }

    private static List<String> ids(PolicySet set, String tool) {
        var slice = set.slices().get(tool);
        return slice == null ? List.of() : slice.rules().stream().map(Rule::id).toList();
    }
}
