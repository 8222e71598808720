package dev.sluicegate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.record.MalformedJsonException;
import dev.sluicegate.record.NotCanonicalException;
import dev.sluicegate.record.StrictJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Calls a tool through the gateway, as any MCP client would. */
@Command(
        name = "call",
        description = {
            "Call a tool as a demo user.",
            "Exits with 0 if the tool answered, with 1 if the answer is no."
        })
final class CallCommand implements Callable<Integer> {
    /** Instead of a demo user's token; a token on the command line could be read by others. */
    static final String TOKEN_VARIABLE = Product.NAME.toUpperCase(Locale.ROOT) + "_TOKEN";

    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "demo user (ada, if no token is in the environment)")
    private @Nullable String user;

    @Option(names = "--mfa", description = "as after a login with a second factor")
    private boolean mfa;

    @Option(names = "--client", paramLabel = "ID", description = "client the call comes from (cli)")
    private @Nullable String client;

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
        var answer = send(arguments);
        var callId = answer.callId();
        if (callId != null) {
            LastCall.keep(workspace, callId);
        }
        if (format.json()) {
            workspace.out().println(answer.received());
        } else {
            print(answer);
        }
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

    private McpCall.Answer send(JsonNode arguments) {
        var token = workspace.environment().get(TOKEN_VARIABLE);
        var url = selection.url();
        if (token != null && user == null) {
            var mcp = url == null ? URI.create(selection.stack(workspace).mcp()) : url;
            return McpCall.send(mcp, token, tool, arguments);
        }
        var admin = selection.admin(workspace);
        var order = TokenOrder.of(user == null ? "ada" : user);
        order = mfa ? order.withMfa() : order;
        order = client == null ? order : order.withClient(client);
        return McpCall.send(URI.create(admin.stack().mcp()), admin.token(order), tool, arguments);
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

    private static String printableLines(String text) {
        return String.join("\n", text.lines().map(CallStory::printable).toList());
    }
}
