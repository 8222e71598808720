package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluicegate.local.fixtures.Fixtures;
import dev.sluicegate.local.idp.TokenOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The official conformance suite against the whole running system, and what it does not look at: the suite is
 * content with any content, so what the fixtures really answer is asserted here.
 */
class ConformanceIT {
    private static final String SUITE =
            "node_modules/@modelcontextprotocol/conformance/dist/index.js";

    private static final String JSON_COPY = "{'type':'text','text':'{\\'fixture\\':true}'}";
    private static final String IMAGE =
            "{'type':'image','data':'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==','mimeType':'image/png'}";

    private static LocalStack stack;

    @BeforeAll
    static void up() {
        stack = Stacks.withFixtures(Clock.systemUTC());
    }

    @AfterAll
    static void down() {
        if (stack != null) {
            stack.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--requirements, 2026-07-28",
        "--requirements, 2025-11-25",
        "--spec-version, 2025-06-18"
    })
    void nothingFailsButWhatIsListedAndAllThatIsListedFails(String option, String version)
            throws IOException {
        Clients.assumeInstalled();
        var logs = Files.createDirectories(Path.of("target/conformance")).toAbsolutePath();
        var expected = Clients.FOLDER.resolve("conformance/" + version + ".yml");

        Clients.Ended ended;
        try (var proxy = ConformanceProxy.before(stack.mcp(), token(Fixtures.ROLE))) {
            ended =
                    Clients.run(
                            Map.of("NO_COLOR", "1"),
                            "--import",
                            "./patience.mjs",
                            SUITE,
                            "server",
                            "--url",
                            proxy.mcp().toString(),
                            option,
                            version,
                            "--expected-failures",
                            expected.toString(),
                            "-o",
                            logs.resolve(version).toString());
        }

        var said = (ended.out() + ended.err()).replaceAll("\u001b\\[[0-9;]*m", "");
        Files.writeString(logs.resolve(version + ".log"), said);
        System.err.println("conformance " + version + ": " + line(said, "Total: .*"));
        assertThat(ended.code()).as(said).isZero();
        // the suite itself tolerates an entry whose check it never came to
        assertThat(entries(said, "(?m)^ +~ (\\S+)$"))
                .containsExactlyInAnyOrderElementsOf(
                        entries(Files.readString(expected), "(?m)^ +- (\\S+) # .+$"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"})
    void theFixturesAnswerWhatTheirNamesPromise(String version) {
        var suite = suite(version);

        answers(
                suite,
                "test_simple_text",
                "{'type':'text','text':'This is a simple text response for testing.'}");
        answers(suite, "test_image_content", IMAGE);
        answers(
                suite,
                "test_audio_content",
                "{'type':'audio','data':'UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA==','mimeType':'audio/wav'}");
        answers(
                suite,
                "test_embedded_resource",
                "{'type':'resource','resource':{'uri':'test://embedded-resource','mimeType':'text/plain','text':'This is an embedded resource content.'}}");
        answers(
                suite,
                "test_multiple_content_types",
                "{'type':'text','text':'Multiple content types test:'}",
                IMAGE,
                "{'type':'resource','resource':{'uri':'test://mixed-content-resource','mimeType':'application/json','text':'{\\'test\\':\\'data\\',\\'value\\':123}'}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2025-11-25"})
    void aFixtureThatFailsSaysWhy(String version) {
        var answer = suite(version).call(Fixtures.PREFIX + "test_error_handling", "{}");

        assertThat(answer.isError()).isTrue();
        assertThat(answer.code()).isEqualTo("tool_failed");
        assertThat(answer.result().path("content").path(0).path("text").asText())
                .isEqualTo("This tool intentionally returns an error for testing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-07-28", "2025-11-25", "2025-06-18"})
    void progressComesBeforeTheResultForWhoeverAskedForIt(String version) {
        var suite = suite(version);

        var asked = suite.call(Fixtures.PREFIX + "test_tool_with_progress", "{}", "p-1");
        var unasked = suite.call(Fixtures.PREFIX + "test_tool_with_progress", "{}");

        assertThat(asked.messages().stream().limit(3).map(ConformanceIT::progress))
                .containsExactly("p-1 0/100", "p-1 50/100", "p-1 100/100");
        assertThat(asked.messages()).hasSize(4);
        assertThat(asked.structured().path("fixture").asBoolean()).isTrue();
        assertThat(unasked.messages()).hasSize(1);
    }

    @Test
    void aFixtureTakesTheWholeGovernedPath() {
        var call = suite("2026-07-28").call(Fixtures.PREFIX + "test_simple_text", "{}");

        var trace = stack.trace(call.callId()).orElseThrow();

        assertThat(trace.path("tool").asText()).isEqualTo("fixture___test_simple_text");
        assertThat(trace.path("decision").path("outcome").asText()).isEqualTo("permit");
        assertThat(trace.path("decision").path("policies").path(0).asText())
                .isEqualTo("fixtures-conformance");
        assertThat(trace.path("intentAt").asText()).isNotEmpty();
        assertThat(trace.path("outcome").path("status").asText()).isEqualTo("ok");
    }

    @Test
    void nobodyOfTheCompanyMayCallAFixtureAndTheSuiteMayCallNothingElse() {
        var ada = Stacks.as(stack, "ada");
        var suite = suite("2026-07-28");

        var fixture = ada.call(Fixtures.PREFIX + "test_simple_text", "{}");
        var customer = suite.call("crm___get_customer", "{\"customer_id\":\"C-1001\"}");

        assertThat(fixture.code()).isEqualTo("denied");
        assertThat(customer.code()).isEqualTo("denied");
        assertThat(ada.list().text()).doesNotContain(Fixtures.PREFIX);
        assertThat(suite.list().result().path("tools"))
                .extracting(tool -> tool.path("name").asText())
                .containsExactlyInAnyOrderElementsOf(Fixtures.names());
    }

    private static void answers(McpClient suite, String fixture, String... blocks) {
        var answer = suite.call(Fixtures.PREFIX + fixture, "{}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.isError()).isFalse();
        var expected =
                "[" + JSON_COPY + (blocks.length == 0 ? "" : ",") + String.join(",", blocks) + "]";
        assertThat(answer.result().path("content"))
                .isEqualTo(McpClient.read(expected.replace("\\'", "\\\"").replace('\'', '"')));
    }

    private static String progress(JsonNode message) {
        var params = message.path("params");
        assertThat(message.path("method").asText()).isEqualTo("notifications/progress");
        return params.path("progressToken").asText()
                + " "
                + params.path("progress").asLong()
                + "/"
                + params.path("total").asLong();
    }

    private static List<String> entries(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1)).toList();
    }

    private static String line(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(m -> m.group())
                .findFirst()
                .orElse("no total");
    }

    private static McpClient suite(String version) {
        return McpClient.of(stack.mcp(), token(Fixtures.ROLE), version);
    }

    private static String token(String role) {
        return stack.token(
                new TokenOrder(
                        "ada",
                        List.of(role),
                        "cli",
                        TokenOrder.ALL_SCOPES,
                        false,
                        Duration.ofHours(1),
                        null));
    }
}
