package dev.sluicegate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Whether a stack runs, and where. */
@Command(name = "status", description = "Show whether a stack is running; exits with 3 if none is.")
final class StatusCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    StatusCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var found = workspace.find(selection.data(), selection.url());
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("running", found.isPresent());
            found.ifPresent(stack ->
                    json.put("pid", stack.pid())
                            .put("port", stack.port())
                            .put("mcp", stack.mcp())
                            .put("issuer", stack.issuer())
                            .put("awsEndpoint", stack.awsEndpoint())
                            .put("environment", stack.environment())
                            .put("dataDir", stack.dataDir())
                            .put("log", stack.log()));
            workspace.out().println(OutputFormat.pretty(json));
        } else if (found.isPresent()) {
            var stack = found.get();
            workspace.out().println("running, pid " + stack.pid());
            workspace.out().println("mcp      " + stack.mcp());
            workspace.out().println("issuer   " + stack.issuer());
            workspace.out().println("aws      " + stack.awsEndpoint());
            workspace
                    .out()
                    .println(
                            "data     "
                                    + (stack.dataDir() == null ? "kept nowhere" : stack.dataDir()));
            workspace.out().println("log      " + stack.log());
        } else {
            workspace.out().println("not running");
        }
        return found.isPresent() ? ExitCode.OK : ExitCode.UNREACHABLE;
    }
}
