package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a running stack. */
class CommandsTest {
    @TempDir private Path home = Path.of("");

    @Test
    void aTokenSaysWhatWasAskedFor() throws Exception {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);

            var code =
                    terminal.run(
                            "token",
                            "--user",
                            "mallory",
                            "--roles",
                            "ops,support",
                            "--client",
                            "inspector",
                            "--scope",
                            "tools:read",
                            "--mfa",
                            "--ttl",
                            "15m",
                            "--audience",
                            "https://x.example/mcp");

            assertThat(code).isEqualTo(ExitCode.OK);
            var claims = SignedJWT.parse(terminal.out().strip()).getJWTClaimsSet();
            assertThat(claims.getSubject()).isEqualTo("mallory");
            assertThat(claims.getStringListClaim("roles")).containsExactly("ops", "support");
            assertThat(claims.getStringListClaim("amr")).containsExactly("pwd", "otp");
            assertThat(claims.getAudience()).containsExactly("https://x.example/mcp");
            assertThat(claims.getStringClaim("scope")).isEqualTo("tools:read");
            assertThat(claims.getStringClaim("client_id")).isEqualTo("inspector");
            assertThat(claims.getExpirationTime().toInstant())
                    .isEqualTo(claims.getIssueTime().toInstant().plus(Duration.ofMinutes(15)));
        }
    }

    @Test
    void nobodysTokenIsRefusedWith1() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);

            assertThat(terminal.run("token", "--user", "root")).isEqualTo(ExitCode.NO);
            assertThat(terminal.err()).isEqualTo("unknown user `root`\n");
            assertThat(terminal.out()).isEmpty();
        }
    }

    @Test
    void aCallGoesOutAsAModernClientSendsIt() throws IOException {
        try (var running = new RunningFake(home)) {
            var terminal = new Terminal(home);

            var code = terminal.run("call", "crm___get_customer", "{\"customer_id\":\"C-1001\"}");

            assertThat(code).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).isEqualTo("{\n  \"amount\" : 1.5\n}\n");
            assertThat(terminal.err()).isEqualTo("call " + FakeStack.CALL + "\n");
            assertThat(running.stack().headers())
                    .contains(
                            "Mcp-protocol-version: 2026-07-28",
                            "Mcp-method: tools/call",
                            "Mcp-name: crm___get_customer");
            assertThat(running.stack().headers().getLast())
                    .contains(
                            "\"arguments\":{\"customer_id\":\"C-1001\"}",
                            "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"",
                            "\"io.modelcontextprotocol/clientCapabilities\":{}");
        }
    }

    @Test
    void asJsonTheResultIsPrintedAsItCame() throws IOException {
        try (var running = new RunningFake(home)) {
            var terminal = new Terminal(home);

            terminal.run("call", "t", "{}", "-o", "json");

            assertThat(terminal.out())
                    .isEqualTo(
                            "{\"structuredContent\":{\"amount\":1.50},\"content\":[],\"_meta\":"
                                    + "{\"dev.sluicegate/callId\":\""
                                    + FakeStack.CALL
                                    + "\"}}\n");

            running.stack()
                    .answer(
                            200,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
                                    + "\"message\":\"unknown tool `t`\"}}");
            var code = terminal.run("call", "t", "{}", "-o", "json");

            assertThat(code).isEqualTo(ExitCode.NO);
            assertThat(terminal.out())
                    .isEqualTo("{\"code\":-32602,\"message\":\"unknown tool `t`\"}\n");
        }
    }

    @Test
    void aRefusedCallEndsWith1() throws IOException {
        try (var running = new RunningFake(home)) {
            var terminal = new Terminal(home);

            running.stack()
                    .answer(
                            200,
                            "{\"result\":{\"isError\":true,\"content\":[{\"type\":\"text\","
                                    + "\"text\":\"no \\u001b[31mred\"}]}}");
            assertThat(terminal.run("call", "t", "{}")).isEqualTo(ExitCode.NO);
            assertThat(terminal.out()).isEqualTo("no \ufffd[31mred\n");

            running.stack().answer(401, "{\"error\":\"invalid_token\"}");
            assertThat(terminal.run("call", "t", "{}")).isEqualTo(ExitCode.NO);
            assertThat(terminal.err()).contains("401");

            running.stack().answer(502, "<html>");
            assertThat(terminal.run("call", "t", "{}")).isEqualTo(ExitCode.UNREACHABLE);
        }
    }

    @Test
    void aTokenOfTheEnvironmentIsUsedAsItIs() throws IOException {
        try (var running = new RunningFake(home)) {
            var terminal = new Terminal(home, Map.of("SLUICEGATE_TOKEN", "from-elsewhere"));

            assertThat(terminal.run("call", "t", "{}", "--url", running.stack().mcp().toString()))
                    .isEqualTo(ExitCode.OK);

            assertThat(running.stack().headers()).contains("Authorization: Bearer from-elsewhere");
        }
    }

    @Test
    void aTraceIsToldOrPrinted() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);

            assertThat(terminal.run("trace", "--last")).isEqualTo(ExitCode.OK);
            assertThat(terminal.out())
                    .contains("call      " + FakeStack.CALL, "audit/1.json entry 3");
            assertThat(terminal.run("trace", FakeStack.CALL, "-o", "json")).isEqualTo(ExitCode.OK);
            assertThat(OutputFormat.JSON.readTree(terminal.out()).path("callId").asText())
                    .isEqualTo(FakeStack.CALL);
            assertThat(terminal.run("trace", "01UNKNOWN")).isEqualTo(ExitCode.NO);
            assertThat(terminal.run("trace", "../token")).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void policiesArePublishedOrRefusedWithTheirProblems() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);
            var folder = Files.createDirectories(home.resolve("mine"));

            assertThat(terminal.run("policy", "publish", folder.toString())).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).contains("version 7");
            Files.createFile(folder.resolve("broken.cedar"));
            assertThat(terminal.run("policy", "publish", folder.toString())).isEqualTo(ExitCode.NO);
            assertThat(terminal.err()).contains("broken.cedar:1: unexpected token");
        }
    }

    @Test
    void aProposalIsReviewedReleasedAndRolledBackByWhomTheTokenNames() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);
            var folder = Files.createDirectories(home.resolve("mine")).toString();
            var id = FakeDesk.PROPOSAL;

            assertThat(terminal.run("policy", "publish", folder, "--propose"))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.out())
                    .contains("proposed as " + id + " on version 6: +incident")
                    .contains("policy review " + id + " --approve");
            assertThat(terminal.run("policy", "pending")).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).contains(id, "by petra, approved by paul", "+incident");
            assertThat(terminal.run("policy", "review", id, "--approve")).isEqualTo(ExitCode.NO);
            assertThat(terminal.err()).contains("nobody approves what they proposed");
            assertThat(terminal.run("policy", "review", id)).isEqualTo(ExitCode.USAGE);
            assertThat(terminal.run("policy", "review", id, "--approve", "--reject"))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(
                            terminal.run(
                                    "policy",
                                    "review",
                                    id,
                                    "--approve",
                                    "--user",
                                    "paul",
                                    "-o",
                                    "json"))
                    .isEqualTo(ExitCode.OK);
            assertThat(OutputFormat.JSON.readTree(terminal.out()).at("/by/name").asText())
                    .isEqualTo("paul");
            assertThat(terminal.run("policy", "review", id, "--reject")).isEqualTo(ExitCode.OK);
            assertThat(terminal.run("policy", "release", id, "--user", "paul"))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).contains("version 7 is in force");
            assertThat(terminal.run("policy", "release", "01OTHER")).isEqualTo(ExitCode.NO);
            assertThat(terminal.err()).contains("there is no proposal `01OTHER`");
            assertThat(terminal.run("policy", "rollback", "3")).isEqualTo(ExitCode.OK);
            assertThat(terminal.run("policy", "rollback", "three")).isEqualTo(ExitCode.USAGE);
            assertThat(terminal.run("policy", "publish", folder, "--user", "nobody"))
                    .isEqualTo(ExitCode.NO);
        }
    }

    @Test
    void theLogIsNewestFirstAndAsLongAsAsked() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal = new Terminal(home);

            assertThat(terminal.run("policy", "log")).isEqualTo(ExitCode.OK);
            assertThat(terminal.out().lines()).hasSize(3);
            assertThat(terminal.out()).startsWith("3  2026-11-23T10:00:00Z  by p1  no policy");
            assertThat(terminal.run("policy", "log", "-n", "1", "-o", "json"))
                    .isEqualTo(ExitCode.OK);
            assertThat(OutputFormat.JSON.readTree(terminal.out()).path("versions")).hasSize(1);
            assertThat(terminal.run("policy", "log", "-n", "0")).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void theStackIsFoundByFolderAndByUrl() throws IOException {
        try (var running = new RunningFake(home)) {
            var terminal = new Terminal(home);

            assertThat(terminal.run("status", "-o", "json")).isEqualTo(ExitCode.OK);
            assertThat(OutputFormat.JSON.readTree(terminal.out()).path("running").asBoolean())
                    .isTrue();
            assertThat(terminal.out())
                    .doesNotContain("secret-of-the-operator", running.admin().secret());
            assertThat(terminal.run("status", "--data", home.resolve("data").toString()))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.run("status", "--url", running.stack().mcp().toString()))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.run("status", "--url", "http://127.0.0.1:1/mcp"))
                    .isEqualTo(ExitCode.UNREACHABLE);
        }
    }

    @Test
    void theStackFileIsItsOwnersAloneAndNotTakenForAnotherProcess() throws IOException {
        try (var _ = new RunningFake(home)) {
            var workspace = new Terminal(home).workspace();

            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(workspace.stackFile())))
                    .isEqualTo("rw-------");
            var stack = StackFile.read(workspace.stackFile()).orElseThrow();
            assertThat(stack.alive()).isTrue();
            assertThat(stack.toString()).doesNotContain(stack.adminSecret());
            var reused =
                    Files.readString(workspace.stackFile())
                            .replaceFirst(
                                    "\"startedAtMillis\" : [0-9]+", "\"startedAtMillis\" : 12345");
            Files.writeString(workspace.stackFile(), reused);
            assertThat(StackFile.read(workspace.stackFile()).orElseThrow().alive()).isFalse();
            Files.writeString(workspace.stackFile(), "half a fi");
            var terminal = new Terminal(home);
            assertThat(terminal.run("status")).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(terminal.err()).contains("cannot be read");
        }
    }

    @Test
    void theAdminDoorOpensOnlyWithTheSecret() throws Exception {
        try (var running = new RunningFake(home);
                var http = HttpClient.newHttpClient()) {
            var without =
                    http.send(
                            HttpRequest.newBuilder(URI.create(running.admin().url() + "/stop"))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString());
            var wrong =
                    http.send(
                            HttpRequest.newBuilder(URI.create(running.admin().url() + "/stop"))
                                    .header("Authorization", "Bearer guess")
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString());

            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(wrong.statusCode()).isEqualTo(401);
            assertThat(running.wasStopped()).isFalse();
        }
    }

    @Test
    void theDoctorLooksAtTheRunningStack() throws IOException {
        try (var _ = new RunningFake(home)) {
            var terminal =
                    new Terminal(home, Map.of("PATH", "/nowhere", "AWS_PROFILE", "production"));

            var code = terminal.run("doctor");

            assertThat(code).isEqualTo(ExitCode.NO);
            assertThat(terminal.out())
                    .containsPattern("problem +mvn")
                    .containsPattern("problem +node")
                    .containsPattern("note +aws +not used by the local stack: AWS_PROFILE")
                    .containsPattern("ok +issuer")
                    .doesNotContain("production");
        }
    }
}
