package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Whom the gateway takes a caller for, and which tools it lists for them. */
@Command(
        name = "whoami",
        description = {
            "Show whom the gateway takes a caller for, and which tools they are offered.",
            "Whether a call is permitted is decided for each call anew."
        })
final class WhoAmICommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();
    @Mixin private CallerSelection as = new CallerSelection();

    WhoAmICommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var caller = as.caller(workspace, selection);
        var identity = McpCall.whoAmI(caller.mcp(), caller.token());
        var tools = McpCall.tools(caller.mcp(), caller.token());
        if (format.json()) {
            var json = identity.<ObjectNode>deepCopy();
            var listed = json.putArray("tools");
            tools.forEach(tool -> listed.add(tool.path("name").asText()));
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            workspace.out().print(text(identity, tools));
        }
        return ExitCode.OK;
    }

    static String text(JsonNode identity, List<JsonNode> tools) {
        var out = new StringBuilder();
        line(out, "principal", text(identity.path("principal")));
        line(out, "tenant", text(identity.path("tenant")));
        line(out, "kind", identity.path("human").asBoolean() ? "a person" : "a workload");
        line(out, "roles", joined(identity.path("roles"), "none: nothing is permitted"));
        line(
                out,
                "client",
                text(identity.path("client").path("id"))
                        + " ("
                        + text(identity.path("client").path("trust"))
                        + ")");
        line(out, "in", text(identity.path("environment")));
        line(
                out,
                "login",
                (identity.path("mfa").asBoolean() ? "with" : "without")
                        + " a second factor"
                        + age(identity.path("authAgeSeconds")));
        line(out, "scopes", joined(identity.path("scopes"), "none"));
        line(out, "until", text(identity.path("expires")));
        if (tools.isEmpty()) {
            line(out, "tools", "none");
        }
        for (var i = 0; i < tools.size(); i++) {
            line(
                    out,
                    i == 0 ? "tools" : "",
                    String.format(
                            "%-26s %s",
                            text(tools.get(i).path("name")), text(tools.get(i).path("title"))));
        }
        return out.toString();
    }

    private static String age(JsonNode seconds) {
        if (!seconds.isNumber()) {
            return ", when is not known";
        }
        var age = Duration.ofSeconds(seconds.asLong());
        return age.toMinutes() > 0
                ? ", " + age.toMinutes() + " min ago"
                : ", " + age.toSeconds() + " s ago";
    }

    private static String joined(JsonNode array, String none) {
        var values = new ArrayList<String>();
        array.forEach(value -> values.add(text(value)));
        return values.isEmpty() ? none : String.join(" ", values);
    }

    private static String text(JsonNode value) {
        return CallStory.printable(value.asText());
    }

    private static void line(StringBuilder out, String title, String rest) {
        out.append(String.format("%-10s%s%n", title, rest));
    }
}
