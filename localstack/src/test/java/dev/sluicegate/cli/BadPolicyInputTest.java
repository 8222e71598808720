package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad policies and bad requests at the command line: a clear error with file, line and policy, or a deny with
 * a reason; never a crash, never an allow, and neither policy text nor arguments in what is printed.
 */
class BadPolicyInputTest {
    private static final String CANARY = BadPolicies.CANARY;

    @TempDir private Path home = Path.of("");

    @BeforeEach
    void checkout() throws IOException {
        var checkout = Path.of("..").toAbsolutePath().normalize();
        for (var folder : List.of("policies", "tool-functions")) {
            Files.createSymbolicLink(home.resolve(folder), checkout.resolve(folder));
        }
    }

    static Stream<BadPolicies.Bad> bad() {
        return BadPolicies.all().stream();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void checkSaysWhereAndWhatAndNotTheText(BadPolicies.Bad bad) throws IOException {
        var folder = Files.createDirectories(home.resolve("next"));
        Files.writeString(folder.resolve("x.cedar"), BadPolicies.text(bad));

        var check = run("policy", "check", folder.toString());

        assertThat(check.code()).as(shown(check)).isEqualTo(ExitCode.NO);
        assertThat(check.out()).contains(bad.place()).contains(bad.message());
        assertThat(check.out() + check.err()).doesNotContain(CANARY).doesNotContain("\tat ");
        assertThat(check.out().length()).as("said in a few lines").isLessThan(2_000);
    }

    /** One line of requests each: whatever is in it, an answer comes, and it is no. */
    @ParameterizedTest
    @MethodSource("requests")
    void decideDeniesARequestThatCannotBeReadAndSaysWhichLine(String context) throws IOException {
        var policies = home.resolve("p.cedar");
        Files.writeString(policies, "permit (principal, action, resource) when { context has x };");
        var good = line("{\"x\":1}");
        var requests = home.resolve("r.ndjson");
        Files.writeString(requests, good + "\n" + line(context) + "\n" + good + "\n");

        var decide =
                run(
                        "policy",
                        "decide",
                        "--policies",
                        policies.toString(),
                        "--requests",
                        requests.toString());

        assertThat(decide.code()).as(shown(decide)).isEqualTo(ExitCode.UNREACHABLE);
        var answers = decide.out().lines().toList();
        assertThat(answers).hasSize(3);
        assertThat(answers.get(0)).contains("\"decision\":\"allow\"");
        assertThat(answers.get(1)).contains("\"decision\":\"deny\"").contains("line 2: ");
        assertThat(answers.get(2)).contains("\"decision\":\"allow\"");
        assertThat(decide.out() + decide.err()).doesNotContain(CANARY).doesNotContain("\tat ");
    }

    static Stream<String> requests() {
        return Stream.of(
                "{\"x\":{\"__entity\":{\"type\":\"canary-7f3a\"}}}",
                "{\"x\":{\"__entity\":\"canary-7f3a\"}}",
                "{\"x\":{\"__extn\":{\"fn\":\"canary-7f3a\",\"arg\":\"1\"}}}",
                "{\"x\":{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"922337203685477.5808\"}}}",
                "{\"x\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"canary-7f3a\"}}}",
                "{\"x\":9223372036854775808,\"y\":\"canary-7f3a\"}",
                "{\"x\":1.5,\"y\":\"canary-7f3a\"}",
                "{\"x\":null,\"y\":\"canary-7f3a\"}",
                "{\"x\":" + "[".repeat(1_000) + "\"canary-7f3a\"" + "]".repeat(1_000) + "}",
                "[\"canary-7f3a\"]",
                "{\"x\":\"canary-7f3a");
    }

    @Test
    void largeValuesAreDecided() throws IOException {
        var policies = home.resolve("p.cedar");
        Files.writeString(
                policies,
                "permit (principal, action, resource) when { context.s.contains(\"a\") };"
                        + "forbid (principal, action, resource) when { context.t like \"*\ud83e\uddc0\" };");
        var requests = home.resolve("r.ndjson");
        var set = "[\"a\"" + ",\"b\"".repeat(100_000) + "]";
        Files.writeString(
                requests,
                line("{\"s\":" + set + ",\"t\":\"" + "x".repeat(100_000) + "\"}")
                        + "\n"
                        + line("{\"s\":" + set + ",\"t\":\"\ud83e\uddc0\"}")
                        + "\n");

        var decide =
                run(
                        "policy",
                        "decide",
                        "--policies",
                        policies.toString(),
                        "--requests",
                        requests.toString());

        assertThat(decide.code()).as(shown(decide)).isZero();
        assertThat(decide.out().lines().map(line -> line.substring(0, 20)))
                .containsExactly("{\"decision\":\"allow\",", "{\"decision\":\"deny\",\"");
    }

    @Test
    void whatDecideCannotReadIsNamedByItsFileAndLine() throws IOException {
        var good = home.resolve("good.cedar");
        Files.writeString(good, "permit (principal, action, resource);");
        var cut = home.resolve("cut.cedar");
        Files.writeString(cut, "\n@id(\"b\") permit (principal, action\n// canary-7f3a");
        var twice = home.resolve("twice.cedar");
        var one = "@id(\"a\") permit (principal, action, resource);\n";
        Files.writeString(twice, one + one);
        var links = home.resolve("links.json");
        Files.writeString(
                links,
                "{\"templateLinks\":[{\"templateId\":\"t\",\"newId\":\"l\",\"values\":{}}]}");
        var requests = home.resolve("r.ndjson");
        Files.writeString(requests, line("{}") + "\n");
        var object = home.resolve("object.json");
        Files.writeString(object, "{}");
        var entities = home.resolve("entities.json");
        Files.writeString(
                entities,
                "[{\"uid\":{\"type\":\"A\",\"id\":\"a\"},\"attrs\":{},\"parents\":[]},"
                        + "{\"uid\":\"canary-7f3a\",\"attrs\":{},\"parents\":[]}]");

        assertThat(decide(cut, null, requests).err()).contains(cut + ":2 b: ");
        assertThat(decide(twice, null, requests).err()).contains(twice + ":2 a: id given twice");
        assertThat(decide(links, null, requests).err())
                .contains(links + ": ")
                .contains("unknown template");
        assertThat(decide(good, object, requests).err()).contains(object + ": are not a list");
        assertThat(decide(good, entities, requests).err())
                .contains(entities + ": entity 1: ")
                .doesNotContain(CANARY);
    }

    @Test
    void argumentsThatNoCallCouldHaveAreNotRepeated() {
        for (var arguments :
                List.of(
                        "{\"customer_id\":{\"__entity\":{\"type\":\"canary-7f3a\",\"id\":\"x\"}}}",
                        "{\"customer_id\":{\"__extn\":{\"fn\":\"ip\",\"arg\":\"canary-7f3a\"}}}",
                        "{\"customer_id\":\"C-1001\",\"canary-7f3a\":1e400}",
                        "{\"customer_id\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}",
                        "{\"customer_id\":\"C-1001\",\"customer_id\":\"canary-7f3a\"}")) {
            var simulate =
                    run(
                            "policy",
                            "simulate",
                            "--policies",
                            home.resolve("policies/baseline").toString(),
                            "--user",
                            "ada",
                            "--tool",
                            "crm___get_customer",
                            "--args",
                            arguments);

            assertThat(simulate.code()).as(shown(simulate)).isIn(ExitCode.NO, ExitCode.USAGE);
            assertThat(simulate.out()).doesNotContain("permit");
            assertThat(simulate.err()).isNotBlank().doesNotContain("\tat ");
        }
    }

    private static String line(String context) {
        return "{\"principal\":\"User::\\\"u\\\"\",\"action\":\"Action::\\\"a\\\"\",\"resource\":"
                + "\"Thing::\\\"t\\\"\",\"context\":"
                + context
                + "}";
    }

    private Ran decide(Path policies, @Nullable Path entities, Path requests) {
        var command =
                new ArrayList<>(
                        List.of(
                                "policy",
                                "decide",
                                "--policies",
                                policies.toString(),
                                "--requests",
                                requests.toString()));
        if (entities != null) {
            command.addAll(List.of("--entities", entities.toString()));
        }
        var ran = run(command.toArray(String[]::new));
        assertThat(ran.code()).as(shown(ran)).isEqualTo(ExitCode.NO);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).doesNotContain("\tat ");
        return ran;
    }

    /** For a failure, in part: some of it is 100 KB. */
    private static String shown(Ran ran) {
        var all = ran.out() + ran.err();
        return all.substring(0, Math.min(all.length(), 1_000));
    }

    private record Ran(int code, String out, String err) {}

    private Ran run(String... arguments) {
        var terminal = new Terminal(home);
        var code = terminal.run(arguments);
        return new Ran(code, terminal.out(), terminal.err());
    }
}
