package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Whether a call would be permitted by the policies in force. */
@Command(
        name = "can-i",
        sortOptions = false,
        description = "Say whether a call would be permitted by the policies in force, and why.",
        footer = {
            "",
            "As in a fresh conversation, in the stack's environment and at its time; options say what came"
                    + " before.",
            "A rule that names one user by id is not found: users have other ids there.",
            "Exit codes: 0 yes, 1 no.",
            "For example: ./sluicegate can-i crm___get_customer '{\"customer_id\":\"C-1001\"}' --user"
                    + " ada"
        })
final class CanICommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private Question question = new Question();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(index = "0", paramLabel = "TOOL", description = "its full name")
    private String tool = "";

    @Parameters(index = "1", paramLabel = "ARGS", arity = "0..1", description = "JSON ({})")
    private String arguments = "{}";

    CanICommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var admin = selection.admin(workspace);
        return PolicySimulateCommand.answer(
                workspace,
                format,
                PolicyWorld.published(PolicyWorld.HEAD, admin),
                question.in(admin),
                tool,
                arguments);
    }
}
