package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An older version's policies, as a new version. */
@Command(
        name = "rollback",
        description = {
            "Publish the policies of an older version as a new one.",
            "The rules of `policy publish` hold: in prod somebody else reviews it."
        },
        footer = {
            "",
            "`policy log` lists the versions.",
            "Exit codes: 0 in force or proposed, 1 refused, 3 no stack answers.",
            "For example: ./sluicegate policy rollback 3"
        })
final class PolicyRollbackCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private PolicyAdmin admin = new PolicyAdmin();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(names = "--propose", description = "ask for a review also where none is required")
    private boolean propose;

    @Parameters(paramLabel = "VERSION", description = "its number, from `policy log`")
    private long version;

    PolicyRollbackCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var stack = selection.admin(workspace);
        var asked =
                OutputFormat.JSON
                        .createObjectNode()
                        .put("version", version)
                        .put("propose", propose);
        PolicyText.print(
                workspace,
                format,
                stack.policyStep("rollback", admin.token(workspace, stack), asked));
        return ExitCode.OK;
    }
}
