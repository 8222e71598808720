package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Calls a tool through the gateway, as any MCP client would. */
@Command(
        name = "call",
        description = {
            "Call a tool as a demo user.",
            "Exits with 0 if the tool answered, with 1 if the answer is no."
        })
final class CallCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();
    @Mixin private CallerSelection as = new CallerSelection();

    @Parameters(index = "0", paramLabel = "TOOL", description = "such as crm___get_customer")
    private String tool = "";

    @Parameters(
            index = "1",
            paramLabel = "JSON",
            arity = "0..1",
            description = "its arguments, an object ({})")
    private String json = "{}";

    CallCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var arguments = arguments();
        var caller = as.caller(workspace, selection);
        var answer = McpCall.send(caller.mcp(), caller.token(), tool, arguments);
        var callId = answer.callId();
        if (callId != null) {
            LastCall.keep(workspace, callId);
        }
        if (format.json()) {
            workspace.out().println(answer.received());
        } else {
            print(answer);
        }
        printWhy(answer);
        return answer.isOk() ? ExitCode.OK : ExitCode.NO;
    }

    private JsonNode arguments() {
        try {
            var arguments = StrictJson.read(json.getBytes(StandardCharsets.UTF_8));
            if (arguments.isObject()) {
                return arguments;
            }
        } catch (MalformedJsonException | NotCanonicalException e) {
            throw new CommandFailedException(
                    ExitCode.USAGE, "the arguments are not a JSON object: " + e.getMessage(), e);
        }
        throw new CommandFailedException(ExitCode.USAGE, "the arguments are not a JSON object");
    }

    private void print(McpCall.Answer answer) {
        var value = answer.value();
        if (answer.isProtocolError()) {
            workspace
                    .out()
                    .println(
                            "error "
                                    + value.path("code").asInt()
                                    + ": "
                                    + CallStory.printable(value.path("message").asText()));
        } else if (value.path("structuredContent").isContainerNode()) {
            workspace.out().println(OutputFormat.pretty(value.path("structuredContent")));
        } else {
            for (var block : value.path("content")) {
                workspace
                        .out()
                        .println(
                                block.path("type").asText().equals("text")
                                        ? printableLines(block.path("text").asText())
                                        : "(" + block.path("type").asText() + ")");
            }
        }
        var callId = answer.callId();
        if (callId != null) {
            workspace.err().println("call " + callId);
        }
    }

    /** The next step after a no: the command that explains it, if there is a record to explain it from. */
    private void printWhy(McpCall.Answer answer) {
        var callId = answer.callId();
        if (answer.isOk() || callId == null) {
            return;
        }
        if (answer.isOfSomebody()) {
            workspace.err().println("why:  " + TraceCommand.line(callId));
        } else {
            workspace
                    .err()
                    .println(
                            "next: "
                                    + RootCommand.LAUNCHER
                                    + " whoami says whether a token is good");
        }
    }

    private static String printableLines(String text) {
        return String.join("\n", text.lines().map(CallStory::printable).toList());
    }
}
