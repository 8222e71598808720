package dev.sluicegate.local.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file of secrets: readable by its owner only from the moment it exists, replaced as a whole. */
final class PrivateFile {
    private final Path path;

    PrivateFile(Path path) {
        this.path = path;
    }

    /**
     * What was written last; empty when nothing was.
     *
     * @throws UncheckedIOException if it exists and cannot be read
     */
    Optional<byte[]> read() {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAllBytes(path));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path.getFileName(), e);
        }
    }

    void write(byte[] content) {
        try {
            Path directory = path.toAbsolutePath().getParent();
            if (directory == null) {
                throw new IOException(path + " has no folder");
            }
            Files.createDirectories(directory);
            Path temporary =
                    Files.createTempFile(
                            directory, "." + path.getFileName(), ".new", owner(directory));
            Files.write(temporary, content);
            Files.move(
                    temporary,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path.getFileName(), e);
        }
    }

    /** Nothing on file systems without POSIX permissions, where the user's own folder has to do. */
    private static FileAttribute<?>[] owner(Path directory) throws IOException {
        if (!Files.getFileStore(directory).supportsFileAttributeView("posix")) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> only =
                Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(only)};
    }
}
