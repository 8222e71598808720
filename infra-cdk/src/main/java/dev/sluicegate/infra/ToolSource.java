package dev.sluicegate.infra;

import dev.sluicegate.contract.ToolManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * One tool as the repository holds it: a folder under {@code tool-functions} with a {@code tool.json} and the
 * name of its handler class in {@code META-INF/handler}. A new folder is a new tool in the stack.
 */
record ToolSource(Path folder, ToolManifest manifest, String handler) {
    private static final Path RESOURCES = Path.of("src", "main", "resources");

    /**
     * All tools under {@code root/tool-functions}, by folder.
     *
     * @throws UncheckedIOException if there is no such folder
     * @throws IllegalArgumentException if a tool is incomplete
     */
    static List<ToolSource> scan(Path root) {
        var folders = root.resolve("tool-functions");
        var found = new ArrayList<ToolSource>();
        try (var children = Files.list(folders)) {
            for (var folder : children.filter(Files::isDirectory).sorted().toList()) {
                var resources = folder.resolve(RESOURCES);
                if (Files.isDirectory(resources)) {
                    read(folder, resources, found);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + folders + "`", e);
        }
        var names = new HashSet<String>();
        for (var tool : found) {
            if (!names.add(Settings.slug(tool.manifest().name()))) {
                throw new IllegalArgumentException(
                        "two tools are named `" + tool.manifest().name() + "`, or nearly so");
            }
        }
        return List.copyOf(found);
    }

    private static void read(Path folder, Path resources, List<ToolSource> found)
            throws IOException {
        try (var files = Files.walk(resources)) {
            for (var file : files.filter(path -> path.endsWith("tool.json")).sorted().toList()) {
                try (var json = Files.newInputStream(file)) {
                    found.add(new ToolSource(folder, ToolManifest.read(json), handler(resources)));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static String handler(Path resources) throws IOException {
        var file = resources.resolve("META-INF").resolve("handler");
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    "no META-INF/handler, which names the handler class");
        }
        return Files.readString(file).strip();
    }
}
