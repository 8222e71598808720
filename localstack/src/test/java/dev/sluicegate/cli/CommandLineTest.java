package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    @TempDir private Path home = Path.of("");

    @Test
    void everyCommandExplainsItself() {
        var terminal = new Terminal(home);

        for (var command :
                List.of(
                        "up", "status", "logs", "down", "reset", "token", "call", "trace", "policy",
                        "doctor", "test")) {
            assertThat(terminal.run(command, "--help")).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).startsWith("Usage: sluicegate " + command);
            assertThat(terminal.run("--help")).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).contains("  " + command + " ");
        }
        assertThat(terminal.run("policy", "publish", "--help")).isEqualTo(ExitCode.OK);
    }

    @Test
    void theVersionIsTheProducts() {
        var terminal = new Terminal(home);

        assertThat(terminal.run("--version")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).isEqualTo("sluicegate 0.1.0\n");
    }

    @Test
    void aWrongCommandLineEndsWith64AndOneLine() {
        var terminal = new Terminal(home);
        var wrong =
                List.of(
                        new String[] {},
                        new String[] {"upp"},
                        new String[] {"up", "--port", "many"},
                        new String[] {"up", "--port", "-1"},
                        new String[] {"up", "--port", "65535"},
                        new String[] {"up", "--env", "staging"},
                        new String[] {"up", "--fixtures", "--env", "prod"},
                        new String[] {"up", "--clock", "noon"},
                        new String[] {"up", "--data", "x", "--ephemeral"},
                        new String[] {"up", "--policies", "no-such-folder"},
                        new String[] {"token"},
                        new String[] {"token", "--user", "ada", "--ttl", "8"},
                        new String[] {"token", "--user", "ada", "--ttl", "31d"},
                        new String[] {"call"},
                        new String[] {"call", "t", "[1]"},
                        new String[] {"call", "t", "{\"a\":1,\"a\":2}"},
                        new String[] {"call", "t", "{}", "-o", "yaml"},
                        new String[] {"trace"},
                        new String[] {"trace", "A", "--last"},
                        new String[] {"policy"},
                        new String[] {"policy", "publish"},
                        new String[] {"policy", "publish", "no-such-folder"});

        for (var args : wrong) {
            assertThat(terminal.run(args)).as(String.join(" ", args)).isEqualTo(ExitCode.USAGE);
            assertThat(terminal.err().strip().lines()).as(terminal.err()).hasSize(1);
            assertThat(terminal.out()).isEmpty();
        }
    }

    @Test
    void fixturesAreForDevelopmentOnly() {
        var terminal = new Terminal(home);

        terminal.run("up", "--fixtures", "--env", "prod");

        assertThat(terminal.err())
                .startsWith("`--fixtures` is for `--env dev` only: its tools are not for people");
    }

    @Test
    void withoutAStackTheCommandsSaySoWith3() {
        var terminal = new Terminal(home);

        for (var args :
                List.of(
                        new String[] {"token", "--user", "ada"},
                        new String[] {"call", "crm___get_customer", "{}"},
                        new String[] {"trace", "--last"},
                        new String[] {"policy", "publish", home.toString()},
                        new String[] {"policy", "pending"},
                        new String[] {"policy", "review", "01X", "--approve"},
                        new String[] {"policy", "release", "01X"},
                        new String[] {"policy", "rollback", "1"},
                        new String[] {"policy", "log"},
                        new String[] {"logs"})) {
            assertThat(terminal.run(args)).as(args[0]).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(terminal.err().strip().lines()).hasSize(1);
        }
        assertThat(terminal.run("status")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(terminal.out()).isEqualTo("not running\n");
        assertThat(terminal.run("down")).isEqualTo(ExitCode.OK);
        assertThat(terminal.run("reset")).isEqualTo(ExitCode.OK);
    }

    @Test
    void aFailureShowsItsCauseOnlyWhenAsked() {
        var terminal = new Terminal(home);

        terminal.run("token", "--user", "ada");
        assertThat(terminal.err()).doesNotContain("\tat ");
        terminal.run("token", "--user", "ada", "--debug");
        assertThat(terminal.err()).contains("\tat ");
    }
}
