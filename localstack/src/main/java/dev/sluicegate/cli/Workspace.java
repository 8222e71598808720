package dev.sluicegate.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the commands stand in: the checkout, where they print, how a stack is made.
 *
 * @param home root of the checkout
 * @param environment variables of the process
 * @param mainClass what a detached {@code up} starts
 */
public record Workspace(
        Path home,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        StackFactory factory,
        String mainClass) {

    public Workspace {
        home = home.toAbsolutePath().normalize();
        environment = Map.copyOf(environment);
    }

    /** Everything that one stack leaves behind while it runs. */
    Path runDirectory() {
        return home.resolve("localstack").resolve(".run");
    }

    Path defaultData() {
        return runDirectory().resolve("data");
    }

    /** The stack that commands mean when they name none. */
    Path stackFile() {
        return runDirectory().resolve("stack.json");
    }

    Path stackFile(int port) {
        return runDirectory().resolve("stack-" + port + ".json");
    }

    static Path stackFileIn(Path data) {
        return data.resolve("stack.json");
    }

    /** Where a running stack is announced. */
    List<Path> announcements(int port, @Nullable Path data) {
        return data == null
                ? List.of(stackFile(), stackFile(port))
                : List.of(stackFile(), stackFile(port), stackFileIn(data));
    }

    /**
     * The stack that is meant.
     *
     * @param data folder of the stack, or null
     * @param url MCP endpoint of the stack, or null
     */
    Optional<StackFile> find(@Nullable Path data, @Nullable URI url) {
        if (data != null) {
            return StackFile.read(stackFileIn(data.toAbsolutePath())).filter(StackFile::alive);
        }
        if (url != null) {
            return StackFile.read(stackFile(url.getPort()))
                    .filter(StackFile::alive)
                    .filter(stack -> stack.mcp().equals(url.toString()));
        }
        return StackFile.read(stackFile()).filter(StackFile::alive).or(this::onlyOther);
    }

    /** The one that still runs after the one that had the common name has stopped. */
    private Optional<StackFile> onlyOther() {
        if (!Files.isDirectory(runDirectory())) {
            return Optional.empty();
        }
        try (var files = Files.newDirectoryStream(runDirectory(), "stack-*.json")) {
            Optional<StackFile> found = Optional.empty();
            for (var file : files) {
                var stack = StackFile.read(file).filter(StackFile::alive);
                if (stack.isPresent() && found.isPresent()) {
                    return Optional.empty();
                }
                found = stack.isPresent() ? stack : found;
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
