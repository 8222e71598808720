package dev.sluicegate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.policy.Decision;
import dev.sluicegate.policy.RecordedInput;
import dev.sluicegate.record.Ulid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Why a recorded call was decided as it was. */
@Command(
        name = "explain",
        description =
                "Say why a recorded call was permitted or refused, and what would be said now.",
        footer = {
            "",
            "Reads what the call was decided from, which only an auditor may and which is recorded.",
            "Exit codes: 0 explained, 1 no such decision, 2 its input was changed, 3 its input is not"
                    + " there.",
            "For example: ./sluicegate policy explain 01KB2QH8M3Z6W1N4T7V9X0Y5RD --as vera"
        })
final class PolicyExplainCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Parameters(paramLabel = "CALL_ID", description = "as in _meta of the answer")
    private String callId = "";

    @Option(names = "--input", description = "print what it was decided from, too")
    private boolean withInput;

    @Mixin private Recorded.Reader reader = new Recorded.Reader();
    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    PolicyExplainCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        if (!Ulid.isValid(callId)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + callId + "` is not a call id");
        }
        var admin = selection.admin(workspace);
        var one = Recorded.of(admin, reader, "policy explain", callId);
        var then = PolicyWorld.stored(one.set(), admin);
        var now = PolicyWorld.published(PolicyWorld.HEAD, admin);
        var request = one.request();
        Optional<Decision> again =
                request == null || then == null ? Optional.empty() : then.decide(request);
        Optional<Decision> today = request == null ? Optional.empty() : now.decide(request);
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(json(one, then, again, now, today)));
        } else {
            print(one, then, again, now, today, admin.stack().issuer());
        }
        if (request != null) {
            return ExitCode.OK;
        }
        return "tampered".equals(one.problem()) ? ExitCode.TAMPERED : ExitCode.UNREACHABLE;
    }

    private void print(
            Recorded.One one,
            @Nullable PolicyWorld then,
            Optional<Decision> again,
            PolicyWorld now,
            Optional<Decision> today,
            String issuer) {
        var out = workspace.out();
        out.println(
                one.outcome()
                        + "  "
                        + one.tool()
                        + "  "
                        + CallStory.name(one.principal(), issuer)
                        + "  "
                        + one.record().path("ts").asText());
        out.println(
                "by version "
                        + one.record().at("/decision/rev").asText()
                        + " of the policies, "
                        + one.set());
        if (then != null && again.isPresent()) {
            then.lines(again.get()).forEach(line -> out.println("  " + line));
            if (!again.get().word().equals(one.outcome())) {
                out.println("  decided again by the same policies it is " + again.get().word());
            }
        } else {
            one.policies().forEach(id -> out.println("  " + id));
            one.record()
                    .at("/decision/reasons")
                    .forEach(reason -> out.println("  " + reason.asText()));
        }
        if (one.problem() != null) {
            out.println("what it was decided from is not at hand: " + one.problem());
        }
        if (today.isPresent() && !now.set().id().equals(one.set())) {
            out.println("by the policies in force now: " + today.get().word());
            now.lines(today.get()).forEach(line -> out.println("  " + line));
        }
        if (withInput && one.request() != null) {
            out.println(OutputFormat.pretty(input(one)));
        }
    }

    private ObjectNode json(
            Recorded.One one,
            @Nullable PolicyWorld then,
            Optional<Decision> again,
            PolicyWorld now,
            Optional<Decision> today) {
        var json = OutputFormat.JSON.createObjectNode();
        json.put("callId", one.callId());
        json.put("tool", one.tool()).put("principal", one.principal());
        json.set("recorded", one.record().path("decision"));
        if (then != null && again.isPresent()) {
            json.set("again", then.json(again.get()));
        }
        today.ifPresent(decision -> json.set("now", now.json(decision)));
        json.put("problem", one.problem());
        if (withInput && one.request() != null) {
            json.set("input", input(one));
        }
        return json;
    }

    private static com.fasterxml.jackson.databind.JsonNode input(Recorded.One one) {
        var request = one.request();
        if (request == null) {
            return OutputFormat.JSON.nullNode();
        }
        try {
            return OutputFormat.JSON.readTree(RecordedInput.bytes(request));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("canonical JSON is JSON", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
