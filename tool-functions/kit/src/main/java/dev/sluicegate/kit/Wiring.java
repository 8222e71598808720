package dev.sluicegate.kit;

import dev.sluicegate.contract.ToolManifest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sts.StsClient;

/** The composition root of a tool function. Opens no connection and reads no secret. */
final class Wiring {
    /** What the kit itself asks of AWS answers in milliseconds; past this it is down. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(8);

    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(4);

    private Wiring() {}

    static ToolExecution execution(
            ToolManifest manifest,
            Tool tool,
            Map<String, String> environment,
            AwsCredentialsProvider credentials,
            Clock clock) {
        var named = environment.get("TOOL_NAME");
        if (named != null && !named.equals(manifest.name())) {
            throw new IllegalArgumentException(
                    "TOOL_NAME is `" + named + "`, the manifest is of `" + manifest.name() + "`");
        }
        var http = AwsCrtHttpClient.builder().connectionTimeout(Duration.ofSeconds(2)).build();
        var secrets =
                SecretsManagerClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(Wiring::bounded)
                        .build();
        var audit =
                DynamoDbClient.builder()
                        .credentialsProvider(credentials)
                        .httpClient(http)
                        .overrideConfiguration(Wiring::bounded)
                        .build();
        // the web identity token is the credential: the request itself is unsigned
        var sts =
                StsClient.builder()
                        .credentialsProvider(AnonymousCredentialsProvider.create())
                        .httpClient(http)
                        .overrideConfiguration(Wiring::bounded)
                        .build();
        return new ToolExecution(
                manifest,
                tool,
                environment,
                new GrantKeys(
                        new SecretsManagerGrantKeys(
                                secrets, required(environment, "GRANT_SECRET_ID")),
                        clock),
                new DynamoDbExecutionClaims(
                        audit, required(environment, "AUDIT_TABLE"), manifest, clock),
                new StsRoleSessions(sts),
                new ScopedClients(http, Duration.ofMillis(manifest.limits().timeoutMs())),
                clock);
    }

    private static void bounded(ClientOverrideConfiguration.Builder configuration) {
        configuration.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT);
    }

    private static String required(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("environment without " + name);
        }
        return value;
    }
}
