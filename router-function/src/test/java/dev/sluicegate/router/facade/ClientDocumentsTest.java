package dev.sluicegate.router.facade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.router.identity.TickingClock;
import dev.sluicegate.router.identity.TlsServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientDocumentsTest {
    @TempDir private Path folder;

    private final TickingClock clock = new TickingClock();
    private final AtomicInteger fetches = new AtomicInteger();
    private TlsServer server;
    private ClientDocuments documents;
    private String type = "application/json";
    private String document = "";

    @BeforeEach
    void start() {
        server = new TlsServer(folder);
        documents = new ClientDocuments(server.trusting(), clock);
        server.serve(
                "/",
                exchange -> {
                    try (exchange) {
                        fetches.incrementAndGet();
                        var bytes = document.getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().set("Content-Type", type);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
        document = document("");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String id() {
        return server.url("/client.json");
    }

    private String document(String more) {
        return "{\"client_id\":\""
                + id()
                + "\",\"client_name\":\"editor\",\"redirect_uris\":[\"http://127.0.0.1/cb\"]"
                + more
                + "}";
    }

    @Test
    void aClientIsWhatItsDocumentSaysForAWhile() {
        var client = documents.find(id()).orElseThrow();

        assertThat(client.name()).isEqualTo("editor");
        assertThat(client.origin()).isEqualTo("localhost");
        assertThat(client.mayRedirect("http://127.0.0.1:4711/cb")).isTrue();
        documents.find(id());
        assertThat(fetches).hasValue(1);
        clock.tick(Duration.ofMinutes(15));
        documents.find(id());
        assertThat(fetches).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"client_secret\":\"s\"",
                ",\"token_endpoint_auth_method\":\"client_secret_basic\"",
                ",\"client_id\":\"twice\""
            })
    void aDocumentThatSaysTooMuchDoesNotCount(String more) {
        document = document(more);

        assertThat(documents.find(id())).isEmpty();
    }

    @Test
    void aDocumentOfSomebodyElseOrWithAWildRedirectDoesNotCount() {
        document = document("").replace("client.json", "other.json");
        assertThat(documents.find(id())).isEmpty();

        document = document("").replace("http://127.0.0.1/cb", "javascript:alert(1)");
        clock.tick(Duration.ofSeconds(30));
        assertThat(documents.find(id())).isEmpty();

        document = document("");
        type = "text/html";
        clock.tick(Duration.ofSeconds(30));
        assertThat(documents.find(id())).isEmpty();
    }

    @Test
    void aDocumentThatCannotBeHadIsNotAskedForAtOnceAgain() {
        document = "{}";

        documents.find(id());
        documents.find(id());
        assertThat(fetches).hasValue(1);
        clock.tick(Duration.ofSeconds(30));
        document = document("");
        assertThat(documents.find(id())).isPresent();
    }
}
