package dev.sluicegate.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts policies in force without a restart, or proposes them. */
@Command(
        name = "publish",
        description = {
            "Validate the policies of a folder and put them in force for the next calls.",
            "In prod they are proposed: somebody else reviews and releases them."
        },
        footer = {
            "",
            "Takes a token with the role policy-admin, the scope policy:write and a login with a second factor,",
            "not older than 15 minutes: SLUICEGATE_TOKEN, or one of --user.",
            "Exit codes: 0 in force, in shadow, proposed or unchanged, 1 refused, 3 no stack answers.",
            "For example: ./sluicegate policy publish policies/next --shadow"
        })
final class PolicyPublishCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private PolicyAdmin admin = new PolicyAdmin();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--shadow",
            description = "evaluate and record them beside those in force, enforce nothing")
    private boolean shadow;

    @Option(names = "--propose", description = "ask for a review also where none is required")
    private boolean propose;

    @Parameters(
            paramLabel = "DIR",
            description = "folder with *.cedar files, and roles.txt with the roles they may name")
    private Path folder = Path.of("");

    PolicyPublishCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + folder + "` is not a folder");
        }
        var stack = selection.admin(workspace);
        var asked =
                OutputFormat.JSON
                        .createObjectNode()
                        .put("folder", folder.toAbsolutePath().normalize().toString())
                        .put("shadow", shadow)
                        .put("propose", propose);
        PolicyText.print(
                workspace,
                format,
                stack.policyStep("publish", admin.token(workspace, stack), asked));
        return ExitCode.OK;
    }
}
