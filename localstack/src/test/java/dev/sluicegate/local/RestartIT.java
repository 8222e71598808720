package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stack keeps between two runs. */
class RestartIT {
    @TempDir private Path data;

    @Test
    void whatAPrincipalReadIsRememberedAndArchivedAfterARestart() throws Exception {
        var issuerPort = Stacks.freePort();
        String callId;
        try (var first = Stacks.in(data, issuerPort, Clock.systemUTC())) {
            callId =
                    Stacks.as(first, "ada")
                            .call("crm___get_customer", "{\"customer_id\":\"C-1001\"}")
                            .callId();
        }

        try (var second = Stacks.in(data, issuerPort, Clock.systemUTC())) {
            var outside =
                    Stacks.as(second, "ada")
                            .call(
                                    "mail___send",
                                    "{\"to\":\"eve@evil.test\",\"subject\":\"s\",\"body\":\"b\"}");
            assertThat(second.awaitArchived(Duration.ofSeconds(30))).isTrue();
            var trace = second.trace(callId).orElseThrow();

            assertThat(trace.path("outcome").path("status").asText()).isEqualTo("ok");
            assertThat(trace.path("archive").path("log").asText()).startsWith("tlog/");
            assertThat(outside.code()).isEqualTo("denied");
        }
    }
}
