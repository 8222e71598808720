package dev.sluicegate.cli;

import dev.sluicegate.local.demo.DemoCompany;
import dev.sluicegate.local.idp.TokenOrder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --user} of the commands that change policies. */
final class PolicyAdmin {
    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = {
                "demo user with the role policy-admin",
                "(" + DemoCompany.POLICY_ADMIN + ", if no token is in the environment)"
            })
    private @Nullable String user;

    /** The access token in the environment, or one of a demo user. */
    String token(Workspace workspace, AdminClient admin) {
        var given = workspace.environment().get(CallerSelection.TOKEN_VARIABLE);
        return user == null && given != null && !given.isBlank()
                ? given
                : admin.token(TokenOrder.forPolicy(user == null ? DemoCompany.POLICY_ADMIN : user));
    }
}
