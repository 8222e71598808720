package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.DecisionRequest;
import dev.sluicegate.policy.Rule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What two sets of policies say differently. */
@Command(
        name = "diff",
        sortOptions = false,
        description = "Compare two sets of policies: their text, and whose outcome changes.",
        footer = {
            "",
            "A and B are folders, `head` (in force in the running stack) or a set's sha256:….",
            "Cases are those of --corpus, or of the corpus beside a folder. With --since, recorded"
                    + " calls are",
            "decided by both, which only an auditor may and which is recorded.",
            "Exit codes: 0 no difference, 1 there is one, 2 a recorded input was changed, 3 some calls"
                    + " could not be",
            "decided. For example: ./sluicegate policy diff head policies/next --since 24h"
        })
final class PolicyDiffCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Parameters(index = "0", paramLabel = "A", description = "before")
    private String before = "";

    @Parameters(index = "1", paramLabel = "B", description = "after")
    private String after = "";

    @Option(names = "--corpus", paramLabel = "DIR", description = "folder with cases")
    private @Nullable Path corpus;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "compare the recorded calls of this time, too")
    private @Nullable Duration since;

    @Mixin private ToolSelection tools = new ToolSelection();
    @Mixin private Recorded.PeriodReader reader = new Recorded.PeriodReader();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyDiffCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var a = PolicyWorld.isPublished(before) ? open(before) : null;
        var b = PolicyWorld.isPublished(after) ? open(after) : null;
        // a folder is compared as it would be published: for the tools of the published one
        a = a == null ? (b == null ? open(before) : beside(before, b)) : a;
        b = b == null ? (PolicyWorld.isPublished(before) ? beside(after, a) : open(after)) : b;
        return compare(a, b);
    }

    private PolicyWorld open(String name) {
        return PolicyWorld.open(name, workspace, selection, tools);
    }

    private static PolicyWorld beside(String name, PolicyWorld published) {
        return PolicyWorld.folder(name, Path.of(name), published.tools().values());
    }

    private int compare(PolicyWorld a, PolicyWorld b) {
        var json = OutputFormat.JSON.createObjectNode();
        json.put("a", a.set().id()).put("b", b.set().id());
        policies(a, b, json.putArray("policies"));
        others(a, b, json.putArray("others"));
        var cases = cases(a, b, json.putArray("cases"));
        json.put("casesCompared", cases);
        @Nullable Compared compared = since == null ? null : calls(a, b, since, json);
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            print(json);
        }
        if (compared != null && compared.tampered()) {
            return ExitCode.TAMPERED;
        }
        var changed =
                !json.path("policies").isEmpty()
                        || !json.path("others").isEmpty()
                        || !json.path("cases").isEmpty();
        if (changed || !json.path("calls").isEmpty()) {
            return ExitCode.NO;
        }
        return compared == null || compared.complete() ? ExitCode.OK : ExitCode.UNREACHABLE;
    }

    private static void policies(PolicyWorld a, PolicyWorld b, ArrayNode list) {
        var old = byId(a);
        var young = byId(b);
        var ids = new TreeSet<>(old.keySet());
        ids.addAll(young.keySet());
        for (var id : ids) {
            var one = old.get(id);
            var other = young.get(id);
            if (one == null) {
                list.addObject().put("id", id).put("change", "added").put("at", b.place(id));
            } else if (other == null) {
                list.addObject().put("id", id).put("change", "removed").put("at", a.place(id));
            } else if (!one.json().equals(other.json())) {
                list.addObject().put("id", id).put("change", "changed").put("at", b.place(id));
            }
        }
    }

    /** Who may be named, what the schema's types say and what the tools are. */
    private static void others(PolicyWorld a, PolicyWorld b, ArrayNode list) {
        differing("role", roles(a), roles(b), list);
        differing("stub", Map.of("", a.sources().stub()), Map.of("", b.sources().stub()), list);
        differing("tool", manifests(a), manifests(b), list);
    }

    private static void differing(
            String what, Map<String, ?> before, Map<String, ?> after, ArrayNode list) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (var name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                list.addObject()
                        .put("what", (what + " " + name).strip())
                        .put(
                                "change",
                                !before.containsKey(name)
                                        ? "added"
                                        : after.containsKey(name) ? "changed" : "removed");
            }
        }
    }

    private static Map<String, String> roles(PolicyWorld world) {
        var roles = new HashMap<String, String>();
        var named = world.sources().roles();
        (named == null ? List.<String>of() : named).forEach(role -> roles.put(role, role));
        return roles;
    }

    private static Map<String, JsonNode> manifests(PolicyWorld world) {
        var manifests = new HashMap<String, JsonNode>();
        world.tools().forEach((name, tool) -> manifests.put(name, tool.toJson()));
        return manifests;
    }

    private static Map<String, Rule> byId(PolicyWorld world) {
        var rules = new HashMap<String, Rule>();
        world.set().rules().forEach(rule -> rules.put(rule.id(), rule));
        return rules;
    }

    /** How many were compared; a tool that one of the two does not know is not. */
    private int cases(PolicyWorld a, PolicyWorld b, ArrayNode list) {
        var folder = corpusFolder();
        if (folder == null) {
            return 0;
        }
        var compared = 0;
        for (var one : PolicyTestCommand.cases(folder)) {
            var tool = one.request().tool();
            if (!a.tools().containsKey(tool) || !b.tools().containsKey(tool)) {
                continue;
            }
            compared++;
            var change = change(a, b, one.request());
            if (change != null) {
                list.addObject()
                        .put("file", one.file())
                        .put("name", one.name())
                        .put("from", change.from())
                        .put("to", change.to());
            }
        }
        return compared;
    }

    private @Nullable Path corpusFolder() {
        if (corpus != null) {
            return PolicyTestCommand.corpusOf(corpus, corpus);
        }
        for (var place : new String[] {after, before}) {
            var folder = Path.of(place);
            if (Files.isDirectory(folder)) {
                try {
                    return PolicyTestCommand.corpusOf(folder, null);
                } catch (CommandFailedException _) {
                    // none beside this one
                }
            }
        }
        return null;
    }

    private Compared calls(PolicyWorld a, PolicyWorld b, Duration back, ObjectNode json) {
        var admin = selection.admin(workspace);
        var recorded = Recorded.since(admin, reader, "policy diff", back);
        var list = json.putArray("calls");
        var undecided = new TreeMap<String, List<String>>();
        var compared = 0;
        for (var one : recorded.decisions()) {
            var request = one.request();
            if (request == null) {
                undecided
                        .computeIfAbsent(String.valueOf(one.problem()), _ -> new ArrayList<>())
                        .add(one.callId());
                continue;
            }
            compared++;
            var change = change(a, b, request);
            if (change != null) {
                list.addObject()
                        .put("callId", one.callId())
                        .put("tool", one.tool())
                        .put("user", CallStory.name(one.principal(), admin.stack().issuer()))
                        .put("from", change.from())
                        .put("to", change.to());
            }
        }
        json.put("callsCompared", compared);
        var problems = json.putObject("undecided");
        undecided.forEach((problem, calls) -> calls.forEach(problems.withArray(problem)::add));
        if (recorded.missing() != null) {
            workspace.err().println(recorded.missing());
        }
        return new Compared(
                undecided.containsKey("tampered"),
                undecided.isEmpty() && recorded.missing() == null);
    }

    private static Answer.@Nullable Change change(
            PolicyWorld a, PolicyWorld b, DecisionRequest request) {
        return Answer.change(
                Answer.of(a.decide(request).orElse(null)),
                Answer.of(b.decide(request).orElse(null)));
    }

    /** How the recorded calls could be read. */
    private record Compared(boolean tampered, boolean complete) {}

    private void print(ObjectNode json) {
        var out = workspace.out();
        json.path("policies")
                .forEach(policy ->
                        out.println(
                                policy.path("change").asText()
                                        + "  "
                                        + policy.path("id").asText()
                                        + "  "
                                        + policy.path("at").asText()));
        json.path("others")
                .forEach(one ->
                        out.println(
                                one.path("change").asText() + "  " + one.path("what").asText()));
        json.path("cases")
                .forEach(one ->
                        out.println(
                                one.path("from").asText()
                                        + " -> "
                                        + one.path("to").asText()
                                        + "  "
                                        + one.path("file").asText()
                                        + " \""
                                        + one.path("name").asText()
                                        + "\""));
        json.path("calls")
                .forEach(one ->
                        out.println(
                                one.path("from").asText()
                                        + " -> "
                                        + one.path("to").asText()
                                        + "  "
                                        + one.path("tool").asText()
                                        + "  "
                                        + one.path("user").asText()
                                        + "  "
                                        + one.path("callId").asText()));
        json.path("undecided")
                .properties()
                .forEach(problem ->
                        out.println(
                                problem.getValue().size()
                                        + " calls could not be decided: "
                                        + problem.getKey()));
        out.println(
                json.path("policies").size()
                        + " policies differ, "
                        + json.path("cases").size()
                        + " of "
                        + json.path("casesCompared").asInt()
                        + " cases"
                        + (json.has("callsCompared")
                                ? ", "
                                        + json.path("calls").size()
                                        + " of "
                                        + json.path("callsCompared").asInt()
                                        + " recorded calls"
                                : ""));
    }
}
