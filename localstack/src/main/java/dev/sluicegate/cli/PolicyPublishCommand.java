package dev.sluicegate.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Puts policies in force without a restart. */
@Command(
        name = "publish",
        description = "Validate the policies of a folder and put them in force for the next calls.")
final class PolicyPublishCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "DIR", description = "folder with *.cedar files")
    private Path folder = Path.of("");

    PolicyPublishCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + folder + "` is not a folder");
        }
        var published = selection.admin(workspace).publish(folder.toAbsolutePath().normalize());
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("set", published.set()).put("version", published.version());
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            workspace
                    .out()
                    .println("version " + published.version() + " is in force, " + published.set());
        }
        return ExitCode.OK;
    }
}
