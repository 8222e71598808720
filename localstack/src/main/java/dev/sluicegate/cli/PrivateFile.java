package dev.sluicegate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that only their owner may read: they hold keys and tokens of the local stack. */
final class PrivateFile {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFile() {}

    /** Replaces the file as a whole; readers see the old text or the new. */
    static void write(Path file, String text) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("no folder above " + file);
        }
        Files.createDirectories(folder);
        var draft = Files.createTempFile(folder, ".draft", ".tmp", OWNER_ONLY);
        Files.writeString(draft, text);
        Files.move(
                draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** An empty file to be appended to. */
    static void create(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, OWNER_ONLY);
    }
}
