package dev.sluicegate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    @Test
    void aChangedRuleIsPublishedWithoutABuild() throws Exception {
        var repository = new Repository();
        repository.build();
        repository.write(
                "policies/baseline/refunds.cedar", "permit (principal, action, resource);");
        repository.write("policies/next/refunds.cedar", "forbid (principal, action, resource);");

        var said = repository.build();

        assertThat(said.err()).isEmpty();
        assertThat(repository.builds()).hasSize(1);
    }

    @Test
    void theTemplatesAreMadeAgainForWhateverToolChangesAndForNothingElse() throws Exception {
        var repository = new Repository();
        repository.build();
        repository.write("router-function/src/main/java/Router.java", "// changed");
        repository.build();
        repository.write("tool-functions/stock-count/src/main/resources/tool.json", "{\"a\":1}");
        repository.build();

        assertThat(repository.builds())
                .satisfiesExactly(
                        first -> assertThat(first).contains("-pl localstack,infra-cdk "),
                        router ->
                                assertThat(router).contains("-pl localstack ", "skipAssembly=true"),
                        tool ->
                                assertThat(tool)
                                        .contains(
                                                "-pl localstack,infra-cdk ", "skipAssembly=false"));
    }

    @Test
    void withoutNodeTheTemplatesCannotBeMadeAndItSaysSo() throws Exception {
        var repository = new Repository();
        Files.delete(repository.root.resolve("bin/node"));

        var said = repository.build();

        assertThat(said.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.err()).startsWith("Node is needed to build");
        assertThat(repository.root.resolve("target/launcher/lock")).doesNotExist();
    }

    @Test
    void clientsThatCannotBeInstalledFailTheSuiteUnlessThatIsAccepted() throws Exception {
        var repository = new Repository();
        repository.write("localstack/clients/package-lock.json", "{}");
        repository.program("npm", "exit 1");

        var failed = repository.launch("test");
        var accepted = repository.launch("test", "--without-clients");

        assertThat(failed.code()).isEqualTo(ExitCode.NO);
        assertThat(failed.err()).contains("npm ci failed", "--without-clients accepts that");
        assertThat(failed.out()).isEqualTo("1 passed, 1 failed, 1 skipped\n");
        assertThat(accepted.code()).as(accepted.err()).isZero();
        assertThat(accepted.out()).isEqualTo("1 passed, 0 failed, 1 skipped\n");
        assertThat(accepted.err()).contains("skipped in: SomeTest");
    }

    /** A tree like ours with the launcher in it, and a Maven and a JDK that only keep what they are asked. */
    private final class Repository {
        private final Path root = Files.createDirectories(folder.resolve("repository"));

        Repository() throws IOException {
            Files.copy(LAUNCHER, root.resolve("sluicegate"));
            write("pom.xml", "<project/>");
            write(".mvn/maven.config", "");
            write("policies/baseline/refunds.cedar", "");
            write("infra-cdk/src/main/java/App.java", "");
            write("localstack/src/main/java/Main.java", "");
            write("router-function/src/main/java/Router.java", "");
            write("tool-functions/stock-count/src/main/resources/tool.json", "{}");
            write("jdk/release", "JAVA_VERSION=\"25\"\n");
            program("../jdk/bin/javac", "exit 0");
            program("../jdk/bin/java", "exit 0");
            program("node", "exit 0");
            program(
                    "mvn",
                    """
                    echo "$*" >>"$ROOT/builds"
                    mkdir -p "$ROOT/localstack/target/surefire-reports" "$ROOT/infra-cdk/target/cdk.out"
                    echo >"$ROOT/localstack/target/classpath"
                    echo '<testsuite name="x.SomeTest" tests="2" failures="0" errors="0" skipped="1"><skipped/>' \
                        >"$ROOT/localstack/target/surefire-reports/TEST-x.xml"
                    """);
            for (var tool :
                    "sh sed dirname readlink cat find xargs cksum awk sort paste tr date mkdir rm grep tee head"
                            .split(" ", -1)) {
                for (var place : List.of("/usr/bin", "/bin")) {
                    var program = Path.of(place, tool);
                    var here = root.resolve("bin").resolve(tool);
                    if (Files.exists(program) && !Files.exists(here)) {
                        Files.createSymbolicLink(here, program);
                    }
                }
            }
        }

        void write(String file, String text) throws IOException {
            var path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        }

        void program(String name, String script) throws IOException {
            var path = root.resolve("bin").resolve(name).normalize();
            Files.createDirectories(path.getParent());
            Files.writeString(path, "#!/bin/sh\n" + script + "\n");
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        Said build() throws IOException, InterruptedException {
            return launch("status");
        }

        Said launch(String... arguments) throws IOException, InterruptedException {
            return run(
                    Map.of(
                            "PATH",
                            root.resolve("bin").toString(),
                            "JAVA_HOME",
                            root.resolve("jdk").toString(),
                            "ROOT",
                            root.toString()),
                    root.resolve("sluicegate"),
                    arguments);
        }

        List<String> builds() throws IOException {
            return Files.readAllLines(root.resolve("builds"));
        }
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
