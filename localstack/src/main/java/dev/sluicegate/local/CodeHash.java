package dev.sluicegate.local;

import dev.sluicegate.record.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Hash of a tool's code: of its jar, or of the files of its class folder when there is no jar yet. */
final class CodeHash {
    private CodeHash() {}

    static String of(Class<?> handler) {
        try {
            var source =
                    Path.of(handler.getProtectionDomain().getCodeSource().getLocation().toURI());
            return CanonicalJson.sha256(
                    Files.isDirectory(source) ? folder(source) : Files.readAllBytes(source));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("code of " + handler.getName() + " has no place", e);
        }
    }

    private static byte[] folder(Path folder) throws IOException {
        var all = new ByteArrayOutputStream();
        try (var files = Files.walk(folder)) {
            for (var file :
                    files.filter(Files::isRegularFile).sorted(Comparator.naturalOrder()).toList()) {
                all.writeBytes((folder.relativize(file) + "\n").getBytes(StandardCharsets.UTF_8));
                all.writeBytes(Files.readAllBytes(file));
            }
        }
        return all.toByteArray();
    }
}
