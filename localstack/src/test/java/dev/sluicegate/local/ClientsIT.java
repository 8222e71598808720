package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Third-party clients, as people have them, against the whole running system. */
class ClientsIT {
    private static final Path CLIENTS = Path.of("clients").toAbsolutePath();
    private static final String CUSTOMER = "{\"customer_id\":\"C-1001\"}";

    private static LocalStack stack;

    @BeforeAll
    static void up() {
        var installed = Files.isDirectory(CLIENTS.resolve("node_modules"));
        if (!installed) {
            System.err.println("SKIPPED: clients are not installed; run `npm ci` in " + CLIENTS);
        }
        assumeTrue(installed, "npm ci was not run in localstack/clients");
        stack = Stacks.ephemeral(Clock.systemUTC());
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "legacy", "modern"})
    void theTypeScriptClient2ListsAndCalls(String mode) throws Exception {
        var said =
                node(
                        "ts2.mjs",
                        mode,
                        stack.mcp().toString(),
                        stack.token(TokenOrder.of("ada")),
                        "crm___get_customer",
                        CUSTOMER);

        assertThat(tools(said)).contains("crm___get_customer", "billing___refund", "mail___send");
        assertThat(said.path("result").path("structuredContent").path("customer_id").asText())
                .isEqualTo("C-1001");
    }

    @Test
    void theTypeScriptClient1ListsAndCalls() throws Exception {
        var said =
                node(
                        "ts1.mjs",
                        stack.mcp().toString(),
                        stack.token(TokenOrder.of("ada")),
                        "crm___get_customer",
                        CUSTOMER);

        assertThat(tools(said)).contains("crm___get_customer");
        assertThat(said.path("result").path("structuredContent").path("customer_id").asText())
                .isEqualTo("C-1001");
    }

    @Test
    void aClientReadsARefusal() throws Exception {
        var said =
                node(
                        "ts2.mjs",
                        "auto",
                        stack.mcp().toString(),
                        stack.token(TokenOrder.of("mallory")),
                        "crm___get_customer",
                        CUSTOMER);

        assertThat(tools(said)).isEmpty();
        assertThat(said.path("result").path("isError").asBoolean()).isTrue();
        assertThat(said.path("result").path("structuredContent").path("code").asText())
                .isEqualTo("denied");
    }

    private static List<String> tools(JsonNode said) {
        var names = new ArrayList<String>();
        said.path("tools")
                .forEach(t -> names.add(t.isTextual() ? t.asText() : t.path("name").asText()));
        return names;
    }

    private static JsonNode node(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add("node");
        command.addAll(List.of(arguments));
        var errors = Files.createTempFile("client", ".err");
        var process =
                new ProcessBuilder(command)
                        .directory(CLIENTS.toFile())
                        .redirectError(errors.toFile())
                        .start();
        try {
            process.getOutputStream().close();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(said).as(() -> read(errors)).isNotBlank();
            return McpClient.JSON.readTree(said.strip().lines().toList().getLast());
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(errors);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "no output";
        }
    }
}
