package dev.sluicegate.audit.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An archive that was exported into a folder. */
public final class FolderFiles implements ArchiveFiles {
    private final Path root;

    public FolderFiles(Path root) {
        this.root = root;
    }

    @Override
    public List<Listed> list(String folder) {
        var start = root.resolve(folder);
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (var files = Files.walk(start)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .map(name -> new Listed(name, List.of(new Version("", false))))
                    .toList();
        } catch (IOException e) {
            throw new UnreachableException("the folder cannot be read", e);
        }
    }

    @Override
    public Optional<Stored> read(String name) {
        try {
            return Optional.of(new Stored(Files.readAllBytes(root.resolve(name)), null, null));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UnreachableException("the file `" + name + "` cannot be read", e);
        }
    }

    @Override
    public boolean locked() {
        return false;
    }
}
