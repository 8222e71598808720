package dev.sluicegate.cli;

import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.policy.DecisionRequest;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
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
            "Roles are those that the policies name. Exit codes: 0 somebody, 1 nobody.",
            "For example: ./sluicegate who-can billing___refund --env prod"
        })
final class WhoCanCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Parameters(paramLabel = "TOOL", description = "its full name")
    private String tool = "";

    @Option(names = "--env", paramLabel = "dev|prod", description = "environment (dev)")
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
        if (!Set.of("dev", "prod").contains(env)) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "environment `" + env + "` is neither dev nor prod");
        }
        var world = PolicyWorld.open(policies, workspace, selection, tools);
        Question.tool(world, tool);
        var roles =
                world.roles().stream()
                        .filter(role -> may(world, "somebody", Set.of(role)))
                        .toList();
        var anybody = may(world, "somebody", Set.of());
        var users =
                DemoCompany.users().stream()
                        .filter(user -> may(world, user.name(), Set.copyOf(user.roles())))
                        .map(user -> user.name())
                        .toList();
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("tool", tool).put("env", env).put("anybody", anybody);
            roles.forEach(json.putArray("roles")::add);
            users.forEach(json.putArray("users")::add);
            workspace.out().println(OutputFormat.pretty(json));
        } else if (roles.isEmpty() && users.isEmpty() && !anybody) {
            workspace.out().println("nobody can use " + tool + " in " + env);
        } else {
            if (anybody) {
                workspace.out().println("anybody, without a role");
            }
            roles.forEach(role -> workspace.out().println("role  " + role));
            users.forEach(user -> workspace.out().println("user  " + user));
        }
        return roles.isEmpty() && users.isEmpty() && !anybody ? ExitCode.NO : ExitCode.OK;
    }

    private boolean may(PolicyWorld world, String principal, Set<String> roles) {
        return world.engine()
                .mayPermit(
                        new DecisionRequest.Caller(
                                principal, true, roles, Map.of("tenant", "demo"), env),
                        tool);
    }
}
