package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} in a process of its own, with a fake stack. */
class UpCommandTest {
    @TempDir private Path home = Path.of("");

    @Test
    void itEndsItsStartWithTheReadyLineAndStopsCleanlyOnSigterm() throws Exception {
        var data = home.resolve("kept");
        var up = new Child("up", "--port", "0", "--data", data.toString());
        var printed = up.untilReady();

        assertThat(printed.getLast())
                .matches("sluicegate ready mcp=http://127\\.0\\.0\\.1:[0-9]+/mcp");
        assertThat(printed)
                .anyMatch(line -> line.startsWith("issuer     http://127.0.0.1:"))
                .anyMatch(line -> line.contains("claude mcp add --transport http sluicegate"))
                .anyMatch(line -> line.contains("\"mcpServers\""))
                .anyMatch(line -> line.contains("\"servers\""))
                .anyMatch(line -> line.contains("mcp-remote@"))
                .anyMatch(line -> line.contains("Amazon DynamoDB Local"));
        var run = home.resolve("localstack/.run");
        assertThat(run.resolve("stack.json")).exists();
        assertThat(data.resolve("stack.json")).exists();

        up.process().destroy(); // SIGTERM

        assertThat(up.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(up.process().exitValue()).isEqualTo(ExitCode.OK);
        assertThat(data.resolve("closed")).exists();
        assertThat(run.resolve("stack.json")).doesNotExist();
        assertThat(data.resolve("stack.json")).doesNotExist();
        assertThat(run.resolve("stack.log")).content().contains("fake stack is up");
    }

    @Test
    void aSecondOneOnTheSamePortOrFolderSaysSo() throws Exception {
        var data = home.resolve("kept");
        var port = freePort();
        var up = new Child("up", "--port", port, "--data", data.toString());
        up.untilReady();
        try {
            var samePort = new Child("up", "--port", port, "--ephemeral");
            var sameFolder = new Child("up", "--port", "0", "--data", data.toString());

            assertThat(samePort.exit()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(samePort.rest())
                    .singleElement()
                    .asString()
                    .startsWith("port " + port + " is taken by the stack with pid ");
            assertThat(sameFolder.exit()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(sameFolder.rest())
                    .singleElement()
                    .asString()
                    .contains("is in use by the stack with pid " + up.process().pid());
        } finally {
            up.process().destroy();
            up.exit();
        }
    }

    @Test
    void aPortOfAnotherProgramIsNotTakenOver() throws Exception {
        try (var socket =
                new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var terminal = new Terminal(home);

            var code = terminal.run("up", "--port", Integer.toString(socket.getLocalPort()));

            assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(terminal.err()).contains("is taken by another program");
        }
    }

    @Test
    void aFolderWithSomethingElseInItIsLeftAlone() throws Exception {
        var folder = Files.createDirectories(home.resolve("photos"));
        Files.writeString(folder.resolve("cat.jpg"), "cat");
        var terminal = new Terminal(home);

        assertThat(terminal.run("up", "--port", "0", "--data", folder.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(terminal.run("reset", "--data", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(folder.resolve("cat.jpg")).exists();
    }

    @Test
    void detachedItOutlivesTheCommandUntilDown() throws Exception {
        var starter = new Child("up", "--port", "0", "-d");
        var printed = starter.rest();
        assertThat(starter.exit()).isEqualTo(ExitCode.OK);
        assertThat(printed.getLast()).startsWith("sluicegate ready mcp=");
        var terminal = new Terminal(home);

        assertThat(terminal.run("status")).isEqualTo(ExitCode.OK);
        assertThat(terminal.run("token", "--user", "ada")).isEqualTo(ExitCode.OK);
        assertThat(terminal.run("logs", "-n", "1")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("fake stack is up").doesNotContain("eyJ");
        assertThat(terminal.run("reset")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        home.resolve("localstack/.run/console.log"))))
                .isEqualTo("rw-------");

        assertThat(terminal.run("down")).isEqualTo(ExitCode.OK);

        assertThat(terminal.run("status")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(terminal.run("reset")).isEqualTo(ExitCode.OK);
        assertThat(home.resolve("localstack/.run/data")).doesNotExist();
    }

    @Test
    void ephemeralLeavesNothing() throws Exception {
        var up = new Child("up", "--port", "0", "--ephemeral");
        up.untilReady();
        var terminal = new Terminal(home);

        assertThat(terminal.run("down")).isEqualTo(ExitCode.OK);

        assertThat(up.exit()).isEqualTo(ExitCode.OK);
        try (var left = Files.list(home.resolve("localstack/.run"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("stack.log", "dynamodb-local-notice");
        }
    }

    @Test
    void aDetachedStartThatFailsHandsItsReasonOn() throws Exception {
        try (var socket =
                new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var starter = new Child("up", "-d", "--port", Integer.toString(socket.getLocalPort()));

            assertThat(starter.exit()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(starter.rest())
                    .anyMatch(line -> line.contains("is taken by another program"));
        }
    }

    private static String freePort() throws IOException {
        try (var socket =
                new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    /** The command line as a process of its own; errors and output in one stream. */
    private final class Child {
        private final Process process;
        private final BufferedReader lines;

        Child(String... args) throws IOException {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("-XX:+UseSerialGC");
            command.add("-XX:TieredStopAtLevel=1");
            command.add("-Dlauncher.home=" + home);
            command.add("-cp");
            command.add(System.getProperty("java.class.path"));
            command.add(FakeStack.class.getName());
            command.addAll(List.of(args));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
        }

        Process process() {
            return process;
        }

        List<String> untilReady() throws IOException {
            var printed = new ArrayList<String>();
            String line;
            while ((line = lines.readLine()) != null) {
                printed.add(line);
                if (line.startsWith("sluicegate ready")) {
                    return printed;
                }
            }
            throw new AssertionError("ended before it was ready: " + printed);
        }

        List<String> rest() {
            return lines.lines().toList();
        }

        int exit() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }
    }
}
