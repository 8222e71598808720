package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** From approved to in force. */
@Command(
        name = "release",
        description = {
            "Put approved policies in force for the next calls.",
            "Refused when others were put in force since they were proposed."
        },
        footer = {
            "",
            "Exit codes: 0 in force, 1 refused, 3 no stack answers.",
            "For example: ./sluicegate policy release PROPOSAL --user paul"
        })
final class PolicyReleaseCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private PolicyAdmin admin = new PolicyAdmin();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "PROPOSAL", description = "its id, from `policy pending`")
    private String proposal = "";

    PolicyReleaseCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var stack = selection.admin(workspace);
        var asked = OutputFormat.JSON.createObjectNode().put("proposal", proposal);
        PolicyText.print(
                workspace,
                format,
                stack.policyStep("release", admin.token(workspace, stack), asked));
        return ExitCode.OK;
    }
}
