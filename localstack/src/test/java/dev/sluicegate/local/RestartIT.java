package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.contract.Product;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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

    @Test
    void refusalsThatWereOnlyCountedAreRecordedBeforeTheStackStops() throws Exception {
        var clock =
                new MovableClock(
                        Instant.parse(
                                "2026-11-23T10:00:10Z")); // stands still: its minute never ends
        var issuerPort = Stacks.freePort();
        try (var first = Stacks.in(data, issuerPort, clock)) {
            for (var i = 0; i < 5; i++) {
                var request =
                        Wire.request(
                                "POST",
                                "/mcp",
                                Map.of("Host", "127.0.0.1:" + first.mcp().getPort()),
                                new byte[0]);
                assertThat(Wire.send(first.mcp().getPort(), request).status()).isEqualTo(401);
            }
        }

        try (var second = Stacks.in(data, issuerPort, clock)) {
            var counts =
                    second
                            .operatorClient()
                            .scanPaginator(r ->
                                    r.tableName(Product.resource("dev", "audit"))
                                            .consistentRead(true))
                            .items()
                            .stream()
                            .map(item -> requireNonNull(item.get("r")).s())
                            .filter(record -> record.contains("\"absent from 127.0.0.0/24\""))
                            .map(record -> record.replaceAll(".*\"count\":(\\d+).*", "$1"))
                            .sorted();

            assertThat(counts).containsExactly("1", "4");
        }
    }
}
