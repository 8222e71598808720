package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The gate before publishing: what would have happened to the calls of the last day. */
@Command(
        name = "replay",
        sortOptions = false,
        description =
                "Decide recorded calls again by candidate policies and show whose outcome changes.",
        footer = {
            "",
            "Reads what each call was decided from, which only an auditor may and which is recorded.",
            "An acknowledgement file is a YAML list; each entry ends and names who wanted it:",
            "  - tool: billing___refund",
            "    from: permit",
            "    to: needs_approval",
            "    policy: refund-small       # optional: one of the policies that decide",
            "    until: 2026-12-01",
            "    why: limit lowered by finance",
            "    by: petra",
            "Exit codes: 0 no change that is not acknowledged, 1 there is one, 2 a recorded input was"
                    + " changed,",
            "3 some calls could not be decided again, or none was (--accept-incomplete: not a failure).",
            "Where the outcome stays and who approves, how many, how soon or how fresh a login changes,"
                    + " from and to are",
            "what the output says, such as needs_approval(1 of billing-leads in 900 s).",
            "For example: ./sluicegate policy replay --candidate policies/next --since 24h --ack"
                    + " flips.yaml"
        })
final class PolicyReplayCommand implements Callable<Integer> {
    private static final int EXAMPLES = 3;

    private final Workspace workspace;

    @Option(
            names = "--candidate",
            paramLabel = "DIR",
            required = true,
            description = "folder with the policies that may come into force")
    private Path candidate = Path.of("");

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "how far to go back (24h)")
    private Duration since = Duration.ofHours(24);

    @Option(names = "--ack", paramLabel = "FILE", description = "changes that are wanted")
    private @Nullable Path acknowledged;

    @Option(
            names = "--accept-incomplete",
            description =
                    "calls that cannot be decided again or are not archived are told of, and no"
                            + " failure; neither is that there are none")
    private boolean acceptIncomplete;

    @Mixin private Recorded.PeriodReader reader = new Recorded.PeriodReader();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyReplayCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        // what can be wrong on this side is, before anything is read that leaves a record
        var wanted =
                acknowledged == null ? Acknowledgements.NONE : Acknowledgements.read(acknowledged);
        var admin = selection.admin(workspace);
        var inForce =
                admin.policySet(null)
                        .orElseThrow(() ->
                                new CommandFailedException(
                                        ExitCode.UNREACHABLE, "no policies are in force"));
        var world = PolicyWorld.folder(candidate.toString(), candidate, PolicyWorld.tools(inForce));
        var recorded = Recorded.since(admin, reader, "policy replay", since);
        var flips = Flips.of(recorded, set -> PolicyWorld.stored(set, admin), world);
        var open =
                flips.flips().stream().filter(flip -> !wanted.cover(flip, recorded.now())).toList();
        if (format.json()) {
            workspace
                    .out()
                    .println(OutputFormat.pretty(json(recorded, world, flips, wanted, admin)));
        } else {
            print(recorded, world, flips, open, wanted, admin.stack().issuer());
        }
        if (flips.tampered()) {
            return ExitCode.TAMPERED;
        }
        if (!open.isEmpty()) {
            return ExitCode.NO;
        }
        if (recorded.missing() != null) {
            workspace.err().println(recorded.missing());
        }
        if (flips.decided() == 0) {
            workspace.err().println("nothing was decided again, so this says nothing");
        }
        var incomplete =
                !flips.undecided().isEmpty()
                        || recorded.uncounted() > 0
                        || recorded.missing() != null
                        || flips.decided() == 0;
        return incomplete && !acceptIncomplete ? ExitCode.UNREACHABLE : ExitCode.OK;
    }

    private void print(
            Recorded recorded,
            PolicyWorld world,
            Flips flips,
            List<Flips.Flip> open,
            Acknowledgements wanted,
            String issuer) {
        var out = workspace.out();
        out.println(
                recorded.calls()
                        + " calls since "
                        + recorded.since()
                        + ", "
                        + flips.decided()
                        + " decided again by "
                        + world.name()
                        + " ("
                        + world.set().id()
                        + ")");
        var others = recorded.calls() - recorded.decisions().size();
        if (others > 0) {
            out.println(others + " ended before policy was asked");
        }
        flips.undecided()
                .forEach((problem, calls) ->
                        out.println(
                                calls.size()
                                        + " not decided again, "
                                        + words(problem)
                                        + ": "
                                        + examples(calls)));
        if (recorded.uncounted() > 0) {
            out.println(
                    recorded.uncounted()
                            + " refusals were only counted when they happened, too many at once");
        }
        for (var group : Flips.groups(flips.flips())) {
            out.println(
                    group.from()
                            + " -> "
                            + group.to()
                            + "  "
                            + group.tool()
                            + "  "
                            + CallStory.name(group.principal(), issuer)
                            + "  "
                            + group.calls().size()
                            + (group.calls().size() == 1 ? " call" : " calls")
                            + (group.policies().isEmpty()
                                    ? ""
                                    : "  by " + String.join(", ", group.policies()))
                            + "  "
                            + examples(group.calls())
                            + (open.stream().anyMatch(f -> group.calls().contains(f.callId()))
                                    ? ""
                                    : "  (acknowledged)"));
        }
        for (var entry : wanted.entries()) {
            if (entry.expired(recorded.now())) {
                out.println("acknowledgement " + entry.number() + " ended " + entry.until());
            } else if (flips.flips().stream().noneMatch(entry::covers)) {
                out.println("acknowledgement " + entry.number() + " covers nothing");
            }
        }
        out.println(
                flips.flips().size()
                        + (flips.flips().size() == 1 ? " outcome changes, " : " outcomes change, ")
                        + open.size()
                        + " not acknowledged");
    }

    private static ObjectNode json(
            Recorded recorded,
            PolicyWorld world,
            Flips flips,
            Acknowledgements wanted,
            AdminClient admin) {
        var json = OutputFormat.JSON.createObjectNode();
        json.put("since", recorded.since().toString());
        json.put("calls", recorded.calls()).put("decided", flips.decided());
        json.put("notAsked", recorded.calls() - recorded.decisions().size());
        json.put("uncounted", recorded.uncounted());
        json.put("missing", recorded.missing());
        json.putObject("candidate").put("name", world.name()).put("set", world.set().id());
        var list = json.putArray("flips");
        for (var group : Flips.groups(flips.flips())) {
            var flip = list.addObject();
            flip.put("tool", group.tool());
            flip.put("principal", group.principal());
            flip.put("user", CallStory.name(group.principal(), admin.stack().issuer()));
            flip.put("from", group.from()).put("to", group.to());
            group.policies().forEach(flip.putArray("policies")::add);
            flip.put("count", group.calls().size());
            group.calls().stream().limit(EXAMPLES).forEach(flip.putArray("examples")::add);
            flip.put(
                    "acknowledged",
                    flips.flips().stream()
                            .filter(one -> group.calls().contains(one.callId()))
                            .allMatch(one -> wanted.cover(one, recorded.now())));
        }
        var undecided = json.putObject("undecided");
        flips.undecided()
                .forEach((problem, calls) -> calls.forEach(undecided.withArray(problem)::add));
        return json;
    }

    private static String words(String problem) {
        return switch (problem) {
            case "erased" -> "their key was erased";
            case "missing" -> "their input is gone";
            case "not_stored" -> "their input was not stored";
            case "tampered" -> "THEIR RECORDED INPUT WAS CHANGED";
            default -> "their input cannot be read by this version";
        };
    }

    private static String examples(List<String> calls) {
        var shown = String.join(", ", calls.subList(0, Math.min(EXAMPLES, calls.size())));
        return calls.size() > EXAMPLES ? shown + ", …" : shown;
    }
}
