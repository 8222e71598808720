package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;

/** Steps, proposals and versions as lines of text. */
final class PolicyText {
    private PolicyText() {}

    /** Prints what came of a step. */
    static void print(Workspace workspace, OutputFormat format, ObjectNode step) {
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(step));
            return;
        }
        step.path("warnings").forEach(line -> workspace.err().println("warning: " + line.asText()));
        workspace.out().println(told(step));
    }

    private static String told(JsonNode step) {
        var version = step.path("version").asLong();
        var set = step.path("set").asText();
        var id = step.path("proposal").asText();
        return switch (step.path("state").asText()) {
            case "unchanged" -> "nothing changed: version " + version + " is in force, " + set;
            case "proposed" ->
                    "proposed as "
                            + id
                            + " on version "
                            + step.path("base").asLong()
                            + ": "
                            + summary(step)
                            + "\nlook at it with `"
                            + look(step)
                            + "`\nsomebody else approves it with `"
                            + RootCommand.LAUNCHER
                            + " policy review "
                            + id
                            + " --approve --user NAME`";
            case "approved" ->
                    "approved "
                            + id
                            + "; `"
                            + RootCommand.LAUNCHER
                            + " policy release "
                            + id
                            + " --user NAME` puts it in force";
            case "rejected" -> "rejected " + id;
            default ->
                    "version "
                            + version
                            + " is in force, "
                            + set
                            + (step.has("shadow")
                                    ? ", beside it in shadow " + step.path("shadow").asText()
                                    : "");
        };
    }

    static String proposal(JsonNode proposal) {
        return proposal.path("proposal").asText()
                + "  "
                + proposal.path("state").asText()
                + "  "
                + proposal.path("at").asText()
                + "  by "
                + name(proposal.path("by"))
                + (proposal.has("reviewer")
                        ? ", approved by " + name(proposal.path("reviewer"))
                        : "")
                + "  "
                + summary(proposal)
                + "\n  look at it with: "
                + look(proposal);
    }

    /** What is proposed, beside what is in force. */
    private static String look(JsonNode proposal) {
        return RootCommand.LAUNCHER
                + " policy diff head "
                + proposal.path("shadow").asText(proposal.path("set").asText());
    }

    static String version(JsonNode version) {
        var line =
                new StringBuilder()
                        .append(version.path("version").asLong())
                        .append("  ")
                        .append(version.path("at").asText())
                        .append("  by ")
                        .append(name(version.path("by")));
        if (version.has("reviewer")) {
            line.append(", approved by ").append(name(version.path("reviewer")));
        }
        if (!version.path("releasedBy").equals(version.path("by"))) {
            line.append(", released by ").append(name(version.path("releasedBy")));
        }
        return line.append("  ").append(summary(version)).toString();
    }

    private static String summary(JsonNode step) {
        var changes = step.path("changes");
        var ids = new ArrayList<String>();
        changes.path("added").forEach(id -> ids.add("+" + id.asText()));
        changes.path("removed").forEach(id -> ids.add("-" + id.asText()));
        changes.path("changed").forEach(id -> ids.add("~" + id.asText()));
        changes.path("others").forEach(other -> ids.add(other.asText()));
        var few = 6;
        return (step.has("rollbackTo")
                        ? "back to version " + step.path("rollbackTo").asLong() + ", "
                        : "")
                + (step.has("shadow") ? "in shadow, " : "")
                + (ids.isEmpty() || ids.size() > few
                        ? changes.path("summary").asText()
                        : String.join(" ", ids));
    }

    private static String name(JsonNode who) {
        return who.path("name").asText(who.path("principal").asText());
    }
}
