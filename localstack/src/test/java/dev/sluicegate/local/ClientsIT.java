package dev.sluicegate.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.contract.Product;
import dev.sluicegate.local.fixtures.Fixtures;
import dev.sluicegate.local.idp.TokenOrder;
import dev.sluicegate.record.JournalKeys;
import io.modelcontextprotocol.client.McpClient.SyncSpec;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Third-party clients, as people have them, against the whole running system: each lists the tools, calls
 * one as ada, and reads a refusal: as mallory, who has no role, or, where a client itself refuses what is not
 * listed, as ada sending abroad what she has just read.
 */
class ClientsIT {
    private static final String TOOL = "crm___get_customer";
    private static final String CUSTOMER = "{\"customer_id\":\"C-1001\"}";
    private static final String TO_EVE =
            "{\"to\":\"eve@evil.test\",\"subject\":\"hi\",\"body\":\"see above\"}";
    private static final String INSPECTOR =
            "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";

    /** What the inspector ends with when the result of a tool says that it is an error. */
    private static final int TOOL_SAID_NO = 5;

    @TempDir private static Path home;

    private static LocalStack stack;

    @BeforeAll
    static void up() {
        stack = Stacks.ephemeral(Clock.systemUTC());
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ts1.mjs, , 2025-11-25",
        "ts2.mjs, auto, 2026-07-28",
        "ts2.mjs, legacy, 2025-11-25",
        "ts2.mjs, modern, 2026-07-28",
        "bridge.mjs, auto, 2026-07-28",
        "bridge.mjs, legacy, 2025-11-25"
    })
    void aScriptedClientListsCallsAndReadsARefusal(
            String script, @Nullable String mode, String protocol) throws IOException {
        Clients.assumeInstalled();

        var allowed = script(script, mode, "ada");
        var refused = script(script, mode, "mallory");

        assertThat(names(allowed.path("tools"))).contains(TOOL, "billing___refund", "mail___send");
        isTheCustomer(allowed.path("result"));
        assertThat(names(refused.path("tools"))).isEmpty();
        isTheRefusal(refused.path("result"));
        // the gate's own record is a better witness than the client
        assertThat(protocol(allowed.path("result"))).isEqualTo(protocol);
        assertThat(protocol(refused.path("result"))).isEqualTo(protocol);
    }

    /** The version that the call of a result was made in, as the journal has it. */
    private static String protocol(JsonNode result) throws IOException {
        var callId = result.path("_meta").path(Product.META_CALL_ID).asText();
        var item =
                stack.operatorClient()
                        .query(q ->
                                q.tableName(Product.resource("dev", "audit"))
                                        .keyConditionExpression("pk = :pk")
                                        .expressionAttributeValues(
                                                Map.of(
                                                        ":pk",
                                                        AttributeValue.fromS(
                                                                JournalKeys.call("demo", callId)))))
                        .items()
                        .getFirst();
        return McpClient.JSON
                .readTree(requireNonNull(item.get(JournalKeys.RECORD)).s())
                .path("rpc")
                .path("proto")
                .asText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern"})
    void theInspectorListsCallsAndReadsARefusal(String era) throws IOException {
        Clients.assumeInstalled();

        var listed = inspector(era, "ada", "--method", "tools/list");
        var allowed = inspector(era, "ada", call(TOOL, CUSTOMER));
        var refused = inspector(era, "ada", call("mail___send", TO_EVE));

        assertThat(names(json(listed).path("result").path("tools")))
                .as(listed.out())
                .contains(TOOL, "mail___send");
        assertThat(allowed.code()).as("%s%n%s", allowed.out(), allowed.err()).isZero();
        isTheCustomer(json(allowed).path("result"));
        assertThat(refused.code()).as(refused.err()).isEqualTo(TOOL_SAID_NO);
        isRefused(
                json(refused).path("result"),
                "policy does not permit this call. reasons: This conversation has touched PII; it may"
                        + " only leave to the own domain");
    }

    @Test
    void theJavaClientListsCallsAndReadsARefusal() throws IOException {
        try (var ada = java("ada");
                var mallory = java("mallory")) {
            var arguments = Map.<String, Object>of("customer_id", "C-1001");
            var request = McpSchema.CallToolRequest.builder(TOOL).arguments(arguments).build();

            var tools = ada.listTools().tools().stream().map(McpSchema.Tool::name).toList();
            var allowed = ada.callTool(request);
            var none = mallory.listTools().tools();
            var refused = mallory.callTool(request);

            assertThat(tools).contains(TOOL, "billing___refund", "mail___send");
            isTheCustomer(McpClient.JSON.valueToTree(allowed));
            assertThat(none).isEmpty();
            isTheRefusal(McpClient.JSON.valueToTree(refused));
        }
    }

    /** The gate of a stack that was not asked for them does not know the conformance suite's tools. */
    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2025-11-25"})
    void withoutTheOptionThereAreNoFixtures(String version) {
        var token =
                stack.token(
                        new TokenOrder(
                                "ada",
                                List.of(Fixtures.ROLE),
                                "cli",
                                TokenOrder.ALL_SCOPES,
                                false,
                                Duration.ofHours(1),
                                null));
        var client = McpClient.of(stack.mcp(), token, version);

        var answer = client.call(Fixtures.PREFIX + "test_simple_text", "{}");

        assertThat(answer.body().path("error").path("code").asInt()).isEqualTo(-32602);
        assertThat(answer.body().path("error").path("message").asText())
                .isEqualTo("unknown tool `fixture___test_simple_text`");
        assertThat(names(client.list().result().path("tools"))).isEmpty();
    }

    private static void isTheCustomer(JsonNode result) throws IOException {
        var structured = result.path("structuredContent");
        assertThat(result.path("isError").asBoolean()).isFalse();
        assertThat(structured.path("customer_id").asText()).isEqualTo("C-1001");
        assertThat(structured.path("name").asText()).isEqualTo("Marta Keller");
        assertThat(structured.path("notes").asText())
                .isEqualTo("Prefers mail. Renewal is due in March.");
        assertThat(result.path("content")).hasSize(1);
        assertThat(McpClient.JSON.readTree(result.path("content").path(0).path("text").asText()))
                .isEqualTo(structured);
    }

    private static void isTheRefusal(JsonNode result) {
        isRefused(result, "no policy permits `crm___get_customer` to a caller without a role");
    }

    private static void isRefused(JsonNode result, String why) {
        var structured = result.path("structuredContent");
        var callId = structured.path("callId").asText();
        assertThat(result.path("isError").asBoolean()).isTrue();
        assertThat(structured.path("code").asText()).isEqualTo("denied");
        assertThat(callId).hasSize(26);
        assertThat(result.path("content")).hasSize(1);
        assertThat(result.path("content").path(0).path("text").asText())
                .isEqualTo(why + ". details: call " + callId);
    }

    private static List<String> names(JsonNode tools) {
        var names = new ArrayList<String>();
        tools.forEach(tool -> names.add(tool.path("name").asText()));
        return names;
    }

    private static String[] call(String tool, String arguments) {
        return new String[] {
            "--method", "tools/call", "--tool-name", tool, "--tool-args-json", arguments
        };
    }

    private static JsonNode script(String script, @Nullable String mode, String user)
            throws IOException {
        var arguments = new ArrayList<>(List.of(script));
        if (mode != null) {
            arguments.add(mode);
        }
        arguments.addAll(
                List.of(stack.mcp().toString(), stack.token(TokenOrder.of(user)), TOOL, CUSTOMER));
        var ended =
                Clients.run(
                        Map.of("BRIDGE_HOME", home.toString()), arguments.toArray(String[]::new));
        assertThat(ended.code()).as("%s%n%s", ended.out(), ended.err()).isZero();
        return json(ended);
    }

    private static Clients.Ended inspector(String era, String user, String... what) {
        var arguments =
                new ArrayList<>(
                        List.of(
                                INSPECTOR,
                                "--cli",
                                "--server-url",
                                stack.mcp().toString(),
                                "--transport",
                                "http",
                                "--header",
                                "Authorization: Bearer " + stack.token(TokenOrder.of(user)),
                                "--protocol-era",
                                era,
                                "--format",
                                "json"));
        arguments.addAll(List.of(what));
        return Clients.run(
                Map.of("HOME", home.toString(), "MCP_INSPECTOR_SECRET_STORE", "file"),
                arguments.toArray(String[]::new));
    }

    private static JsonNode json(Clients.Ended ended) throws IOException {
        assertThat(ended.out()).as(ended.err()).isNotBlank();
        return McpClient.JSON.readTree(ended.out().strip());
    }

    private static io.modelcontextprotocol.client.McpSyncClient java(String user) {
        var token = stack.token(TokenOrder.of(user));
        var transport =
                HttpClientStreamableHttpTransport.builder(
                                "http://127.0.0.1:" + stack.mcp().getPort())
                        .endpoint(stack.mcp().getPath())
                        .jsonMapper(new JacksonMcpJsonMapper(McpClient.JSON))
                        .addHttpRequestCustomizer((request, method, uri, body, context) ->
                                request.header("Authorization", "Bearer " + token))
                        .build();
        SyncSpec spec =
                io.modelcontextprotocol.client.McpClient.sync(transport)
                        .requestTimeout(Duration.ofSeconds(60));
        var client = spec.build();
        client.initialize();
        return client;
    }
}
