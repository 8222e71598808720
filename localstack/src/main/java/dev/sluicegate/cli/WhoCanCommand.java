package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.policy.DecisionRequest;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Who may use a tool at all. */
@Command(
        name = "who-can",
        description =
                "List the roles and demo users to whom some call of a tool could be permitted, perhaps after"
                        + " an approval or a fresh login.",
        footer = {
            "",
            "Roles are those that the policies name, each looked at alone: a rule that needs two of them"
                    + " counts for users",
            "only. Workloads are clients that act for nobody. Exit codes: 0 somebody, 1 nobody.",
            "For example: ./sluicegate who-can billing___refund --env prod"
        })
final class WhoCanCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "TOOL", description = "its full name")
    private String tool = "";

    @Option(
            names = "--env",
            paramLabel = "dev|prod",
            description = "environment (that of the running stack, else dev)")
    private @Nullable String asked;

    private String env = "dev";

    @Option(
            names = "--policies",
            paramLabel = "DIR|head|SET",
            description = "which policies (head: those in force in the running stack)")
    private String policies = PolicyWorld.HEAD;

    WhoCanCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var stack =
                asked == null && PolicyWorld.isPublished(policies)
                        ? selection.admin(workspace).policySet(null)
                        : Optional.<JsonNode>empty();
        env =
                asked != null
                        ? asked
                        : stack.map(there -> there.path("environment").asText("dev")).orElse("dev");
        if (!Set.of("dev", "prod").contains(env)) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "environment `" + env + "` is neither dev nor prod");
        }
        var world = PolicyWorld.open(policies, workspace, selection, tools);
        Question.tool(world, tool);
        var roles =
                world.roles().stream()
                        .filter(role -> may(world, "somebody", true, Set.of(role)))
                        .toList();
        var anybody = may(world, "somebody", true, Set.of());
        var workloads = new ArrayList<String>();
        if (may(world, "some-workload", false, Set.of())) {
            workloads.add("any");
        }
        world.roles().stream()
                .filter(role -> may(world, "some-workload", false, Set.of(role)))
                .forEach(workloads::add);
        var users =
                DemoCompany.users().stream()
                        .filter(user -> may(world, user.name(), true, Set.copyOf(user.roles())))
                        .map(user -> user.name())
                        .toList();
        var nobody = roles.isEmpty() && users.isEmpty() && workloads.isEmpty() && !anybody;
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("tool", tool).put("env", env).put("anybody", anybody);
            roles.forEach(json.putArray("roles")::add);
            users.forEach(json.putArray("users")::add);
            workloads.forEach(json.putArray("workloads")::add);
            workspace.out().println(OutputFormat.pretty(json));
        } else if (nobody) {
            workspace.out().println("nobody can use " + tool + " in " + env);
        } else {
            if (anybody) {
                workspace.out().println("anybody, without a role");
            }
            roles.forEach(role -> workspace.out().println("role  " + role));
            users.forEach(user -> workspace.out().println("user  " + user));
            workloads.forEach(role ->
                    workspace
                            .out()
                            .println(
                                    role.equals("any")
                                            ? "any workload"
                                            : "workloads with the role " + role));
        }
        return nobody ? ExitCode.NO : ExitCode.OK;
    }

    private boolean may(PolicyWorld world, String principal, boolean human, Set<String> roles) {
        return world.engine()
                .mayPermit(
                        new DecisionRequest.Caller(
                                principal, human, roles, Map.of("tenant", "demo"), env),
                        tool);
    }
}
