package dev.sluicegate.cli;

import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.UnrepresentableInputException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What policies would say to a call that nobody makes. */
@Command(
        name = "simulate",
        sortOptions = false,
        description = "Say what the policies would answer to a call, without making it.",
        footer = {
            "",
            "Exit codes: 0 permit, 1 anything else. For example:",
            "  ./sluicegate policy simulate --user ada --tool billing___refund \\",
            "    --args '{\"invoice_id\":\"INV-2001\",\"amount\":900,\"currency\":\"EUR\"}'",
            "  ./sluicegate policy simulate --role support --tool mail___send --chain-label pii \\",
            "    --args '{\"to\":\"x@evil.test\",\"subject\":\"s\",\"body\":\"b\"}' --policies"
                    + " policies/baseline"
        })
final class PolicySimulateCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private Question question = new Question();
    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(names = "--tool", paramLabel = "TOOL", required = true, description = "its full name")
    private String tool = "";

    @Option(names = "--args", paramLabel = "JSON", description = "arguments of the call ({})")
    private String arguments = "{}";

    @Option(
            names = "--policies",
            paramLabel = "DIR|head|SET",
            description = "which policies (head: those in force in the running stack)")
    private String policies = PolicyWorld.HEAD;

    PolicySimulateCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var world = PolicyWorld.open(policies, workspace, selection, tools);
        var asked =
                PolicyWorld.isPublished(policies)
                        ? question.in(selection.admin(workspace))
                        : question;
        return answer(workspace, format, world, asked, tool, arguments);
    }

    static int answer(
            Workspace workspace,
            OutputFormat format,
            PolicyWorld world,
            Question question,
            String tool,
            String arguments) {
        var request = question.of(Question.tool(world, tool), arguments);
        Decision decision;
        try {
            decision = world.engine().decide(request);
        } catch (UnrepresentableInputException e) {
            throw new CommandFailedException(
                    ExitCode.NO,
                    "refused: policy cannot look at the arguments exactly: " + e.getMessage(),
                    e);
        }
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(world.json(decision)));
        } else {
            workspace.out().println(decision.word());
            world.lines(decision).forEach(line -> workspace.out().println("  " + line));
        }
        return decision.word().equals("permit") ? ExitCode.OK : ExitCode.NO;
    }
}
