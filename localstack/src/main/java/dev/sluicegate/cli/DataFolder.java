package dev.sluicegate.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A folder that one stack at a time may write. The lock is the operating system's: it goes with the
 * process, however that ends.
 */
final class DataFolder implements AutoCloseable {
    private static final String LOCK = ".lock";

    private final Path path;
    private final boolean ephemeral;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path path, boolean ephemeral, FileChannel channel, FileLock lock) {
        this.path = path;
        this.ephemeral = ephemeral;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * @throws CommandFailedException if another stack has it, or it is somebody else's folder
     */
    static DataFolder open(Path path) {
        return open(path, false);
    }

    /** A new folder below {@code parent} that {@link #close} deletes. */
    static DataFolder ephemeral(Path parent) {
        try {
            Files.createDirectories(parent);
            return open(Files.createTempDirectory(parent, "ephemeral-"), true);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "no folder can be made in `" + parent + "`", e);
        }
    }

    private static DataFolder open(Path path, boolean ephemeral) {
        try {
            refuseForeign(path);
            Files.createDirectories(path);
            var channel =
                    FileChannel.open(
                            path.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            var lock = lock(channel);
            if (lock == null) {
                var holder = holder(channel);
                channel.close();
                throw new CommandFailedException(
                        ExitCode.UNREACHABLE,
                        "the data folder `" + path + "` is in use by the stack with pid " + holder);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            Long.toString(ProcessHandle.current().pid())
                                    .getBytes(StandardCharsets.US_ASCII)));
            return new DataFolder(path, ephemeral, channel, lock);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "the data folder `" + path + "` cannot be used", e);
        }
    }

    /** Nothing but what a stack made may be written into, or deleted. */
    private static void refuseForeign(Path path) throws IOException {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new CommandFailedException(ExitCode.USAGE, "`" + path + "` is not a folder");
        }
        if (!Files.isDirectory(path) || Files.exists(path.resolve(LOCK))) {
            return;
        }
        try (var entries = Files.list(path)) {
            if (entries.findAny().isPresent()) {
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "`" + path + "` holds something else; name an empty or a new folder");
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(32);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    }

    Path path() {
        return path;
    }

    boolean isEphemeral() {
        return ephemeral;
    }

    /** Deletes everything in the folder and the folder. */
    void wipe() throws IOException {
        deleteTree(path);
    }

    @Override
    public void close() {
        try {
            if (ephemeral) {
                wipe();
            }
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitCode.UNREACHABLE, "the data folder `" + path + "` was not closed", e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (Files.exists(file)) {
                            throw e;
                        }
                        return FileVisitResult.CONTINUE; // gone by itself
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.deleteIfExists(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
