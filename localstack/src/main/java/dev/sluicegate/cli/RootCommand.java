package dev.sluicegate.cli;

import dev.sluicegate.contract.Product;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands and what they have in common: help, version, one line per failure. */
@Command(
        name = Product.NAME,
        description =
                "The control plane for MCP tools: the local stack and the operator's commands.",
        synopsisSubcommandLabel = "COMMAND",
        version = Product.NAME + " " + Product.VERSION,
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        sortOptions = false)
final class RootCommand implements Runnable {
    /** How people call it from the root of the checkout. */
    static final String LAUNCHER = "./" + Product.NAME;

    @Option(
            names = "--debug",
            scope = CommandLine.ScopeType.INHERIT,
            description = "show where a failure came from")
    private boolean debug;

    @Spec private CommandSpec spec = CommandSpec.create();

    /** All commands, ready to be executed; exit codes are those of {@link ExitCode}. */
    static CommandLine commandLine(Workspace workspace) {
        var root = new RootCommand();
        var line =
                new CommandLine(root)
                        .addSubcommand("up", new UpCommand(workspace))
                        .addSubcommand("status", new StatusCommand(workspace))
                        .addSubcommand("logs", new LogsCommand(workspace))
                        .addSubcommand("down", new DownCommand(workspace))
                        .addSubcommand("reset", new ResetCommand(workspace))
                        .addSubcommand("demo", new DemoCommand(workspace))
                        .addSubcommand("whoami", new WhoAmICommand(workspace))
                        .addSubcommand("token", new TokenCommand(workspace))
                        .addSubcommand("call", new CallCommand(workspace))
                        .addSubcommand("trace", new TraceCommand(workspace))
                        .addSubcommand("audit", audit(workspace))
                        .addSubcommand("policy", policy(workspace))
                        .addSubcommand("who-can", new WhoCanCommand(workspace))
                        .addSubcommand("can-i", new CanICommand(workspace))
                        .addSubcommand(
                                "bench",
                                new CommandLine(new BenchCommand())
                                        .addSubcommand("policy", new BenchPolicyCommand(workspace))
                                        .addSubcommand("calls", new BenchCallsCommand(workspace)))
                        .addSubcommand("doctor", new DoctorCommand(workspace))
                        .addSubcommand("test", new TestCommand());
        line.setOut(new PrintWriter(workspace.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(workspace.err(), true, StandardCharsets.UTF_8));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((failed, args) -> {
            failed.getCommandLine()
                    .getErr()
                    .println(
                            failed.getMessage()
                                    + "; see "
                                    + LAUNCHER
                                    + called(failed.getCommandLine())
                                    + " --help");
            return ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((failed, command, parsed) -> {
            if (root.debug) {
                failed.printStackTrace(workspace.err());
            }
            workspace.err().println(message(failed));
            return failed instanceof CommandFailedException expected
                    ? expected.exitCode()
                    : ExitCode.UNREACHABLE;
        });
        return line;
    }

    private static CommandLine audit(Workspace workspace) {
        return new CommandLine(new AuditCommand())
                .addSubcommand("verify", new AuditVerifyCommand(workspace))
                .addSubcommand("export", new AuditExportCommand(workspace))
                .addSubcommand("prove", new AuditProveCommand(workspace))
                .addSubcommand("check-proof", new AuditCheckProofCommand(workspace))
                .addSubcommand("vkey", new AuditVkeyCommand(workspace));
    }

    private static CommandLine policy(Workspace workspace) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand("check", new PolicyCheckCommand(workspace))
                .addSubcommand("test", new PolicyTestCommand(workspace))
                .addSubcommand("simulate", new PolicySimulateCommand(workspace))
                .addSubcommand("diff", new PolicyDiffCommand(workspace))
                .addSubcommand("replay", new PolicyReplayCommand(workspace))
                .addSubcommand("publish", new PolicyPublishCommand(workspace))
                .addSubcommand("pending", new PolicyPendingCommand(workspace))
                .addSubcommand("review", new PolicyReviewCommand(workspace))
                .addSubcommand("release", new PolicyReleaseCommand(workspace))
                .addSubcommand("rollback", new PolicyRollbackCommand(workspace))
                .addSubcommand("log", new PolicyLogCommand(workspace))
                .addSubcommand("explain", new PolicyExplainCommand(workspace))
                .addSubcommand("export", new PolicyExportCommand(workspace))
                .addSubcommand(
                        "import",
                        new CommandLine(new PolicyImportCommand())
                                .addSubcommand("rbac", new PolicyImportRbacCommand(workspace)))
                .addSubcommand("decide", new PolicyDecideCommand(workspace))
                .addSubcommand("corpus", new PolicyCorpusCommand(workspace));
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed");
    }

    private static String message(Exception failed) {
        if (failed instanceof CommandFailedException
                || failed instanceof StackFactory.StackFailedException) {
            return String.valueOf(failed.getMessage());
        }
        var message = failed.getMessage();
        return "failed: "
                + failed.getClass().getSimpleName()
                + (message == null ? "" : ": " + message.lines().findFirst().orElse(""))
                + " (--debug shows where)";
    }

    private static String called(CommandLine command) {
        return command.getParent() == null
                ? ""
                : called(command.getParent()) + " " + command.getCommandName();
    }
}
