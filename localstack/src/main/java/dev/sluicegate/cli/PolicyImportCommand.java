package dev.sluicegate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups the ways in for rules that exist elsewhere. */
@Command(
        name = "import",
        description = "Write policies from rules that exist elsewhere.",
        synopsisSubcommandLabel = "COMMAND")
final class PolicyImportCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }
}
