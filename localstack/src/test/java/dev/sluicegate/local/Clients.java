package dev.sluicegate.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Programs of the npm folder {@code clients}, run with its own pinned Node. */
final class Clients {
    static final Path FOLDER = Path.of("clients").toAbsolutePath();

    /** Every program here ends within seconds; a busy machine gets more. */
    private static final long SECONDS = 120;

    private Clients() {}

    /** Skips, audibly, when {@code npm ci} was not run or has no Node for this machine. */
    static void assumeInstalled() {
        var missing =
                !Files.isDirectory(FOLDER.resolve("node_modules/@modelcontextprotocol/conformance"))
                        ? "clients are not installed; run `npm ci --ignore-scripts` in " + FOLDER
                        : node() == null ? "npm has no Node 22 for this machine" : "";
        if (!missing.isEmpty()) {
            System.err.println("SKIPPED: " + missing);
        }
        Assumptions.assumeTrue(missing.isEmpty(), missing);
    }

    /** How a program ended. */
    record Ended(int code, String out, String err) {}

    /** A program that serves until it is closed, which ends its standard input. */
    record Server(Process process, String firstLine) implements AutoCloseable {
        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Starts a server and waits until it has said a line. */
    static Server serve(String... arguments) {
        try {
            var process =
                    new ProcessBuilder(command(arguments))
                            .directory(FOLDER.toFile())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            var line = process.inputReader().readLine();
            if (line == null) {
                process.destroyForcibly();
                throw new IllegalStateException(arguments[0] + " does not start");
            }
            return new Server(process, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(String... arguments) {
        var executable = node();
        if (executable == null) {
            throw new IllegalStateException("no Node");
        }
        var command = new ArrayList<String>();
        command.add(executable.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    static Ended run(Map<String, String> environment, String... arguments) {
        var command = command(arguments);
        try {
            var out = Files.createTempFile("client", ".out");
            var err = Files.createTempFile("client", ".err");
            var builder =
                    new ProcessBuilder(command)
                            .directory(FOLDER.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            try {
                process.getOutputStream().close();
                var ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
                assertThat(ended).as("ended in time: %s", command.get(1)).isTrue();
                return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Path node() {
        var modules = FOLDER.resolve("node_modules");
        if (!Files.isDirectory(modules)) {
            return null;
        }
        try (Stream<Path> packages = Files.list(modules)) {
            return packages.filter(path -> path.getFileName().toString().startsWith("node-"))
                    .flatMap(path ->
                            Stream.of(path.resolve("bin/node"), path.resolve("bin/node.exe")))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
