package dev.sluicegate.infra;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a module leaves the zip of its function. */
final class Zips {
    private Zips() {}

    /**
     * The one {@code *-lambda.zip} in the module's {@code target}, or null when the template is made without
     * code.
     *
     * @throws IllegalStateException if the module was not packaged
     */
    static @Nullable Path of(Path module, boolean assets) {
        if (!assets) {
            return null;
        }
        var target = module.resolve("target");
        if (Files.isDirectory(target)) {
            try (var files = Files.list(target)) {
                var zips = files.filter(file -> file.toString().endsWith("-lambda.zip")).toList();
                if (zips.size() == 1) {
                    return zips.getFirst();
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read `" + target + "`", e);
            }
        }
        throw new IllegalStateException(
                "no single *-lambda.zip in `"
                        + target
                        + "`: run `mvn package` first, or pass -c assets=false for a template"
                        + " without code");
    }
}
