package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The second pair of eyes. */
@Command(
        name = "review",
        description = "Approve or reject proposed policies; nobody approves their own.",
        footer = {
            "",
            "Nobody reviews what they proposed. Look first: ./sluicegate policy diff head sha256:…",
            "Exit codes: 0 done, 1 refused, 3 no stack answers.",
            "For example: ./sluicegate policy review PROPOSAL --approve --user paul"
        })
final class PolicyReviewCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private PolicyAdmin admin = new PolicyAdmin();
    @Mixin private OutputFormat format = new OutputFormat();

    @ArgGroup(multiplicity = "1")
    private Verdict verdict = new Verdict();

    /** One of two, and no default: an approval is never a slip. */
    static final class Verdict {
        @Option(names = "--approve", required = true, description = "let it be released")
        private boolean approve;

        @Option(names = "--reject", required = true, description = "end it")
        private boolean reject;
    }

    @Option(names = "--note", paramLabel = "TEXT", description = "why, one line for the record")
    private @Nullable String note;

    @Parameters(paramLabel = "PROPOSAL", description = "its id, from `policy pending`")
    private String proposal = "";

    PolicyReviewCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var stack = selection.admin(workspace);
        var asked =
                OutputFormat.JSON
                        .createObjectNode()
                        .put("proposal", proposal)
                        .put("approve", verdict.approve && !verdict.reject)
                        .put("note", note);
        PolicyText.print(
                workspace,
                format,
                stack.policyStep("review", admin.token(workspace, stack), asked));
        return ExitCode.OK;
    }
}
