package dev.sluicegate.cli;

import dev.sluicegate.policy.PortableProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The set in force as files. */
@Command(
        name = "export",
        sortOptions = false,
        description = "Write the policies in force to a folder.",
        footer = {
            "",
            "With --agentcore, in the portable profile: principal and its tags, action, gateway,"
                    + " context.input,",
            "context.system.now. Says what the translation loses. A permit outside of the profile is"
                    + " left out; a",
            "forbid outside of it refuses the export, because without it the rest would permit more.",
            "Exit codes: 0 written, 1 refused. For example: ./sluicegate policy export in-force"
        })
final class PolicyExportCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Parameters(paramLabel = "DIR", description = "a new or empty folder")
    private Path folder = Path.of("");

    @Option(
            names = "--agentcore",
            description = "in the profile that Amazon Bedrock AgentCore reads")
    private boolean agentcore;

    @Option(
            names = "--policies",
            paramLabel = "DIR|head|SET",
            description = "which policies (head: those in force in the running stack)")
    private String policies = PolicyWorld.HEAD;

    @Option(
            names = "--gateway",
            paramLabel = "ARN",
            description = "with --agentcore: the gateway the policies are for")
    private @Nullable String gateway;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyExportCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (Files.exists(folder) && !isEmptyFolder()) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "`" + folder + "` is not an empty folder");
        }
        var world = PolicyWorld.open(policies, workspace, selection, tools);
        return agentcore ? portable(world) : asWritten(world);
    }

    private boolean isEmptyFolder() {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int asWritten(PolicyWorld world) {
        var names = new ArrayList<String>();
        try {
            Files.createDirectories(folder);
            for (var file : world.sources().files().entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
                names.add(file.getKey());
            }
            Files.writeString(folder.resolve("stub.cedarschema"), world.sources().stub());
            names.add("stub.cedarschema");
            var roles = world.sources().roles();
            if (roles != null) {
                Files.writeString(folder.resolve("roles.txt"), String.join("\n", roles) + "\n");
                names.add("roles.txt");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to `" + folder + "`", e);
        }
        print(world, names, List.of(), List.of());
        return ExitCode.OK;
    }

    private int portable(PolicyWorld world) {
        var translated =
                PortableProfile.translate(world.set().rules(), world.tools().values(), gateway);
        if (!translated.refused().isEmpty() || translated.cedar().isEmpty()) {
            print(world, List.of(), translated.losses(), translated.refused());
            return ExitCode.NO;
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("agentcore.cedar"), translated.cedar());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to `" + folder + "`", e);
        }
        print(world, List.of("agentcore.cedar"), translated.losses(), List.of());
        return ExitCode.OK;
    }

    private void print(
            PolicyWorld world, List<String> files, List<String> losses, List<String> refused) {
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("set", world.set().id()).put("folder", folder.toString());
            files.forEach(json.putArray("files")::add);
            losses.forEach(json.putArray("losses")::add);
            refused.forEach(json.putArray("refused")::add);
            workspace.out().println(OutputFormat.pretty(json));
            return;
        }
        losses.forEach(loss -> workspace.out().println("lossy: " + loss));
        refused.forEach(no -> workspace.out().println("refused: " + no));
        workspace
                .out()
                .println(
                        files.isEmpty()
                                ? "nothing is written"
                                : String.join(", ", files)
                                        + " written to "
                                        + folder
                                        + ", from "
                                        + world.set().id());
    }
}
