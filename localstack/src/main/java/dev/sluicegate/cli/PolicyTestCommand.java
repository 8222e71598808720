package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.DecisionCorpus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the decision corpus of a folder of policies. */
@Command(
        name = "test",
        description = "Decide every case of the corpus beside the policies and compare.",
        footer = {
            "",
            "A corpus is a folder of JSON files: {\"about\": …, \"cases\": [{\"name\", \"request\":"
                    + " {\"tool\", \"input\", …},",
            "\"outcome\", \"policies\"}]}. It is looked for in DIR/corpus, then in DIR/../corpus.",
            "Needs no running stack. Exit codes: 0 all as written, 1 some are not, 3 some could not"
                    + " be run.",
            "For example: ./sluicegate policy test policies/baseline --known-only"
        })
final class PolicyTestCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "DIR", description = "folder with *.cedar files")
    private Path folder = Path.of("");

    @Option(names = "--corpus", paramLabel = "DIR", description = "folder with the cases")
    private @Nullable Path corpus;

    @Option(
            names = "--known-only",
            description = "leave out cases of tools that are not known here, without failing")
    private boolean knownOnly;

    PolicyTestCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var world = PolicyWorld.folder(folder.toString(), folder, tools.tools(workspace));
        var cases = cases(corpusOf(folder, corpus));
        var failures = OutputFormat.JSON.createArrayNode();
        var unknown = new TreeMap<String, Integer>();
        var passed = 0;
        for (var one : cases) {
            var tool = one.request().tool();
            if (!world.tools().containsKey(tool)) {
                unknown.merge(tool, 1, Integer::sum);
                continue;
            }
            var decision = world.decide(one.request());
            if (decision.isPresent() && agrees(one, decision.get())) {
                passed++;
            } else {
                failures.add(failure(one, decision.orElse(null)));
            }
        }
        var left = unknown.values().stream().mapToInt(Integer::intValue).sum();
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("passed", passed).put("failed", failures.size()).put("notRun", left);
            json.set("failures", failures);
            unknown.keySet().forEach(json.putArray("unknownTools")::add);
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            failures.forEach(failure -> workspace.out().println(line(failure)));
            workspace
                    .out()
                    .println(
                            passed
                                    + " passed, "
                                    + failures.size()
                                    + " failed"
                                    + (left == 0 ? "" : ", " + left + " not run"));
            if (left > 0) {
                workspace
                        .err()
                        .println(
                                "not known here: "
                                        + String.join(", ", unknown.keySet())
                                        + (knownOnly
                                                ? ""
                                                : "; name their manifests with --tools or leave them"
                                                        + " out with --known-only"));
            }
        }
        if (!failures.isEmpty()) {
            return ExitCode.NO;
        }
        return passed == 0 || (left > 0 && !knownOnly) ? ExitCode.UNREACHABLE : ExitCode.OK;
    }

    /** @throws CommandFailedException if there is none */
    static Path corpusOf(Path policies, @Nullable Path named) {
        var places =
                named != null
                        ? List.of(named)
                        : List.of(
                                policies.resolve("corpus"),
                                policies.toAbsolutePath().normalize().resolveSibling("corpus"));
        return places.stream()
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() ->
                        new CommandFailedException(
                                named == null ? ExitCode.UNREACHABLE : ExitCode.USAGE,
                                "no corpus in `"
                                        + places.getFirst()
                                        + "`; name one with --corpus"));
    }

    static List<DecisionCorpus.Case> cases(Path corpus) {
        try {
            return DecisionCorpus.read(corpus);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(ExitCode.NO, String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean agrees(DecisionCorpus.Case one, Decision decision) {
        return decision.word().equals(one.outcome())
                && decision.basis().policies().equals(one.policies())
                && decision.basis().errors().isEmpty();
    }

    private static ObjectNode failure(DecisionCorpus.Case one, @Nullable Decision decision) {
        var failure = OutputFormat.JSON.createObjectNode();
        failure.put("file", one.file()).put("name", one.name());
        var expected = failure.putObject("expected").put("outcome", one.outcome());
        one.policies().forEach(expected.putArray("policies")::add);
        var actual = failure.putObject("actual");
        actual.put("outcome", decision == null ? "refused" : decision.word());
        var policies = actual.putArray("policies");
        var errors = actual.putArray("errors");
        if (decision != null) {
            decision.basis().policies().forEach(policies::add);
            decision.basis().errors().forEach(errors::add);
        }
        return failure;
    }

    private static String line(com.fasterxml.jackson.databind.JsonNode failure) {
        return failure.path("file").asText()
                + " \""
                + failure.path("name").asText()
                + "\": expected "
                + failure.at("/expected/outcome").asText()
                + " "
                + failure.at("/expected/policies")
                + ", was "
                + failure.at("/actual/outcome").asText()
                + " "
                + failure.at("/actual/policies")
                + (failure.at("/actual/errors").isEmpty()
                        ? ""
                        : ", could not be evaluated: " + failure.at("/actual/errors"));
    }
}
