package dev.sluicegate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what can be done with policies. */
@Command(
        name = "policy",
        description = "Check, try, compare, explain, publish, review and roll back policies.",
        synopsisSubcommandLabel = "COMMAND")
final class PolicyCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }
}
