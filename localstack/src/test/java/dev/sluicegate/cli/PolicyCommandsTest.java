package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about policies that need no running stack, on the policies that ship. */
class PolicyCommandsTest {
    private static final String REFUND =
            "{\"invoice_id\":\"INV-2001\",\"amount\":900,\"currency\":\"EUR\"}";

    @TempDir private Path home = Path.of("");

    private String baseline = "";

    @BeforeEach
    void checkout() throws IOException {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("policies", "tool-functions")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
        baseline = home.resolve("policies/baseline").toString();
    }

    @Test
    void everyCommandExplainsItselfWithAnExample() {
        for (var command :
                List.of(
                        "policy check",
                        "policy test",
                        "policy simulate",
                        "policy diff",
                        "policy replay",
                        "policy explain",
                        "policy publish",
                        "policy pending",
                        "policy review",
                        "policy release",
                        "policy rollback",
                        "policy log",
                        "policy decide",
                        "policy corpus",
                        "policy export",
                        "policy import rbac",
                        "who-can",
                        "can-i")) {
            var help = run((command + " --help").split(" "));

            assertThat(help.code()).as(command).isZero();
            assertThat(help.out()).as(command).contains("or example").contains("xit codes");
        }
        assertThat(run("policy").code()).isEqualTo(ExitCode.USAGE);
        assertThat(run("policy", "import").code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void theShippedPoliciesAreValidAndAnswerTheirCorpus() throws IOException {
        var check = run("policy", "check", baseline, "-o", "json");
        assertThat(check.code()).isZero();
        assertThat(check.json().path("valid").asBoolean()).isTrue();

        var test = run("policy", "test", baseline, "--known-only");
        assertThat(test.code()).as(test.out()).isZero();
        assertThat(test.out()).contains(" passed, 0 failed");
    }

    @Test
    void casesOfToolsThatAreNotKnownAreNotPassedOverInSilence() {
        var test = run("policy", "test", baseline);

        assertThat(test.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(test.out()).contains(" not run");
        assertThat(test.err()).contains("crm___export_customers").contains("--tools");
    }

    @Test
    void whatIsWrongWithPoliciesIsSaidWithFileLineAndId() throws IOException {
        var broken = home.resolve("broken");
        Files.createDirectories(broken);
        Files.writeString(
                broken.resolve("x.cedar"),
                """
                @id("typo")
                permit (principal, action == Mcp::Action::"crm___get_custmer", resource);

                @id("cut") permit (principal, action
                """);

        var check = run("policy", "check", broken.toString());
        assertThat(check.code()).isEqualTo(ExitCode.NO);
        assertThat(check.out()).contains("x.cedar:1 typo").contains("x.cedar:4 cut");
        assertThat(run("policy", "check", broken.toString(), "-o", "json").json().path("problems"))
                .isNotEmpty();
        assertThat(run("policy", "check", home.resolve("nowhere").toString()).code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("policy", "test", broken.toString()).code()).isEqualTo(ExitCode.NO);
    }

    @Test
    void aCaseThatComesOutOtherwiseIsNamed() throws IOException {
        var corpus = Files.createDirectories(home.resolve("corpus"));
        Files.writeString(
                corpus.resolve("a.json"),
                """
                {"cases": [{"name": "wishful", "request": {"tool": "crm___get_customer",
                  "input": {"customer_id": "C-1", "fields": ["name"]}, "roles": []},
                  "outcome": "permit", "policies": []}]}
                """);

        var test = run("policy", "test", baseline, "--corpus", corpus.toString());

        assertThat(test.code()).isEqualTo(ExitCode.NO);
        assertThat(test.out())
                .contains("a.json \"wishful\": expected permit [], was deny []")
                .contains("0 passed, 1 failed");
        Files.writeString(corpus.resolve("a.json"), "{\"cases\": 1}");
        assertThat(run("policy", "test", baseline, "--corpus", corpus.toString()).err())
                .contains("a.json: has no list `cases`");
    }

    @Test
    void aSimulationSaysTheOutcomeAndWhy() throws IOException {
        var asked = simulate("billing___refund", REFUND, "--user", "ada");
        assertThat(asked.code()).isEqualTo(ExitCode.NO);
        assertThat(asked.out())
                .startsWith("needs_approval")
                .contains("refund-approved  refunds.cedar:")
                .contains("needs 1 approval by the role `billing-leads` within 15 min");

        var small = simulate("billing___refund", REFUND.replace("900", "50"), "--role", "support");
        assertThat(small.code()).isZero();
        assertThat(small.out()).startsWith("permit");

        var weekend =
                simulate(
                        "billing___refund",
                        REFUND,
                        "--user",
                        "ada",
                        "--approved",
                        "--at",
                        "2026-11-22T10:00:00Z");
        assertThat(weekend.out()).startsWith("deny").contains("Refunds wait for a working day");

        var mail = "{\"to\":\"x@evil.test\",\"subject\":\"s\",\"body\":\"b\"}";
        assertThat(simulate("mail___send", mail, "--user", "ada").code()).isZero();
        var after = simulate("mail___send", mail, "--user", "ada", "--chain-label", "pii");
        assertThat(after.code()).isEqualTo(ExitCode.NO);
        assertThat(after.out()).contains("chain-exfil");
    }

    @Test
    void aQuestionThatNoCallCouldAskIsRefused() {
        assertThat(simulate("billing___refund", REFUND).err()).contains("--user or --role");
        assertThat(simulate("billing___refund", REFUND, "--user", "nobody").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(simulate("billing___refnd", REFUND, "--user", "ada").err())
                .contains("unknown tool `billing___refnd`");
        assertThat(simulate("billing___refund", "{\"amount\":1}", "--user", "ada").err())
                .contains("no call could have these arguments");
        assertThat(simulate("billing___refund", "[1", "--user", "ada").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(
                        simulate(
                                        "billing___refund",
                                        REFUND,
                                        "--user",
                                        "ada",
                                        "--chain-label",
                                        "taint")
                                .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(simulate("billing___refund", REFUND, "--user", "ada", "--env", "staging").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("policy", "simulate", "--user", "ada", "--tool", "x").code())
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void aTableOfRolesAndToolsBecomesPoliciesThatDecide() throws IOException {
        var table = home.resolve("roles.csv");
        Files.writeString(
                table,
                """
                # who may do what
                role,crm___get_customer,billing___refund
                support,x,approval:billing-leads
                counter-hall,yes,
                """);
        var next = home.resolve("next");

        var imported =
                run("policy", "import", "rbac", table.toString(), "--to", next + "/rbac.cedar");

        assertThat(imported.code()).as(imported.err()).isZero();
        assertThat(imported.out()).contains("3 grants written").contains("3 roles added");
        assertThat(Files.readString(next.resolve("roles.txt")))
                .endsWith("# From roles.csv:\nbilling-leads\ncounter-hall\nsupport\n");
        assertThat(run("policy", "check", next.toString()).code()).isZero();
        var who = run("who-can", "crm___get_customer", "--policies", next.toString(), "-o", "json");
        assertThat(who.json().path("roles").toString()).isEqualTo("[\"counter-hall\",\"support\"]");
        assertThat(who.json().path("users").toString()).isEqualTo("[\"ada\"]");
        assertThat(
                        run(
                                        "policy",
                                        "import",
                                        "rbac",
                                        table.toString(),
                                        "--to",
                                        next + "/rbac.cedar")
                                .code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatIsImportedBesideOtherPoliciesPassesTheCheckTogetherWithThem() throws IOException {
        var next = Files.createDirectories(home.resolve("next"));
        Files.writeString(
                next.resolve("own.cedar"),
                "@id(\"own\") permit (principal in Mcp::Role::\"auditor\", action =="
                        + " Mcp::Action::\"crm___get_customer\", resource);");
        Files.writeString(next.resolve("roles.txt"), "auditor # reads");
        var yaml = home.resolve("roles.yaml");
        Files.writeString(
                yaml,
                """
                counter-hall:
                  - crm___get_customer
                  - billing___refund: approval:hall-leads
                auditor:
                  - billing___get_invoice
                """);

        var imported =
                run("policy", "import", "rbac", yaml.toString(), "--to", next + "/rbac.cedar");

        assertThat(imported.code()).as(imported.err()).isZero();
        assertThat(Files.readString(next.resolve("roles.txt")))
                .isEqualTo("auditor # reads\n# From roles.yaml:\ncounter-hall\nhall-leads\n");
        assertThat(run("policy", "check", next.toString()).code()).isZero();

        Files.delete(next.resolve("rbac.cedar"));
        Files.delete(next.resolve("roles.txt"));
        assertThat(
                        run(
                                        "policy",
                                        "import",
                                        "rbac",
                                        yaml.toString(),
                                        "--to",
                                        next + "/rbac.cedar")
                                .code())
                .isZero();
        assertThat(Files.readString(next.resolve("roles.txt")))
                .as("the policies beside name roles of the baseline")
                .contains("support-leads")
                .contains("hall-leads");
        assertThat(run("policy", "check", next.toString()).code()).isZero();
    }

    @Test
    void anImportThatWouldNotPassTheCheckWritesNothing() throws IOException {
        var next = Files.createDirectories(home.resolve("next"));
        Files.writeString(
                next.resolve("own.cedar"),
                "@id(\"rbac-support-crm___get_customer\") forbid (principal, action, resource);");
        var table = home.resolve("roles.csv");
        Files.writeString(table, "\ufeffrole,tool\r\nsupport,crm___get_customer\r\n");

        var imported =
                run("policy", "import", "rbac", table.toString(), "--to", next + "/rbac.cedar");

        assertThat(imported.code()).isEqualTo(ExitCode.NO);
        assertThat(imported.err()).contains("@id is taken by");
        assertThat(next.resolve("rbac.cedar")).doesNotExist();
        assertThat(next.resolve("roles.txt")).doesNotExist();
        assertThat(
                        run(
                                        "policy",
                                        "import",
                                        "rbac",
                                        table.toString(),
                                        "--to",
                                        next + "/rbac.txt")
                                .code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void yamlAndPairsSayTheSame() throws IOException {
        var yaml = home.resolve("roles.yaml");
        Files.writeString(
                yaml,
                """
                support:
                  - crm___get_customer
                  - billing___refund: approval:billing-leads
                """);
        var pairs = home.resolve("pairs.csv");
        Files.writeString(pairs, "role,tool\nsupport,crm___get_customer\n");

        assertThat(run("policy", "import", "rbac", yaml.toString()).out())
                .contains("rbac-support-billing___refund")
                .contains("context.approval.granted");
        assertThat(run("policy", "import", "rbac", pairs.toString()).out())
                .contains("rbac-support-crm___get_customer");
    }

    @Test
    void aTableThatNamesAnUnknownToolOrIsUnclearIsRefusedWithItsLine() throws IOException {
        for (var bad :
                List.of(
                        List.of("role,crm___get_custmer\nsupport,x\n", "t.csv:1: unknown tool"),
                        List.of("role,tool\nsupport,nope\n", "t.csv:2: unknown tool `nope`"),
                        List.of("role,crm___get_customer\nsupport,maybe\n", "t.csv:2: `maybe`"),
                        List.of("role,crm___get_customer\nsupport\n", "t.csv:2: has 1 columns"),
                        List.of("role,tool\ns p,crm___get_customer\n", "t.csv:2: role `s p`"),
                        List.of("who,what\n", "t.csv:1: the first line"),
                        List.of("role,crm___get_customer\nsupport,\n", "grants nothing"),
                        List.of(
                                "role,tool\na,crm___get_customer\na,crm___get_customer\n",
                                "t.csv:3: role `a` has `crm___get_customer` twice"),
                        List.of(
                                "role,tool\nsupport,billing___refund\n",
                                "cannot be published as they are"))) {
            Files.writeString(home.resolve("t.csv"), bad.getFirst());

            var imported = run("policy", "import", "rbac", home.resolve("t.csv").toString());

            assertThat(imported.code()).as(bad.getFirst()).isEqualTo(ExitCode.NO);
            assertThat(imported.err()).contains(bad.get(1));
            assertThat(imported.out()).isEmpty();
        }
    }

    @Test
    void thePortableProfileIsWrittenOrRefusedAsAWhole() throws IOException {
        var to = home.resolve("out");
        var refused = run("policy", "export", to.toString(), "--agentcore", "--policies", baseline);
        assertThat(refused.code()).isEqualTo(ExitCode.NO);
        assertThat(refused.out()).contains("refused: chain-exfil").contains("nothing is written");
        assertThat(to).doesNotExist();

        var simple = Files.createDirectories(home.resolve("simple"));
        Files.writeString(
                simple.resolve("a.cedar"),
                "@id(\"a\") permit (principal in Mcp::Role::\"support\", action =="
                        + " Mcp::Action::\"crm___get_customer\", resource);");
        var written =
                run(
                        "policy",
                        "export",
                        to.toString(),
                        "--agentcore",
                        "--policies",
                        simple.toString());
        assertThat(written.code()).isZero();
        assertThat(written.out()).contains("lossy: a: the role");
        assertThat(Files.readString(to.resolve("agentcore.cedar"))).contains("AgentCore::Action");
    }

    @Test
    void foldersAreComparedWithoutAStack() throws IOException {
        var next = Files.createDirectories(home.resolve("next"));
        try (var files = Files.list(Path.of(baseline))) {
            for (var file : files.toList()) {
                Files.writeString(
                        next.resolve(String.valueOf(file.getFileName())),
                        Files.readString(file).replace(">= 200", ">= 100"));
            }
        }

        var diff = run("policy", "diff", baseline, next.toString());

        assertThat(diff.code()).isEqualTo(ExitCode.NO);
        assertThat(diff.out())
                .contains("changed  quota-pii-rows")
                .contains("permit -> deny  customers.json \"read the last one of the day\"");
        assertThat(run("policy", "diff", baseline, baseline).code()).isZero();
        assertThat(run("policy", "diff", "head", baseline).code()).isEqualTo(ExitCode.UNREACHABLE);
    }

    private Ran simulate(String tool, String arguments, String... more) {
        var command =
                new java.util.ArrayList<>(
                        List.of(
                                "policy",
                                "simulate",
                                "--policies",
                                baseline,
                                "--tool",
                                tool,
                                "--args",
                                arguments));
        if (!List.of(more).contains("--at")) {
            command.addAll(List.of("--at", "2026-11-23T10:00:00Z"));
        }
        command.addAll(List.of(more));
        return run(command.toArray(String[]::new));
    }

    private record Ran(int code, String out, String err) {
        JsonNode json() throws IOException {
            return OutputFormat.JSON.readTree(out);
        }
    }

    private Ran run(String... arguments) {
        var terminal = new Terminal(home);
        var code = terminal.run(arguments);
        return new Ran(code, terminal.out(), terminal.err());
    }
}
