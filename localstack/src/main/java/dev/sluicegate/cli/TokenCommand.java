package dev.sluicegate.cli;

import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.idp.TokenOrder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An access token of the development issuer, for curl and scripts. */
@Command(name = "token", description = "Print an access token for a demo user.")
final class TokenCommand implements Callable<Integer> {
    private final Workspace workspace;

    @Mixin private StackSelection selection = new StackSelection();
    @Mixin private OutputFormat format = new OutputFormat();

    @Option(names = "--user", paramLabel = "NAME", required = true, description = "demo user")
    private String user = "";

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            description = "instead of the user's own, separated by commas")
    private @Nullable List<String> roles;

    @Option(
            names = "--client",
            paramLabel = "ID",
            description = "client the token is for (${DEFAULT-VALUE})")
    private String client = DemoCompany.CLI_CLIENT;

    @Option(
            names = "--scope",
            paramLabel = "SCOPES",
            description = "separated by spaces (${DEFAULT-VALUE})")
    private String scope = TokenOrder.ALL_SCOPES;

    @Option(names = "--mfa", description = "as after a login with a second factor")
    private boolean mfa;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "such as 30s, 15m, 8h, 2d (8h)")
    private Duration ttl = TokenOrder.DEFAULT_TTL;

    @Option(
            names = "--audience",
            paramLabel = "URL",
            description = "instead of the gateway's endpoint")
    private @Nullable URI audience;

    TokenCommand(Workspace workspace) {
        this.workspace = workspace;
    }

    @Override
    public Integer call() {
        var named = roles == null ? null : roles.stream().filter(role -> !role.isBlank()).toList();
        var order =
                new TokenOrder(
                        user,
                        named,
                        client,
                        scope,
                        mfa,
                        ttl,
                        audience == null ? null : audience.toString());
        var token = selection.admin(workspace).token(order);
        if (format.json()) {
            var json = OutputFormat.JSON.createObjectNode();
            json.put("access_token", token)
                    .put("token_type", "Bearer")
                    .put("expires_in", ttl.toSeconds())
                    .put("scope", scope);
            workspace.out().println(OutputFormat.pretty(json));
        } else {
            workspace.out().println(token);
        }
        return ExitCode.OK;
    }
}
