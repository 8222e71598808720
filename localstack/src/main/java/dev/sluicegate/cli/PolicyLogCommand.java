package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What was in force when, and who saw to it. */
@Command(
        name = "log",
        description = "List published versions, newest first: when, by whom, what changed.",
        footer = {
            "",
            "Exit codes: 0 told, 3 no stack answers.",
            "For example: ./sluicegate policy log -o json"
        })
final class PolicyLogCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "so many (${DEFAULT-VALUE})")
    private int limit = 20;

    PolicyLogCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new CommandFailedException(ExitCode.USAGE, "--limit must be at least 1");
        }
        var log = selection.admin(workspace).policies("log");
        var versions = (ArrayNode) log.path("versions");
        while (versions.size() > limit) {
            versions.remove(limit);
        }
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(log));
        } else {
            versions.forEach(version -> workspace.out().println(PolicyText.version(version)));
        }
        return ExitCode.OK;
    }
}
