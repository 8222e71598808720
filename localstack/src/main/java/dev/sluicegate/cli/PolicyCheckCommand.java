package dev.sluicegate.cli;

import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicySources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says whether policies could be published, and if not, everything that is wrong at once. */
@Command(
        name = "check",
        description =
                "Parse, validate and lint the policies of a folder; says file, line and policy of each problem.",
        footer = {
            "",
            "Needs no running stack. Exit codes: 0 they may be published, 1 they may not.",
            "For example: ./sluicegate policy check policies/baseline"
        })
final class PolicyCheckCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "DIR", description = "folder with *.cedar files")
    private Path folder = Path.of("");

    PolicyCheckCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + folder + "` is not a folder");
        }
        try {
            var manifests = tools.tools(workspace);
            var set = PolicyCompiler.compile(PolicySources.read(folder), manifests, 1);
            print(set.id(), set.rules().size(), manifests.size(), List.of(), set.warnings());
            return ExitCode.OK;
        } catch (InvalidPolicyException e) {
            print(null, 0, 0, e.problems(), List.of());
            return ExitCode.NO;
        }
    }

    private void print(
            @Nullable String set,
            int policies,
            int about,
            List<String> problems,
            List<String> warnings) {
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("valid", set != null).put("set", set).put("policies", policies);
            problems.forEach(json.putArray("problems")::add);
            warnings.forEach(json.putArray("warnings")::add);
            workspace.out().println(OutputFormat.pretty(json));
            return;
        }
        problems.forEach(workspace.out()::println);
        warnings.forEach(warning -> workspace.out().println("warning: " + warning));
        workspace
                .out()
                .println(
                        set == null
                                ? problems.size()
                                        + (problems.size() == 1 ? " problem" : " problems")
                                        + "; not valid"
                                : policies + " policies for " + about + " tools are valid, " + set);
    }
}
