package dev.sluicegate.cli;

import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.RolePolicies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cedar from a table of roles and tools. */
@Command(
        name = "rbac",
        description = "Write policies from a table of roles and tools (CSV or YAML).",
        footer = {
            "",
            "CSV, a column for each tool:            YAML, a list for each role:",
            "  role,crm___get_customer,mail___send     support:",
            "  support,x,approval:support-leads          - crm___get_customer",
            "  auditor,x,                                - mail___send: approval:support-leads",
            "or CSV with the columns role,tool. The result is validated before it is written.",
            "Exit codes: 0 written, 1 the table names an unknown tool or cannot be published as it is.",
            "For example: ./sluicegate policy import rbac roles.csv --to policies/next/roles.cedar"
        })
final class PolicyImportRbacCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Parameters(paramLabel = "FILE", description = "*.csv, *.yaml or *.yml")
    private Path file = Path.of("");

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "where to write the policies, a new file (standard output)")
    private @Nullable Path to;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyImportRbacCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + file + "` is not a file");
        }
        if (to != null && Files.exists(to)) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "`" + to + "` exists; name a new file");
        }
        var manifests = new TreeMap<String, dev.sluicegate.contract.ToolManifest>();
        tools.tools(workspace).forEach(tool -> manifests.put(tool.name(), tool));
        var grants = RoleTable.read(file, manifests.keySet());
        var cedar = RolePolicies.cedar(String.valueOf(file.getFileName()), grants);
        try {
            var files = new TreeMap<String, String>();
            files.put("rbac.cedar", cedar);
            PolicyCompiler.compile(
                    new PolicySources(files, PolicySources.baseline().stub()),
                    manifests.values(),
                    1);
        } catch (InvalidPolicyException e) {
            throw new CommandFailedException(
                    ExitCode.NO,
                    "these grants cannot be published as they are:\n  "
                            + String.join("\n  ", e.problems()),
                    e);
        }
        if (to != null) {
            try {
                Files.writeString(to, cedar);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write `" + to + "`", e);
            }
        }
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("grants", grants.size()).put("file", to == null ? null : to.toString());
            if (to == null) {
                json.put("cedar", cedar);
            }
            workspace.out().println(OutputFormat.pretty(json));
        } else if (to == null) {
            workspace.out().print(cedar);
        } else {
            workspace.out().println(grants.size() + " grants written to " + to);
        }
        return ExitCode.OK;
    }
}
