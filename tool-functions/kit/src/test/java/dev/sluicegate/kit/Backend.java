package dev.sluicegate.kit;

import dev.sluicegate.contract.CallGrant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;

/** What an execution stands on, keeping what it was told and failing when it is told to. */
final class Backend implements GrantKeySource, ExecutionClaims, RoleSessions {
    final Map<String, byte[]> keys = new HashMap<>(Map.of("v1", Calls.KEY));
    final List<String> events = new ArrayList<>();
    final List<String> policies = new ArrayList<>();
    @Nullable RuntimeException keysFail;
    @Nullable RuntimeException claimFails;
    @Nullable RuntimeException assumeFails;
    String sourceIdentity = Calls.PRINCIPAL;
    int keyReads;

    ToolExecution execution(String effect, Tool tool) {
        return execution(effect, tool, Calls.ENVIRONMENT);
    }

    ToolExecution execution(String effect, Tool tool, Map<String, String> environment) {
        System.setProperty("aws.region", "eu-central-1");
        return new ToolExecution(
                Calls.manifest(effect),
                call -> {
                    events.add("run");
                    return tool.run(call);
                },
                environment,
                new GrantKeys(this, Calls.CLOCK),
                this,
                this,
                new ScopedClients(AwsCrtHttpClient.builder().build(), Duration.ofSeconds(5)),
                Calls.CLOCK);
    }

    @Override
    public Map<String, byte[]> read() {
        keyReads++;
        if (keysFail != null) {
            throw keysFail;
        }
        return keys;
    }

    @Override
    public void claim(CallGrant grant, String intentSha, @Nullable String trace, String function) {
        events.add("claim " + intentSha + " " + trace);
        if (claimFails != null) {
            throw claimFails;
        }
    }

    @Override
    public RoleSession assume(String roleArn, String token, String name, String policy) {
        events.add("assume " + roleArn);
        policies.add(policy);
        if (assumeFails != null) {
            throw assumeFails;
        }
        return new RoleSession(
                AwsSessionCredentials.create("ASIA" + events.size(), "secret", "session"),
                sourceIdentity,
                Calls.NOW.plusSeconds(900));
    }
}
