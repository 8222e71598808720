package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What waits for a second person. */
@Command(
        name = "pending",
        description = "List proposed policies that can still be put in force.",
        footer = {
            "",
            "Look at one with `policy diff head sha256:…`, as its line says; `policy review` says yes or no to it.",
            "Exit codes: 0 told, also that there is none, 3 no stack answers.",
            "For example: ./sluicegate policy pending"
        })
final class PolicyPendingCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyPendingCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var pending = selection.admin(workspace).policies("pending");
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(pending));
        } else if (pending.path("proposals").isEmpty()) {
            workspace.out().println("nothing is proposed");
        } else {
            pending.path("proposals")
                    .forEach(proposal -> workspace.out().println(PolicyText.proposal(proposal)));
        }
        return ExitCode.OK;
    }
}
