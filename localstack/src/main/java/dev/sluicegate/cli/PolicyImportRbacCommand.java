package dev.sluicegate.cli;

import dev.sluicegate.contract.ToolManifest;
import dev.sluicegate.policy.InvalidPolicyException;
import dev.sluicegate.policy.PolicyCompiler;
import dev.sluicegate.policy.PolicySources;
import dev.sluicegate.policy.RolePolicies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
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
            "or CSV with the columns role,tool. The roles go into roles.txt beside the policies, which lists"
                    + " whom",
            "policies may name. With the policies that are there already, the result is checked as `policy"
                    + " check`",
            "would before anything is written.",
            "Exit codes: 0 written, 1 the table names an unknown tool or cannot be published as it is.",
            "For example: ./sluicegate policy import rbac roles.csv --to policies/next/roles.cedar"
        })
final class PolicyImportRbacCommand implements Callable<Integer> {
    private static final String ROLES = "roles.txt";

    private final Workspace workspace;

    @Parameters(paramLabel = "FILE", description = "*.csv, *.yaml or *.yml")
    private Path file = Path.of("");

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "where to write the policies, a new *.cedar file (standard output)")
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
        if (to != null && !to.toString().endsWith(".cedar")) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "`" + to + "` is not called *.cedar, so nobody would read it");
        }
        var manifests = new TreeMap<String, ToolManifest>();
        tools.tools(workspace).forEach(tool -> manifests.put(tool.name(), tool));
        var grants = RoleTable.read(file, manifests.keySet());
        var cedar = RolePolicies.cedar(String.valueOf(file.getFileName()), grants);
        var roles = roles(grants);
        var folder = to == null ? null : to.toAbsolutePath().normalize().getParent();
        var before = folder == null ? null : before(folder);
        check(cedar, roles, before, manifests.values());
        var added = folder == null ? 0 : write(folder, cedar, roles, before);
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("grants", grants.size()).put("file", to == null ? null : to.toString());
            roles.forEach(json.putArray("roles")::add);
            if (to == null) {
                json.put("cedar", cedar);
            }
            workspace.out().println(OutputFormat.pretty(json));
        } else if (to == null) {
            workspace.out().print(cedar);
            workspace.err().println("roles.txt must list: " + String.join(", ", roles));
        } else {
            var list = to.resolveSibling(ROLES);
            workspace.out().println(grants.size() + " grants written to " + to);
            workspace.out().println(added + " roles added to " + list);
        }
        return ExitCode.OK;
    }

    private static SortedSet<String> roles(List<RolePolicies.Grant> grants) {
        var roles = new TreeSet<String>();
        for (var grant : grants) {
            roles.add(grant.role());
            if (grant.approver() != null) {
                roles.add(grant.approver());
            }
        }
        return roles;
    }

    /** The policies that the new file will lie beside, or null if there are none. */
    private static @Nullable PolicySources before(Path folder) {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (var files = Files.list(folder)) {
            return files.anyMatch(other -> other.toString().endsWith(".cedar"))
                    ? PolicySources.read(folder)
                    : null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + folder + "`", e);
        } catch (InvalidPolicyException e) {
            throw refused(e);
        }
    }

    private void check(
            String cedar,
            SortedSet<String> roles,
            @Nullable PolicySources before,
            Collection<ToolManifest> manifests) {
        var files = new TreeMap<String, String>();
        var known = new TreeSet<>(roles);
        if (before != null) {
            files.putAll(before.files());
            known.addAll(before.roles() == null ? List.of() : before.roles());
        }
        files.put(to == null ? "rbac.cedar" : String.valueOf(to.getFileName()), cedar);
        var stub = before == null ? PolicySources.baseline().stub() : before.stub();
        try {
            PolicyCompiler.compile(new PolicySources(files, stub, known), manifests, 1);
        } catch (InvalidPolicyException e) {
            throw refused(e);
        }
    }

    private static CommandFailedException refused(InvalidPolicyException e) {
        return new CommandFailedException(
                ExitCode.NO,
                "these grants cannot be published as they are:\n  "
                        + String.join("\n  ", e.problems()),
                e);
    }

    /** How many roles are new to {@code roles.txt}; what it says already stays as it is. */
    private int write(
            Path folder, String cedar, SortedSet<String> roles, @Nullable PolicySources before) {
        try {
            Files.createDirectories(folder);
            var list = folder.resolve(ROLES);
            var missing = new TreeSet<>(roles);
            if (Files.exists(list)) {
                missing.removeAll(
                        before == null || before.roles() == null ? listed(list) : before.roles());
            } else if (before != null && before.roles() != null) {
                // until now these were the baseline's, and the policies beside name them
                missing.addAll(before.roles());
            }
            if (!missing.isEmpty()) {
                Files.writeString(
                        list,
                        (Files.exists(list)
                                        ? ending(list)
                                        : "# Roles that policies may name, one a line.\n")
                                + "# From "
                                + String.valueOf(file.getFileName()).replaceAll("\\R", " ")
                                + ":\n"
                                + String.join("\n", missing)
                                + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            Files.writeString(
                    folder.resolve(String.valueOf(to == null ? "" : to.getFileName())), cedar);
            return missing.size();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write into `" + folder + "`", e);
        }
    }

    private static Set<String> listed(Path list) throws IOException {
        var roles = new TreeSet<String>();
        Files.readString(list)
                .lines()
                .forEach(line -> roles.add(line.replaceFirst("#.*", "").strip()));
        return roles;
    }

    private static String ending(Path list) throws IOException {
        return Files.readString(list).endsWith("\n") ? "" : "\n";
    }
}
