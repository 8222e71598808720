package dev.sluicegate.local;

import static dev.sluicegate.local.BadInput.CANARY;
import static dev.sluicegate.local.BadInput.CLOCK;
import static dev.sluicegate.local.BadInput.bearer;
import static dev.sluicegate.local.BadInput.callId;
import static dev.sluicegate.local.BadInput.code;
import static dev.sluicegate.local.BadInput.list;
import static dev.sluicegate.local.BadInput.message;
import static dev.sluicegate.local.BadInput.misbehave;
import static dev.sluicegate.local.BadInput.news;
import static dev.sluicegate.local.BadInput.records;
import static dev.sluicegate.local.BadInput.send;
import static dev.sluicegate.local.BadInput.settle;
import static dev.sluicegate.local.BadInput.stack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluicegate.local.hostile.Misbehave;
import dev.sluicegate.record.Ulid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the gateway answers to whatever is wrong, and what record that leaves: status, code and the whole
 * message of each case, against the whole running stack, byte by byte on a socket.
 */
class BadInputIT {
    @TempDir private static Path folder = Path.of("");

    @BeforeAll
    static void up() throws IOException, ParseException {
        BadInput.up(folder);
    }

    /** Whatever ran before: nothing of it is in a record or a log line, and nobody followed a link. */
    @AfterAll
    static void down() throws IOException {
        try {
            assertThat(records())
                    .isNotEmpty()
                    .noneMatch(r -> r.toLowerCase(Locale.ROOT).contains(CANARY))
                    .noneMatch(r -> r.contains(Misbehave.CANARY));
            var log = System.getProperty("stack.log");
            if (log != null) {
                assertThat(Files.readString(Path.of(log)).toLowerCase(Locale.ROOT))
                        .doesNotContain(CANARY, Misbehave.CANARY);
            }
            assertThat(BadTokens.STRANGERS_KEYS.asked()).isZero();
        } finally {
            BadTokens.STRANGERS_KEYS.close();
            BadInput.down();
        }
    }

    @ParameterizedTest
    @MethodSource({
        "dev.sluicegate.local.BadMessages#notARequest",
        "dev.sluicegate.local.BadHeaders#headersThatDisagree",
        "dev.sluicegate.local.BadMessages#methodsAndVersions",
        "dev.sluicegate.local.BadArguments#malformedArguments",
        "dev.sluicegate.local.BadTokens#tokens",
        "dev.sluicegate.local.BadPlaces#places",
        "dev.sluicegate.local.BadTools#tools"
    })
    void isAnsweredExactly(BadRow row) throws IOException {
        settle();

        var reply = send(row.call());

        assertThat(reply.status()).isEqualTo(row.status());
        assertThat(code(reply)).isEqualTo(row.code());
        assertThat(message(reply)).isEqualTo(row.message());
        assertThat(reply.body())
                .doesNotContain("Exception", "dev.sluicegate.router", Misbehave.CANARY);
        var result = reply.json().path("result");
        if (!row.code().isEmpty() && result.isObject()) {
            assertThat(result.path("isError").asBoolean()).isTrue();
            assertThat(result.path("content").path(0).path("text").asText())
                    .startsWith(row.message());
        }
        if (row.status() != 202 && !row.code().isEmpty()) {
            assertThat(reply.headers()).containsEntry("content-type", "application/json");
            assertThat(Ulid.isValid(callId(reply))).isTrue();
        }
        assertThat(news()).as("records").isEqualTo(expected(row.leaves(), callId(reply)));
    }

    private static List<String> expected(Leaves leaves, String callId) {
        return switch (leaves) {
            case Leaves.Nothing _ -> List.of();
            case Leaves.Counted(var reason, var known) ->
                    List.of(
                            "DENIED of nobody: "
                                    + reason
                                    + (known ? " issuer " + stack().issuer() : "")
                                    + " from 127.0.0.0/24");
            case Leaves.Denied(var stage, var code, var reason) ->
                    List.of("DENIED " + callId + " " + stage + " " + code + ": " + reason);
            case Leaves.Ran(var status, var code) ->
                    List.of("INTENT " + callId, "OUTCOME " + callId + " " + status + " " + code);
        };
    }

    @Test
    void aMissingScopeAndAMissingTokenBringAChallengeThatAClientCanFollow() throws IOException {
        var none = send(list().without("Authorization"));
        var scope =
                send(
                        misbehave("{\"how\":\"answers\"}")
                                .with("Authorization", bearer("tools:write")));

        var metadata = "resource_metadata=\"" + metadata() + "\"";
        assertThat(none.headers())
                .containsEntry(
                        "www-authenticate",
                        "Bearer "
                                + metadata
                                + ", scope=\"tools:read tools:write tools:destructive\"");
        assertThat(scope.headers())
                .containsEntry(
                        "www-authenticate",
                        "Bearer error=\"insufficient_scope\", scope=\"tools:read\", " + metadata);
        assertThat(send(list().method("DELETE")).headers()).containsEntry("allow", "POST");
    }

    @Test
    void whoSendsSlowlyOrStopsHalfwayGetsAnEndAndNobodyElseNotices() throws Exception {
        news();
        var port = stack().mcp().getPort();
        var whole = new String(list().bytes(), StandardCharsets.ISO_8859_1);
        var cut = whole.substring(0, whole.length() - 20).getBytes(StandardCharsets.ISO_8859_1);
        try (var stopped = Wire.connect(port);
                var slow = Wire.connect(port);
                var headless = Wire.connect(port)) {
            stopped.getOutputStream().write(cut);
            slow.getOutputStream().write(cut);
            // ended when its 30 s are over; until then it takes a place and nothing else
            headless.getOutputStream()
                    .write("POST /mcp HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            var dripping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (var i = 0; i < 19; i++) {
                                        slow.getOutputStream().write('{');
                                        Thread.sleep(700);
                                    }
                                } catch (IOException | InterruptedException e) {
                                    // the server has had enough
                                }
                            });

            assertThat(send(list()).status()).isEqualTo(200);
            assertThat(Wire.reply(stopped).status()).isEqualTo(408);
            assertThat(Wire.reply(slow).status()).isEqualTo(408);
            assertThat(send(list()).status()).isEqualTo(200);
            dripping.interrupt();
            dripping.join();
        }
        assertThat(news()).isEmpty(); // the router has seen none of them
    }

    @Test
    void aFloodOfBadRequestsCostsABoundedNumberOfRecordsWithNoByteOfTheirs() throws IOException {
        settle();
        for (var i = 0; i < 500; i++) {
            var marker = CANARY + "-" + i;
            var bad =
                    switch (i % 5) {
                        case 0 -> list().with("Authorization", "Bearer " + marker);
                        case 1 -> list().without("Authorization").with("X-Canary", marker);
                        case 2 -> list().with("Origin", "https://" + marker + ".test");
                        case 3 -> list().to("/mcp?access_token=" + marker);
                        default ->
                                list().with(
                                                "Authorization",
                                                "Bearer "
                                                        + new ForgedToken()
                                                                .claim("iss", "https://" + marker)
                                                                .signed());
                    };
            assertThat(send(bad).status()).isIn(400, 401, 403);
        }
        var first = news();
        CLOCK.forward(Duration.ofMinutes(1));
        send(list()); // the minute is over: any request has what was counted recorded, a few at
        // a time
        send(list());
        var second = news();

        assertThat(first)
                .containsExactlyInAnyOrder(
                        "DENIED of nobody: malformed from 127.0.0.0/24",
                        "DENIED of nobody: absent from 127.0.0.0/24",
                        "DENIED of nobody: origin from 127.0.0.0/24",
                        "DENIED of nobody: token_in_query from 127.0.0.0/24",
                        "DENIED of nobody: issuer from 127.0.0.0/24");
        assertThat(second).hasSize(5).allMatch(record -> record.endsWith("x99"));
    }

    @Test
    void noRecordHoldsASecretThatIsTheIdOrTheNameOfAClient() throws IOException {
        var inId = "ghp_" + "A1b2C3d4E5f6".repeat(3);
        var inName = "ghp_" + "Z9y8X7w6V5u4".repeat(3);
        var call =
                misbehave("{\"how\":\"answers\"}")
                        .replace("\"id\":7", "\"id\":\"\\u009b31m" + inId + "\\u202e\"")
                        .replace(
                                "\"_meta\":{",
                                "\"_meta\":{\"io.modelcontextprotocol/clientInfo\":{\"name\":\""
                                        + inName
                                        + "\",\"version\":\"1\"},");
        var refused = call.replace("\"how\"", "\"what\"");
        news();

        assertThat(code(send(call))).isEmpty();
        assertThat(code(send(refused))).isEqualTo("invalid_arguments");

        assertThat(news()).hasSize(3);
        assertThat(records()).isNotEmpty().noneMatch(r -> r.contains(inId) || r.contains(inName));
    }

    @Test
    void noRecordHoldsAByteThatACallerOfABadRequestChose() throws IOException {
        for (var row :
                Stream.concat(BadMessages.notARequest(), BadArguments.malformedArguments())
                        .toList()) {
            send(row.call());
        }

        assertThat(records())
                .isNotEmpty()
                .noneMatch(r -> r.toLowerCase(Locale.ROOT).contains(CANARY));
    }

    private static String metadata() {
        return stack().mcp().resolve("/.well-known/oauth-protected-resource/mcp").toString();
    }
}
