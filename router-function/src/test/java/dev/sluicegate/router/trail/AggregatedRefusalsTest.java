package dev.sluicegate.router.trail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.sluicegate.audit.Journal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class AggregatedRefusalsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GONE =
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException\"}";

    private final RefusalMeterTest.Ticking clock = new RefusalMeterTest.Ticking();
    private final List<String> written = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean gone;
    private HttpServer server;
    private DynamoDbClient client;
    private AggregatedRefusals refusals;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var body = exchange.getRequestBody().readAllBytes();
                    var fails = gone;
                    if (!fails) {
                        written.add(new String(body, StandardCharsets.UTF_8));
                    }
                    var answer = (fails ? GONE : "{}").getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
                    exchange.sendResponseHeaders(fails ? 400 : 200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        client =
                DynamoDbClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("test", "test")))
                        .httpClientBuilder(AwsCrtHttpClient.builder())
                        .build();
        refusals = new AggregatedRefusals(new Journal(client, "audit", "router", clock), clock);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    @Test
    void
            theFirstOfAKindIsRecordedAtOnceAndTheRestWhenTheMinuteIsOverThoughNobodyIsRefusedAnyMore() {
        flood(10_000, "absent");
        refusals.settle();
        assertThat(records()).containsExactly("absent from 203.0.113.0/24 x1");

        nextMinute();
        refusals.settle();
        refusals.settle();

        assertThat(records())
                .containsExactly(
                        "absent from 203.0.113.0/24 x1", "absent from 203.0.113.0/24 x9999");
    }

    @Test
    void whatWasCountedIsRecordedWhenTheProcessEnds() {
        flood(3, "absent");

        refusals.close();
        refusals.close();

        assertThat(records())
                .containsExactly("absent from 203.0.113.0/24 x1", "absent from 203.0.113.0/24 x2");
    }

    @Test
    void sixtyKindsCostFiftyOneRecordsAMinuteAndNoRefusalIsLost() {
        for (var round = 0; round < 2; round++) {
            for (var kind = 0; kind < 60; kind++) {
                flood(1, "reason-" + kind);
            }
        }
        assertThat(records()).hasSize(AggregatedRefusals.MAX_KINDS + 1);

        refusals.close();

        assertThat(counts().sum()).isEqualTo(120);
        assertThat(records()).filteredOn(r -> r.startsWith("other ")).hasSize(2);
        assertThat(records()).contains("other x19");
    }

    @Test
    void whoComesFirstInANewMinuteWaitsForAFewRecordsOnly() {
        for (var kind = 0; kind < 8; kind++) {
            flood(2, "reason-" + kind);
        }
        nextMinute();

        refusals.settle();
        assertThat(records()).hasSize(8 + AggregatedRefusals.AT_ONCE);
        for (var more = 0; more < 3; more++) {
            refusals.settle();
        }

        assertThat(counts().sum()).isEqualTo(16);
    }

    @Test
    void whatTheJournalDoesNotTakeIsCountedOnAndNothingIsThrown() {
        gone = true;
        flood(5, "absent");
        nextMinute();
        refusals.settle();
        flood(1, "absent");
        gone = false;
        refusals.settle(); // not again in the same minute
        assertThat(records()).isEmpty();

        nextMinute();
        refusals.settle();

        assertThat(records()).containsExactly("absent from 203.0.113.0/24 x6");
    }

    private void flood(int times, String reason) {
        for (var i = 0; i < times; i++) {
            refusals.record(reason, null, "203.0.113." + i % 200);
        }
    }

    private void nextMinute() {
        clock.now = clock.now.plusSeconds(60);
    }

    private LongStream counts() {
        return records().stream()
                .mapToLong(r -> Long.parseLong(r.substring(r.lastIndexOf('x') + 1)));
    }

    private List<String> records() {
        var records = new ArrayList<String>();
        for (var request : List.copyOf(written)) {
            try {
                var item = JSON.readTree(request).path("Item");
                if (item.path("kind").path("S").asText().equals("DENIED")) {
                    var record = JSON.readTree(item.path("r").path("S").asText());
                    records.add(
                            record.path("refusal").path("reason").asText()
                                    + " x"
                                    + record.path("count").asLong());
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return records;
    }

    @Test
    void addressesAreRecordedByPrefixAndNothingElseIs() {
        assertThat(AggregatedRefusals.prefix("203.0.113.7")).isEqualTo("203.0.113.0/24");
        assertThat(AggregatedRefusals.prefix("2001:db8:1:2::3")).isEqualTo("2001:db8:1::/48");
        assertThat(AggregatedRefusals.prefix("<script>")).isEmpty();
        assertThat(AggregatedRefusals.prefix(null)).isEmpty();
    }
}
