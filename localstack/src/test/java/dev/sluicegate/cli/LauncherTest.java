package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as far as it goes without a build. */
class LauncherTest {
    private static final Path LAUNCHER = Path.of("..", "sluicegate").toAbsolutePath().normalize();

    @TempDir private Path folder = Path.of("");

    private record Said(int code, String out, String err) {}

    @Test
    void itsHelpNamesEveryCommand() throws Exception {
        var said = run(Map.of(), LAUNCHER, "--help");
        var terminal = new Terminal(folder);
        terminal.run("--help");

        assertThat(said.code()).isZero();
        var commands =
                terminal.out()
                        .lines()
                        .filter(line -> line.matches("  [a-z]+ +[A-Z].*"))
                        .map(line -> line.strip().split(" ", 2)[0])
                        .toList();
        assertThat(commands).contains("up", "trace", "test");
        for (var command : commands) {
            assertThat(said.out()).containsPattern("\n  " + command + " +[A-Z]");
        }
    }

    @Test
    void itsVersionIsTheProducts() throws Exception {
        assertThat(run(Map.of(), LAUNCHER, "--version").out()).isEqualTo("sluicegate 0.1.0\n");
    }

    @Test
    void withoutACommandItShowsTheHelpAndEndsWith64() throws Exception {
        var said = run(Map.of(), LAUNCHER);

        assertThat(said.code()).isEqualTo(ExitCode.USAGE);
        assertThat(said.out()).isEmpty();
        assertThat(said.err()).startsWith("Usage:");
    }

    @Test
    void itIsFoundThroughASymbolicLink() throws Exception {
        var link = Files.createSymbolicLink(folder.resolve("gate"), LAUNCHER);

        assertThat(run(Map.of(), link, "--version").out()).isEqualTo("sluicegate 0.1.0\n");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        var tools = Files.createDirectories(folder.resolve("bin"));
        for (var tool : List.of("sh", "sed", "dirname", "readlink", "cat")) {
            for (var place : List.of("/usr/bin", "/bin")) {
                var program = Path.of(place, tool);
                if (Files.exists(program) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), program);
                }
            }
        }

        var said =
                run(
                        Map.of(
                                "PATH",
                                tools.toString(),
                                "JAVA_HOME",
                                System.getProperty("java.home")),
                        LAUNCHER,
                        "test");

        assertThat(said.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.err())
                .isEqualTo(
                        "Maven is needed to build: install Maven 3.8.7 or newer and put mvn on the PATH\n");
    }

    private Said run(Map<String, String> environment, Path launcher, String... args)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add("/bin/sh");
        command.add(launcher.toString());
        command.addAll(List.of(args));
        var out = Files.createTempFile(folder, "out", ".txt");
        var err = Files.createTempFile(folder, "err", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(environment);
        var code = builder.start().waitFor();
        return new Said(
                code,
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
