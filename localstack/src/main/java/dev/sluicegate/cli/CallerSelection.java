package dev.sluicegate.cli;

import dev.sluicegate.contract.Product;
import dev.sluicegate.local.idp.TokenOrder;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that calls the gateway as somebody. */
final class CallerSelection {
    /** Instead of a demo user's token; a token on the command line could be read by others. */
    static final String TOKEN_VARIABLE = Product.NAME.toUpperCase(Locale.ROOT) + "_TOKEN";

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "demo user (ada, if no token is in the environment)")
    private @Nullable String user;

    @Option(names = "--mfa", description = "as after a login with a second factor")
    private boolean mfa;

    @Option(names = "--client", paramLabel = "ID", description = "client the call comes from (cli)")
    private @Nullable String client;

    /** Somebody at an MCP endpoint. */
    record Caller(URI mcp, String token) {
        @Override
        public String toString() {
            return "Caller[" + mcp + "]";
        }
    }

    /**
     * @throws CommandFailedException if no stack runs, or no such user is known to it
     */
    Caller caller(Workspace workspace, StackSelection selection) {
        var token = workspace.environment().get(TOKEN_VARIABLE);
        var url = selection.url();
        if (token != null && user == null) {
            return new Caller(
                    url == null ? URI.create(selection.stack(workspace).mcp()) : url, token);
        }
        var admin = selection.admin(workspace);
        var order = TokenOrder.of(user == null ? "ada" : user);
        order = mfa ? order.withMfa() : order;
        order = client == null ? order : order.withClient(client);
        return new Caller(URI.create(admin.stack().mcp()), admin.token(order));
    }
}
