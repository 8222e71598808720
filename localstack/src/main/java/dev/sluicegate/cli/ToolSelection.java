package dev.sluicegate.cli;

import dev.sluicegate.contract.ToolManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tools policies are about: those of the checkout, and more where a folder of manifests is named. */
final class ToolSelection {
    /** Folders of packages are deep, but no deeper. */
    private static final int MAX_DEPTH = 16;

    @Option(
            names = "--tools",
            paramLabel = "DIR",
            description = "folder with manifests (*.json) of further tools")
    private @Nullable Path further;

    /**
     * @throws CommandFailedException if a manifest is not one, or there is none
     */
    Collection<ToolManifest> tools(Workspace workspace) {
        var tools = new TreeMap<String, ToolManifest>();
        var folders = workspace.home().resolve("tool-functions");
        if (Files.isDirectory(folders)) {
            try (var files =
                    Files.find(folders.toRealPath(), MAX_DEPTH, (path, _) -> isManifest(path))) {
                files.sorted().forEach(file -> add(file, tools));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (further != null) {
            if (!Files.isDirectory(further)) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "`" + further + "` is not a folder");
            }
            try (var files =
                    Files.find(
                            further.toRealPath(),
                            MAX_DEPTH,
                            (path, _) -> path.toString().endsWith(".json"))) {
                files.sorted().forEach(file -> add(file, tools));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (tools.isEmpty()) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE,
                    "no tool manifests under `" + folders + "`; name a folder with --tools");
        }
        return tools.values();
    }

    private static boolean isManifest(Path path) {
        return path.endsWith("tool.json") && path.toString().contains("src/main/resources");
    }

    private static void add(Path file, Map<String, ToolManifest> tools) {
        try (var json = Files.newInputStream(file)) {
            var tool = ToolManifest.read(json);
            tools.put(tool.name(), tool);
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailedException(
                    ExitCode.NO, file + " is not a tool manifest: " + e.getMessage(), e);
        }
    }
}
